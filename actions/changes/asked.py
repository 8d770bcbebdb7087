"""The words with which a change was asked for: they may say more than which task it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rasa_sdk import Tracker

from actions.reading import Message

_WISHES = "pending_wishes"
_OFFER = "action_offer_wish"


def asked_with(intents: Collection[str], tracker: Tracker) -> Message:
    """The message that began the task.

    Of a yes to "And you also wrote: ..." these are the words that are repeated there.

    Args:
        intents: those that begin the task.
        tracker: the conversation.

    Returns:
        The words with their intent; no words for a button.
    """
    begun: Message | None = None
    offered = False
    for event in reversed(tracker.events):
        if begun and event.get("name") == _OFFER:
            offered = True
        if event.get("event") != "user":
            continue
        if begun and not offered:
            return begun
        if begun and (said := _wish(event, begun.intent)):
            return Message(said, begun.intent, {}, {})
        intent = str(((event.get("parse_data") or {}).get("intent") or {}).get("name"))
        if begun is None and intent in intents:
            text = str(event.get("text") or "")
            begun = Message("" if text.startswith("/") else text, intent, {}, {})
    return begun or Message("", "", {}, {})


def _wish(event: dict[str, Any], intent: str) -> str | None:
    """The part of a message that is a wish with this intent and had to wait."""
    for entity in (event.get("parse_data") or {}).get("entities") or []:
        if entity.get("entity") == _WISHES:
            for wish in entity.get("value") or []:
                if wish.get("intent") == intent:
                    return str(wish.get("text") or "")
    return None
