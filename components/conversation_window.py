"""The part of a long conversation that dialogue needs: where it stands, and its last turns.

Rasa replays a conversation's events at every step, so that each turn costs more than the one before
it. Here a conversation is a checkpoint and a window: a few events that bring a new tracker to where
the conversation stood, and all events since.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    Event,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

# In the metadata of a checkpoint's first event: there are earlier events than those given. Actions
# look for it (`actions.transcript`).
EARLIER_LEFT_OUT = "earlier_left_out"
# Beside it: what was understood of the message that began the active form.
_TRIGGER = "loop_trigger"


def place_to_cut(events: Sequence[Event], fixed: int, keep: int, most: int) -> int | None:
    """Where a conversation that grew too long is cut.

    Args:
        events: the present checkpoint and window, oldest first.
        fixed: how many of them are the checkpoint.
        keep: customer messages that stay in the window.
        most: customer messages that may be in the window before it is cut.

    Returns:
        The index of the first event that stays; None if nothing is to be cut. The assistant's
        waiting for a customer message stays with that message.
    """
    messages = [place for place, one in enumerate(events) if isinstance(one, UserUttered)]
    if len(messages) <= most:
        return None
    place = messages[-keep]
    for before in range(place - 1, fixed - 1, -1):
        one = events[before]
        if isinstance(one, ActionExecuted):
            return before if one.action_name == ACTION_LISTEN_NAME else place
    return place


def checkpoint(tracker: DialogueStateTracker) -> list[Event]:
    """The events that bring a new tracker of the same domain to where this one stands.

    Args:
        tracker: a conversation with at least one event.

    Returns:
        Events with the time of the tracker's last one. Slots, an active form and a pause are as
        they were, and slots that a restart emptied show what they were; messages are not in it,
        and are to follow.
    """
    at = tracker.events[-1].timestamp
    loop = tracker.active_loop
    begun = {_TRIGGER: loop.trigger_message} if loop and loop.trigger_message else {}
    made: list[Event] = [SessionStarted(at, {EARLIER_LEFT_OUT: True, **begun})]
    if wiped := _wiped(tracker):
        made += [*(SlotSet(name, value, at) for name, value in wiped.items()), AllSlotsReset(at)]
    made += [
        SlotSet(slot.name, slot.value, at)
        for slot in tracker.slots.values()
        if slot.value != slot.initial_value
    ]
    if loop and loop.name:
        made += [ActionExecuted(loop.name, timestamp=at), ActiveLoop(loop.name, at)]
        if loop.rejected:
            made.append(ActionExecutionRejected(loop.name, timestamp=at))
    latest = tracker.latest_action_name
    if latest and not (loop and latest == loop.name):
        made.append(ActionExecuted(latest, timestamp=at))
    if loop and loop.is_interrupted:
        made.append(LoopInterrupted(True, at))
    if tracker.is_paused():
        made.append(ConversationPaused(at))
    return made


def rebuilt(sender_id: str, events: Sequence[Event], slots: Sequence[Slot]) -> DialogueStateTracker:
    """Make a tracker from a checkpoint, if there is one, and a window.

    A form that was begun before the window keeps the message that began it.
    """
    tracker = DialogueStateTracker.from_events(sender_id, events, slots)
    begun = (events[0].metadata or {}).get(_TRIGGER) if events else None
    loops = [place for place, one in enumerate(events) if isinstance(one, ActiveLoop)]
    window = (place for place, one in enumerate(events) if isinstance(one, UserUttered))
    if begun and tracker.active_loop and loops and loops[-1] < next(window, len(events)):
        tracker.active_loop.trigger_message = begun
    return tracker


def _wiped(tracker: DialogueStateTracker) -> dict[str, Any]:
    """What slots were last set to where a restart emptied them since.

    EscalationPolicy stays silent by what `handoff_status` was last set to, restart or not.
    """
    last = {one.key: one.value for one in tracker.events if isinstance(one, SlotSet)}
    return {
        slot.name: last[slot.name]
        for slot in tracker.slots.values()
        if slot.value == slot.initial_value and last.get(slot.name, slot.value) != slot.value
    }


def begins_later(events: Sequence[Event], stored: int) -> int | None:
    """The index of the last start of a session among the events from `stored` on, if any.

    What was before it plays no part in dialogue any more: slots that outlive a session are set
    anew after its start.
    """
    for place in range(len(events) - 1, stored - 1, -1):
        if isinstance(events[place], SessionStarted):
            return place
    return None
