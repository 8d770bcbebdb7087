"""Counting failed turns from a conversation's events.

A failed turn is a customer message after which the assistant did not move forward, whatever the
cause. The count is derived from the events alone, so that it is right after a restart, on any
worker, and for a conversation that somebody looks at a year later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ConversationResumed,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)


@dataclass(frozen=True)
class FailureMarks:
    """What in a turn's events says that the turn failed.

    Attributes:
        actions: names of actions that are run only because something failed, with the reason
            that each stands for.
        intents: intents by which the customer says that the last answer was no good, with the
            reason that each stands for.
        failure_slot: the slot that a custom action or a form sets to a reason when it could not
            do what the customer wanted.
        handoff_action: the action that hands the conversation to a person; done, it ends the
            counting.
        may_repeat: responses that may be given in two turns running. Any other response that is
            said again, word for word, shows that the conversation goes in circles.
    """

    actions: dict[str, str]
    intents: dict[str, str]
    failure_slot: str
    handoff_action: str
    may_repeat: frozenset[str] = frozenset()


@dataclass
class Turn:
    """One customer message and what followed it.

    Attributes:
        message: the customer's message; None before the first one.
        failures: the reasons why the turn failed, in order; empty if it moved forward.
        actions: names of the actions executed so far in this turn, without `action_listen`.
        rejected: names of the loops that refused this message.
        handed_off: whether the handoff action ran in this turn and did its work.
        dangling: name of the action that was executed last without leaving a single event behind,
            else None. Rasa logs a remote action that raised or could not be reached like this.
    """

    message: UserUttered | None = None
    failures: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    handed_off: bool = False
    dangling: str | None = None


@dataclass(frozen=True)
class Count:
    """How many turns in a row failed before the current one.

    Attributes:
        before: number of failed turns in a row that precede the current turn.
        reasons: one reason for each of them, oldest first.
        turn: the current turn.
    """

    before: int
    reasons: tuple[str, ...]
    turn: Turn


def intent_name(message: UserUttered | None) -> str | None:
    """The intent of a customer message, None if it has none."""
    return message.intent.get("name") if message else None


def _note(event: Event, turn: Turn, previous: Turn, marks: FailureMarks) -> None:
    """Enters one event of the current turn."""
    if isinstance(event, ActionExecuted):
        name: Any = event.action_name
        if not name or name == ACTION_LISTEN_NAME:
            return
        turn.actions.append(name)
        if name in marks.actions:
            turn.failures.append(marks.actions[name])
        elif (
            name.startswith("utter_") and name in previous.actions and name not in marks.may_repeat
        ):
            turn.failures.append("repeated")
        turn.dangling = name
        return
    if turn.dangling == marks.handoff_action:
        turn.handed_off = True
    turn.dangling = None
    if isinstance(event, SlotSet) and event.key == marks.failure_slot and event.value:
        turn.failures.append(str(event.value))
    elif event.type_name == "action_execution_rejected":
        turn.rejected.append(event.action_name)  # type: ignore[attr-defined]


def count_failed_turns(events: Iterable[Event], marks: FailureMarks) -> Count:
    """Counts the failed turns in a row.

    Args:
        events: the conversation's events, oldest first.
        marks: what marks a turn as failed.

    Returns:
        The count before the current turn, and the current turn as far as it has come. A turn that
        moved forward, a handoff, a resumed conversation and a new session each start it anew.
    """
    reasons: list[str] = []
    previous, turn = Turn(), Turn()
    for event in events:
        if isinstance(event, (ConversationResumed, SessionStarted)):
            reasons, previous, turn = [], Turn(), Turn()
        elif isinstance(event, UserUttered):
            reasons = _close(turn, reasons)
            previous, turn = turn, Turn(message=event)
            intent = intent_name(event)
            if intent in marks.intents:
                turn.failures.append(marks.intents[intent])
        else:
            _note(event, turn, previous, marks)
    return Count(len(reasons), tuple(reasons), turn)


def _close(turn: Turn, reasons: list[str]) -> list[str]:
    # what precedes the first message is how a long conversation stood where its window begins
    if turn.message is None or turn.handed_off or not turn.failures:
        return []
    return [*reasons, turn.failures[0]]
