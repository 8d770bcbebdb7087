"""Counting failed turns from raw events."""

import pytest
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    ConversationResumed,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)

from components.failed_turns import FailureMarks, count_failed_turns

MARKS = FailureMarks(
    actions={"action_suggest": "not_understood", "utter_action_failed": "action_failed"},
    intents={"wrong_answer": "wrong_answer"},
    failure_slot="failure",
    handoff_action="action_handoff",
    may_repeat=frozenset({"utter_greet"}),
)
LISTEN = ActionExecuted("action_listen")


def turn(intent: str, *events: Event) -> list[Event]:
    return [LISTEN, UserUttered("text", intent={"name": intent}), *events]


def acted(name: str) -> list[Event]:
    return [ActionExecuted(name), BotUttered("said")]


FAILED = turn("nlu_fallback", *acted("action_suggest"))
GOOD = turn("greet", *acted("utter_greet"))
SAME = turn("affirm", *acted("utter_affirm"))
REFUSED = turn("inform", ActionExecuted("identity_form"), SlotSet("failure", "invalid_email"))
BROKEN = turn("track_order", ActionExecuted("action_track_order"), *acted("utter_action_failed"))
CONTRADICTED = turn("wrong_answer", *acted("utter_wrong_answer"))
HANDED = turn("talk_to_person", ActionExecuted("action_handoff"), SlotSet("ticket_id", "1"))
HANDOFF_LOST = turn("nlu_fallback", ActionExecuted("action_handoff"), *acted("utter_action_failed"))
NEXT = turn("greet")


@pytest.mark.parametrize(
    ("events", "reasons"),
    [
        ([], ()),
        ([*NEXT], ()),
        ([*GOOD, *NEXT], ()),
        ([*FAILED, *NEXT], ("not_understood",)),
        ([*FAILED, *GOOD, *NEXT], ()),
        ([*GOOD, *GOOD, *NEXT], ()),
        ([*SAME, *NEXT], ()),
        ([*SAME, *SAME, *NEXT], ("repeated",)),
        ([*SAME, *GOOD, *SAME, *NEXT], ()),
        ([*REFUSED, *NEXT], ("invalid_email",)),
        ([*BROKEN, *NEXT], ("action_failed",)),
        ([*CONTRADICTED, *NEXT], ("wrong_answer",)),
        ([*FAILED, *REFUSED, *BROKEN, *NEXT], ("not_understood", "invalid_email", "action_failed")),
        ([*FAILED, *HANDED, *NEXT], ()),
        ([*FAILED, *HANDOFF_LOST, *NEXT], ("not_understood", "action_failed")),
        ([*FAILED, SessionStarted(), *NEXT], ()),
        ([*FAILED, ConversationResumed(), *NEXT], ()),
        ([*FAILED, *turn("x", SlotSet("failure", None), *acted("utter_greet")), *NEXT], ()),
    ],
)
def test_counts_failed_turns_in_a_row(events: list[Event], reasons: tuple[str, ...]) -> None:
    count = count_failed_turns(events, MARKS)
    assert count.reasons == reasons
    assert count.before == len(reasons)


def test_the_current_turn_is_told_apart() -> None:
    rejected = ActionExecutionRejected("identity_form")
    count = count_failed_turns([*FAILED, *NEXT, rejected, ActionExecuted("action_x")], MARKS)
    assert count.before == 1
    assert count.turn.actions == ["action_x"]
    assert count.turn.rejected == ["identity_form"]
    assert count.turn.dangling == "action_x"
    assert count.turn.failures == []


@pytest.mark.parametrize("event", [SlotSet("any", 1), BotUttered("said")])
def test_an_action_that_left_an_event_did_its_work(event: Event) -> None:
    count = count_failed_turns([*NEXT, ActionExecuted("action_x"), event], MARKS)
    assert count.turn.dangling is None
