"""What Rasa does with a conversation at every step, in a fraction of its time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import AnySlotDict, DialogueStateTracker

# By their names: an event is an abstract class's, of which Python asks at length what it is.
_BEGINNINGS = ("restart", "session_started")
_UNDOING = ("undo", "rewind")
_LOOPS = ("active_loop", "form")


def copy_as_it_stands(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """Give another tracker with the same events, slots, form and latest message and action.

    As with Rasa's own copy, neither the model's nor the assistant's id goes with it. What is due
    next (`followup_action`) is what is due now; Rasa's copy has what the events made due.
    """
    made = DialogueStateTracker(
        tracker.sender_id,
        None,
        tracker._max_event_history,
        is_rule_tracker=tracker.is_rule_tracker,
    )
    made.events.extend(tracker.events)
    if not isinstance(tracker.slots, AnySlotDict):
        made.slots = {}
    made.slots.update((name, copy.copy(slot)) for name, slot in tracker.slots.items())
    made._paused, made.followup_action = tracker._paused, tracker.followup_action
    made.latest_action = tracker.latest_action and dict(tracker.latest_action)
    made.latest_message = tracker.latest_message
    made.latest_bot_utterance = tracker.latest_bot_utterance
    made.active_loop = tracker.active_loop and replace(tracker.active_loop)
    return made


def applied_events(
    tracker: DialogueStateTracker, original: Callable[[DialogueStateTracker], list[Event]]
) -> list[Event]:
    """The events that count: see `DialogueStateTracker.applied_events`, which is `original`.

    It decides where something was undone; that is rare.
    """
    events, start, loops = list(tracker.events), 0, set()
    for place, event in enumerate(events):
        kind = event.type_name
        if kind in _BEGINNINGS:
            start = place + 1
        elif kind in _UNDOING:
            return original(tracker)
        elif kind in _LOOPS:
            loops.add(event.name)  # type: ignore[attr-defined]
    if not loops - {None}:
        return events[start:]
    applied: list[Event] = []
    for event in events[start:]:
        name = _action(event)
        if name in loops and not tracker._first_loop_execution_or_unhappy_path(name, applied):
            tracker._undo_till_previous_loop_execution(name, applied)
        else:
            applied.append(event)
    return applied


def _action(event: Any) -> Any:
    """The name of the action that an event says was taken; "" for other events."""
    return event.action_name or "" if event.type_name == ActionExecuted.type_name else ""
