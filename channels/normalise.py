"""Text from strangers, made safe to store, show and hand to Rasa."""

from __future__ import annotations

import re
import unicodedata

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Embeddings, overrides and isolates reorder what a reader sees, also beyond the message itself.
# The marks that right-to-left writing needs inside a line (LRM, RLM, ALM) and the joiners that
# emoji and Persian need are kept.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_COMMAND_PREFIX = "/"
_ESCAPED_PREFIX = "\uff0f"  # FULLWIDTH SOLIDUS: reads as a slash, and Rasa does not act on it


class EmptyText(ValueError):
    """The message holds nothing that can be read: only spaces, controls or invisible characters."""


class TextTooLong(ValueError):
    """The message is longer than the channel accepts.

    Attributes:
        length: characters in the message.
        limit: most characters accepted.
    """

    def __init__(self, length: int, limit: int):
        super().__init__(f"text has {length} characters, at most {limit} are accepted")
        self.length = length
        self.limit = limit


def clean_text(text: str, max_chars: int) -> str:
    """Return the text without what cannot be shown or stored.

    Line breaks become `\\n`; NULs, other control characters, lone surrogates and characters that
    reorder the display are removed; the rest is composed (Unicode NFC) and trimmed.

    Args:
        text: what the customer sent.
        max_chars: the limit, in Unicode characters, on the cleaned text.

    Returns:
        The cleaned text, of 1 to `max_chars` characters.

    Raises:
        EmptyText: nothing visible is left.
        TextTooLong: the cleaned text is over the limit.
    """
    unbroken = _LINE_BREAKS.sub("\n", text)
    kept = "".join(character for character in unbroken if _may_stay(character)).strip()
    # Before composing too: its time grows with the square of a run of combining marks.
    _check_length(kept, max_chars)
    cleaned = unicodedata.normalize("NFC", kept)
    _check_length(cleaned, max_chars)
    if not any(_is_visible(character) for character in cleaned):
        raise EmptyText("the message has no text")
    return cleaned


def escape_command(text: str) -> str:
    """Return the text so that Rasa reads it as words, never as an intent.

    Rasa parses a message that starts with `/` as the name of an intent: a customer who types
    `/restart` would drive the dialogue past every rule. The first slash is replaced by its
    full-width twin, so a person who reads the transcript still sees what was typed.

    Args:
        text: cleaned and masked text.

    Returns:
        The text for `UserMessage`; unchanged unless it starts with `/` (spaces aside).
    """
    stripped = text.lstrip()  # Rasa strips too, so a space in front is no protection
    if stripped.startswith(_COMMAND_PREFIX):
        return _ESCAPED_PREFIX + stripped[len(_COMMAND_PREFIX) :]
    return text


def _check_length(text: str, max_chars: int) -> None:
    if len(text) > max_chars:
        raise TextTooLong(len(text), max_chars)


def _may_stay(character: str) -> bool:
    if character in "\n\t":
        return True
    return unicodedata.category(character) not in {"Cc", "Cs"} and character not in _REORDERING


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZCM"
