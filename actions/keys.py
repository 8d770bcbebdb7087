"""Idempotency keys: the same wish, told twice, is done once."""

from __future__ import annotations

import uuid

from rasa_sdk import Tracker

# A namespace of our own for uuid5 (RFC 4122 section 4.3).
_NAMESPACE = uuid.UUID("7a9c7e52-0f3b-4b51-9d4e-6a5d0c1f2b3a")


def message_key(tracker: Tracker, purpose: str, *parts: str) -> str:
    """The key of what the latest customer message asks for.

    Args:
        tracker: the conversation.
        purpose: what the key is for, such as `send-code`.
        parts: what else tells one wish from another, such as an address.

    Returns:
        A UUID as text: the same for the same message and purpose, also when the action is run
        again after a time-out; it tells nothing about its parts.
    """
    message = tracker.latest_message or {}
    # what happened without a message, such as a desk's question, is told apart by its time
    times = (e.get("timestamp") for e in reversed(tracker.events) if e.get("event") == "user")
    which = message.get("message_id") or next(times, None)
    identity = (tracker.sender_id, str(which), purpose, *parts)
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(identity)))


def code_key(attempt: str, code: str) -> str:
    """The key of one try at a one-time code: the same while its answer is not known.

    Args:
        attempt: a random word, new for each try that was answered.
        code: six digits.

    Returns:
        A UUID as text, which tells nothing about the code to whoever does not know the word.
    """
    return str(uuid.uuid5(_NAMESPACE, f"{attempt}\x1f{code}"))
