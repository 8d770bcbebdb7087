"""Turns of a conversation without a model: the events that Rasa would add to a tracker."""

from __future__ import annotations

from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

SENDER = "c1"


def begin(tracker: DialogueStateTracker) -> None:
    """A session begins."""
    tracker.update(ActionExecuted("action_session_start"))
    tracker.update(SessionStarted())
    tracker.update(ActionExecuted("action_listen"))


def turn(tracker: DialogueStateTracker, number: int) -> None:
    """One customer message and its answer; each third belongs to a form, and slots change."""
    intent = {"name": "track_order" if number % 3 else "greet", "confidence": 0.9}
    parsed = {"text": f"message {number}", "intent": intent, "entities": []}
    tracker.update(
        UserUttered(f"message {number}", intent, [], parsed, None, "web", f"id-{number}")
    )
    tracker.update(DefinePrevUserUtteredFeaturization(False))
    if number % 3 == 1:
        tracker.update(ActionExecuted("identity_form"))
        tracker.update(ActiveLoop("identity_form"))
        tracker.update(SlotSet("order_number", str(10000 + number)))
    elif number % 3 == 0:
        tracker.update(ActiveLoop(None))
        tracker.update(SlotSet("order_number", None if number % 2 else f"{number}"))
    tracker.update(ActionExecuted("utter_greet"))
    tracker.update(BotUttered(f"answer {number}", {"buttons": None}))
    tracker.update(ActionExecuted("action_listen"))
