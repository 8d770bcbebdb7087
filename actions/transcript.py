"""The conversation as the person who takes over reads it."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Tracker

from actions.changes.wanted import wanted_change
from actions.proven import proof_of
from backends.errors import BackendError
from backends.history import History
from backends.models import TranscriptLine
from privacy import mask_secrets

logger = logging.getLogger(__name__)

# Slots worth showing to an agent, with the name under which they are shown.
SHOWN_SLOTS = {
    "topic": "topic",
    "order_number": "order number",
    "delivery_fault": "what is wrong",
    "problem_items": "with what",
    "remedy": "what the customer wants",
    "email": "e-mail (as given)",
    "first_name": "first name",
    "handoff_reason": "reason",
    "task": "task under way",
}
# No ticket system wants more; the first and the last lines are kept.
MAX_LINES = 400


def earlier_left_out(tracker: Tracker) -> bool:
    """Whether a conversation was sent without its beginning, because it is long."""
    first = tracker.events[0] if tracker.events else {}
    return bool((first.get("metadata") or {}).get("earlier_left_out"))


async def whole_events(tracker: Tracker, history: History) -> list[dict[str, Any]]:
    """Every event of a conversation, oldest first.

    Args:
        tracker: as it was sent: of a long conversation only where it stands and its last turns.
        history: has the rest, without the turn that is under way.

    Returns:
        The tracker's events if none was left out, or if the rest cannot be had now: what a person
        needs most was said last.
    """
    if not earlier_left_out(tracker):
        return list(tracker.events)
    try:
        stored = await history.events(tracker.sender_id)
    except BackendError as error:
        logger.warning("a handoff goes without the beginning of its conversation: %s", error)
        return list(tracker.events)
    last = max((event.get("timestamp") or 0 for event in stored), default=0)
    return stored + [event for event in tracker.events if (event.get("timestamp") or 0) > last]


def transcript(tracker: Tracker) -> tuple[TranscriptLine, ...]:
    """Every message of the conversation, oldest first.

    A pressed button is shown by its title, which the channel gives as `choice_title`; other intent
    messages, which channels send on their own, are left out. Secrets are masked once more, whatever
    the channel did.
    """
    lines = []
    for event in tracker.events:
        kind, text = event.get("event"), _text(event)
        if kind not in {"user", "bot"} or not text:
            continue
        at = datetime.fromtimestamp(event.get("timestamp") or 0, tz=timezone.utc)
        who = "customer" if kind == "user" else "assistant"
        lines.append(TranscriptLine(who, mask_secrets(text).text, at))  # type: ignore[arg-type]
    if len(lines) > MAX_LINES:
        half = MAX_LINES // 2
        lines = [*lines[:half], *lines[-half:]]
    return tuple(lines)


def _text(event: dict[str, Any]) -> str:
    text = event.get("text") or ""
    if event.get("event") == "user" and text.startswith("/"):
        return str((event.get("metadata") or {}).get("choice_title") or "")
    buttons = (event.get("data") or {}).get("buttons") or []
    titles = " · ".join(str(button.get("title")) for button in buttons)
    return f"{text}\n[{titles}]" if titles else text


def shown_slots(tracker: Tracker, *, verified: bool) -> dict[str, str]:
    """What the assistant has gathered, in words, by name."""
    shown = {
        name: str(tracker.get_slot(slot)).replace("_", " ")
        if slot in {"topic", "handoff_reason", "task", "delivery_fault"}
        else str(tracker.get_slot(slot))
        for slot, name in SHOWN_SLOTS.items()
        if tracker.get_slot(slot)
    }
    if change := wanted_change(tracker):
        shown["change wanted"] = change
    proof = proof_of(tracker).replace("_", " ")
    return {**shown, "identity": f"verified by {proof}" if verified else "not verified"}
