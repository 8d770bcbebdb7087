"""The states of a handoff, and what leads from one to another, as data.

Nothing else in the project decides what may follow what: the store asks `after`, pages ask
`possible`, tests walk through every pair.
"""

from __future__ import annotations

from enum import Enum


class State(str, Enum):
    """Where a handoff stands. The values are what the database holds."""

    QUEUED = "queued"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"
    ABANDONED = "abandoned"
    TICKET = "ticket"


class Event(str, Enum):
    """What can happen to a handoff. The values are what the database holds.

    Attributes:
        TAKE: an agent takes it.
        ASSIGN: a lead gives it to an agent.
        TRANSFER: it goes from one agent to another.
        RELEASE: its agent puts it back into the queue, in its old place.
        RESOLVE: the agent is done.
        BACK: the customer goes back to the assistant.
        MESSAGE: the customer leaves a message, which is answered later, instead of waiting.
        TIME_OUT: nobody came, or the agent has left the customer waiting too long.
    """

    TAKE = "take"
    ASSIGN = "assign"
    TRANSFER = "transfer"
    RELEASE = "release"
    RESOLVE = "resolve"
    BACK = "back"
    MESSAGE = "message"
    TIME_OUT = "time_out"


# A pair that is not here is not possible.
TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.QUEUED, Event.TAKE): State.ASSIGNED,
    (State.QUEUED, Event.ASSIGN): State.ASSIGNED,
    (State.QUEUED, Event.BACK): State.ABANDONED,
    (State.QUEUED, Event.MESSAGE): State.TICKET,
    (State.QUEUED, Event.TIME_OUT): State.TICKET,
    (State.ASSIGNED, Event.TRANSFER): State.ASSIGNED,
    (State.ASSIGNED, Event.RELEASE): State.QUEUED,
    (State.ASSIGNED, Event.TIME_OUT): State.QUEUED,
    (State.ASSIGNED, Event.RESOLVE): State.RESOLVED,
    (State.ASSIGNED, Event.BACK): State.ABANDONED,
}

# While a handoff is in one of these, the assistant says nothing.
OPEN = frozenset({State.QUEUED, State.ASSIGNED})


class NotPossible(Exception):
    """This cannot happen to a handoff in this state.

    Attributes:
        state: where the handoff stands.
        event: what was to happen.
    """

    def __init__(self, state: State, event: Event):
        super().__init__(f"a handoff that is {state.value} cannot {event.value}")
        self.state = state
        self.event = event


def after(state: State, event: Event) -> State:
    """Return the state that follows.

    Args:
        state: where the handoff stands.
        event: what happens.

    Raises:
        NotPossible: nothing follows: the handoff stays where it is.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise NotPossible(state, event) from None


def possible(state: State) -> frozenset[Event]:
    """Return what can happen to a handoff in this state."""
    return frozenset(event for before, event in TRANSITIONS if before is state)
