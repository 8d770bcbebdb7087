"""The words with which a change was asked for: they may say more than which task it is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from rasa_sdk import Tracker

from actions.reading import Message
from actions.talk import OFFERED_WISH

# The slot that keeps them: of a long conversation the message itself is not sent any more.
SLOT = "asked_with"
_OFFER = "action_offer_wish"


def remember(intents: Collection[str], tracker: Tracker) -> dict[str, Any]:
    """The slot that keeps the latest message's words, if it begins the task.

    Args:
        intents: those that begin the task.
        tracker: the conversation, with the message last.
    """
    place = _newest(lambda event: event.get("event") == "user", tracker)
    if place is None or _intent(tracker.events[place]) not in intents:
        return {}
    asked = _read(place, tracker)
    at = tracker.events[place].get("timestamp")
    return {SLOT: {"text": asked.text, "intent": asked.intent, "at": at}}


def spent(tracker: Tracker) -> dict[str, Any]:
    """The slot when the words that asked were taken in, so that they are not read once more."""
    kept = tracker.get_slot(SLOT)
    return {SLOT: {**kept, "text": ""}} if kept else {}


def asked_with(intents: Collection[str], tracker: Tracker) -> Message:
    """The message that began the task, or says it again.

    Of a yes to "And you also wrote: ..." these are the words that are repeated there.

    Args:
        intents: those that begin the task.
        tracker: the conversation.

    Returns:
        The words with their intent; no words for a button.
    """
    place = _newest(lambda event: _intent(event) in intents, tracker)
    kept = tracker.get_slot(SLOT) or {}
    if place is not None and (not kept or tracker.events[place].get("timestamp") != kept["at"]):
        return _read(place, tracker)
    if kept.get("intent") in intents:
        return Message(kept["text"], kept["intent"], {}, {})
    return Message("", "", {}, {})


def _newest(fits: Callable[[dict[str, Any]], bool], tracker: Tracker) -> int | None:
    places = range(len(tracker.events) - 1, -1, -1)
    return next((place for place in places if fits(tracker.events[place])), None)


def _intent(event: dict[str, Any]) -> str | None:
    """What a customer's message was understood as; None for any other event."""
    if event.get("event") != "user":
        return None
    return str(((event.get("parse_data") or {}).get("intent") or {}).get("name"))


def _read(place: int, tracker: Tracker) -> Message:
    event, wish = tracker.events[place], tracker.get_slot(OFFERED_WISH) or {}
    intent, text = str(_intent(event)), str(event.get("text") or "")
    if wish.get("intent") == intent and _was_offered(place, tracker):
        text = str(wish.get("text") or "")
    return Message("" if text.startswith("/") else text, intent, {}, {})


def _was_offered(place: int, tracker: Tracker) -> bool:
    """Whether a wish that waited was offered between a customer's message and the one before."""
    for event in reversed(tracker.events[:place]):
        if event.get("event") == "user":
            return False
        if event.get("name") == _OFFER:
            return True
    return False
