"""How a conversation stood before each of its actions: what policies decide by.

Rasa makes these states anew for each policy at each prediction: it replays the conversation and,
after each of its actions, asks every slot for its features. Here they are noted down once, by all
policies together, and a further prediction adds what has happened since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from rasa.core.policies.policy import Policy, SupportedData
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_UNLIKELY_INTENT_NAME,
    ACTIVE_LOOP,
    LOOP_NAME,
    PREVIOUS_ACTION,
    RULE_ONLY_LOOPS,
    RULE_ONLY_SLOTS,
    SLOTS,
    USER,
)
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.slots import BooleanSlot, CategoricalSlot, FloatSlot, Slot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME

# Events that change no slot, by name: of an abstract class Python asks at length what is of it.
_NO_SLOTS = (ActionExecuted.type_name, BotUttered.type_name, UserUttered.type_name)
_NOTES = "_frontdesk_notes"  # attribute of a tracker: its `_Notes`
_FEATURES = "_frontdesk_features"  # attribute of a domain: features by slot and value
_MOST_FEATURES = 10_000
# Rasa's own, whose features follow from the value and from whether one was ever set
_PLAIN_SLOTS = (BooleanSlot, CategoricalSlot, FloatSlot, TextSlot)


@dataclass(frozen=True)
class Moment:
    """How a conversation stood before an action, or stands now.

    Attributes:
        message: the customer's last message. What is read of it may change with a later event.
        slots: the slots that have features, with them.
        action: the action before, as Rasa's states name it.
        loop: the active loop, as Rasa's states name it.
        hidden: whether the action that followed is to be hidden from policies that learn.
        led: whether it was due anyway, so that it says nothing about hiding.
        turn: states with the same one have their message in common, as one object; None: own.
    """

    message: UserUttered | None
    slots: Mapping[str, Any]
    action: Mapping[str, str] | None
    loop: Mapping[str, str | None]
    hidden: bool
    led: bool
    turn: int | None = None


class _Notes:
    """The moments of a conversation up to some event."""

    def __init__(self, tracker: DialogueStateTracker, domain: Domain) -> None:
        self.domain = domain
        self.moments: list[Moment] = []
        self._events: list[Event] = []
        self._replayed = _bare(tracker)
        self._slots: Mapping[str, Any] | None = None  # None: a slot may have changed since

    def go_on(self, events: Sequence[Event]) -> bool:
        """Take up new events; tell whether they follow those that were noted."""
        known = len(self._events)
        if known > len(events) or any(a is not b for a, b in zip(self._events, events)):  # noqa: B905
            return False
        for event in events[known:]:
            if event.type_name == ActionExecuted.type_name:
                self.moments.append(self.now(hidden=event.hide_rule_turn))
            if not _matters(event, self._replayed):
                continue
            event.apply_to(self._replayed)
            if event.type_name not in _NO_SLOTS:
                self._slots = None
        self._events = list(events)
        return True

    def now(self, *, hidden: bool = False) -> Moment:
        """How the conversation stands behind the events so far."""
        if self._slots is None:
            self._slots = _features(self._replayed, self.domain)
        at = self._replayed
        return Moment(
            at.latest_message,
            self._slots,
            at.latest_action,
            self.domain._get_active_loop_sub_state(at),
            hidden,
            bool(at.followup_action or at.latest_action_name == at.active_loop_name),
        )


def _bare(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """A new conversation with those slots only that have features: a few of many."""
    slots = [slot for slot in tracker.slots.values() if slot.influence_conversation]
    return DialogueStateTracker(
        tracker.sender_id,
        slots,
        tracker._max_event_history,
        is_rule_tracker=tracker.is_rule_tracker,
    )


def _features(tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """What `Domain._get_slots_sub_state` gives; the features of a value are asked for once."""
    known: dict[Any, Any] = domain.__dict__.setdefault(_FEATURES, {})
    if len(known) > _MOST_FEATURES:
        known.clear()
    features: dict[str, Any] = {}
    for name, slot in tracker.slots.items():
        value = slot.value
        if type(slot) in _PLAIN_SLOTS and isinstance(value, bool | int | float | str | None):
            key = name, type(value), value, slot.has_been_set
            if key not in known:
                known[key] = _feature(slot, domain)
            found = known[key]
        else:
            found = _feature(slot, domain)
        if found is not None:
            features[name] = found
    return features


def _feature(slot: Slot, domain: Domain) -> Any:
    alone: Any = SimpleNamespace(slots={slot.name: slot})
    return domain._get_slots_sub_state(alone).get(slot.name)


def _matters(event: Event, bare: DialogueStateTracker) -> bool:
    return event.type_name != SlotSet.type_name or event.key in bare.slots  # type: ignore[attr-defined]


def as_policies_see_it(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """The conversation without the slots that have no features: quick to copy and to replay.

    Its events are those of the other; they are not applied to it.
    """
    bare = _bare(tracker)
    bare.events.extend(event for event in tracker.events if _matters(event, bare))
    return bare


def moments(tracker: DialogueStateTracker, domain: Domain) -> list[Moment]:
    """How a conversation stood before each of its actions, and how it stands now, last."""
    events = tracker.applied_events()
    notes: _Notes | None = tracker.__dict__.get(_NOTES)
    if notes is None or notes.domain is not domain or not notes.go_on(events):
        # a loop that runs again takes back what it did before
        notes = tracker.__dict__[_NOTES] = _Notes(tracker, domain)
        notes.go_on(events)
    return [*notes.moments, notes.now()]


def hand_on_notes(tracker: DialogueStateTracker, copied: DialogueStateTracker) -> None:
    """Have a copy of a conversation go on with what was noted of it."""
    if notes := tracker.__dict__.get(_NOTES):
        copied.__dict__[_NOTES] = notes


def prediction_states(
    policy: Policy,
    tracker: DialogueStateTracker,
    domain: Domain,
    *,
    last: int | None,
    use_text: bool = False,
    rule_only: Mapping[str, Any] | None = None,
) -> list[State]:
    """What `Policy._prediction_states` gives, in a fraction of its time.

    Args:
        policy: whose states these are.
        tracker: the conversation.
        domain: the assistant's.
        last: how many of the last states are wanted; None: all.
        use_text: whether the last message counts by its text, not by its intent.
        rule_only: slots and loops that policies that learn do not see.

    Returns:
        The states, oldest first; the caller may change them.
    """
    noted = moments(tracker, domain)
    if policy.supported_data() == SupportedData.ML_DATA:
        noted = _learned(noted)
    else:
        rule_only = None
    wanted = noted[-last:] if last else noted
    hidden = rule_only or {}
    slots, loops = hidden.get(RULE_ONLY_SLOTS) or (), hidden.get(RULE_ONLY_LOOPS) or ()
    states = [_state(moment, domain, slots, loops) for moment in wanted]
    said: dict[int, Any] = {}
    for moment, state in zip(wanted, states, strict=True):
        if moment.turn is not None and USER in state:
            state[USER] = said.setdefault(moment.turn, state[USER])
    policy.featurizer._choose_last_user_input([states], use_text)
    return states


def _learned(noted: Sequence[Moment]) -> list[Moment]:
    """The moments as a policy that learns sees them: see `Domain.states_for_tracker_history`.

    Actions that only rules know are not among them, nor what was said between.
    """
    seen: list[Moment] = []
    action: Mapping[str, str] | None = None
    hidden = False
    for moment in noted:
        if not hidden:
            action = moment.action
        if not moment.led:
            hidden = moment.hidden
        if hidden:
            continue
        heard = (moment.action or {}).get(ACTION_NAME) == ACTION_LISTEN_NAME
        turn: int | None = len(seen)
        message = moment.message
        if seen and not heard:
            turn, message = seen[-1].turn, seen[-1].message
        seen.append(replace(moment, message=message, action=action or moment.action, turn=turn))
    return [
        moment
        for moment in seen
        if (moment.action or {}).get(ACTION_NAME) != ACTION_UNLIKELY_INTENT_NAME
    ]


def _state(
    moment: Moment, domain: Domain, hidden_slots: Collection[str], hidden_loops: Collection[str]
) -> State:
    said = domain._get_user_sub_state(SimpleNamespace(latest_message=moment.message))
    loop = moment.loop.get(LOOP_NAME)
    parts = {
        USER: said,
        SLOTS: {name: value for name, value in moment.slots.items() if name not in hidden_slots},
        PREVIOUS_ACTION: moment.action and dict(moment.action),
        ACTIVE_LOOP: {} if loop in hidden_loops else dict(moment.loop),
    }
    state: State = {kind: part for kind, part in parts.items() if part}
    return state
