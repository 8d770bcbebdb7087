"""Cutting a message where one wish may end and another begin."""

from __future__ import annotations

import re

# Sentence ends, and the words that join one request to the next.
_JOINT = re.compile(
    r"(?<=[^\W\d_])[.!](?=\s)|(?<=\d)[.!](?=\s)|[?;\n]+"
    r"|,?\s(?:and also|and then|and|also|plus|then|as well as|besides)\b,?(?=\s)"
    r"|,\s(?=(?:can|could|would|where|when|how|what|is|are|do|i|please|pls|cancel|track)\b)",
    re.IGNORECASE,
)
# How a request begins: a question, an order to do something, or what somebody wants.
_REQUEST = re.compile(
    r"^\W*(?:(?:and|also|plus|then|but|so|oh|hi|hello|hey|please|pls|plz|ok|okay)\b\W*)*"
    r"(?:can|could|would|will|may|do|does|did|is|are|was|where\S*|when\S*|what\S*|how\S*|which|who"
    r"|why|track|cancel|return|exchange|change|reset|send|resend|tell|update|close|delete|refund"
    r"|give|show|check|help|find|remove|add|let me|recover|unsubscribe|reorder|get|stop"
    r"|i(?:'d| would|'ve| have)? ?(?:also |really |just )*"
    r"(?:want|need|like|wanna|wish|forgot|forgotten|lost|can'?t|cannot|have to|am looking"
    r"|never got))\b",
    re.IGNORECASE,
)
MOST = 4  # clauses; longer messages are stories, not lists of wishes
_LONGEST = 400  # characters; as above
_SHORTEST = 2  # words


def clauses(text: str) -> list[str]:
    """Cut a message into the parts that may each be a wish.

    Args:
        text: a message.

    Returns:
        Two to four parts, each of two words or more, in their order; empty when the message is to
        be read as a whole.
    """
    if len(text) > _LONGEST:
        return []
    parts = [part.strip(" ,.!?;\n") for part in _JOINT.split(text) if part]
    parts = [part for part in parts if part]
    if not 2 <= len(parts) <= MOST or any(len(part.split()) < _SHORTEST for part in parts):
        return []
    return parts


def is_request(clause: str) -> bool:
    """Whether a part of a message asks for something, rather than telling the story around it."""
    return bool(_REQUEST.match(clause))
