"""Every pair of a state and an event, one by one."""

from __future__ import annotations

import itertools

import pytest

from desk.states import OPEN, TRANSITIONS, Event, NotPossible, State, after, possible

# Written out anew, from the design: a slip in the table is a difference here.
EXPECTED = {
    "queued": {
        "take": "assigned",
        "assign": "assigned",
        "back": "abandoned",
        "message": "ticket",
        "time_out": "ticket",
    },
    "assigned": {
        "transfer": "assigned",
        "release": "queued",
        "time_out": "queued",
        "resolve": "resolved",
        "back": "abandoned",
    },
    "resolved": {},
    "abandoned": {},
    "ticket": {},
}


@pytest.mark.parametrize(("state", "event"), itertools.product(State, Event))
def test_every_pair(state: State, event: Event) -> None:
    wanted = EXPECTED[state.value].get(event.value)
    if wanted is None:
        with pytest.raises(NotPossible) as refused:
            after(state, event)
        assert (refused.value.state, refused.value.event) == (state, event)
        assert event not in possible(state)
    else:
        assert after(state, event) is State(wanted)
        assert event in possible(state)


def test_every_state_is_reached_and_every_open_one_can_end() -> None:
    reached = {State.QUEUED} | set(TRANSITIONS.values())
    assert reached == set(State)
    for state in State:
        assert bool(possible(state)) == (state in OPEN)
        if state in OPEN:
            assert any(after(state, event) not in OPEN for event in possible(state))
