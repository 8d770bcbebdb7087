"""Which of several orders is meant."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import tasks
from actions.identity import ValidateIdentityForm
from actions.orders import ActionTrackOrder
from tests.actions.support import slot_values, tracker

TASK = ActionTrackOrder()
LEFT_OUT = {"event": "session_started", "metadata": {"earlier_left_out": True}}
QUESTIONS = [{"event": "user", "text": f"question {number}"} for number in range(20)]


def task(value: str | None) -> dict[str, Any]:
    return {"event": "slot", "name": "task", "value": value}


LAST = {"event": "user", "text": "where is my last order"}


@pytest.mark.parametrize(
    ("events", "kept", "latest"),
    [
        ([LAST, task("track_order")], None, True),
        ([LAST, task(None), task("track_order")], None, False),
        ([LAST, task("track_order"), *QUESTIONS], None, True),
        # of a long conversation the message is not sent any more
        ([LEFT_OUT, task("track_order"), *QUESTIONS], True, True),
        ([LEFT_OUT, task("track_order"), *QUESTIONS], None, False),
        # what was said of another task
        ([LEFT_OUT, task("refund_status"), *QUESTIONS], True, False),
        ([LEFT_OUT, *QUESTIONS, task(None), *QUESTIONS], True, False),
        # all of it is here, and it is not in it
        (QUESTIONS, True, False),
    ],
)
def test_the_last_order_is_meant_if_that_was_said_since_the_task_began(
    events: list[dict[str, Any]], kept: bool | None, latest: bool
) -> None:
    assert TASK._wants_latest(tracker(events, latest_meant=kept)) is latest


@pytest.mark.parametrize(("text", "meant"), [("the last one", True), ("no idea", None)])
async def test_it_may_be_said_in_answer_to_a_question(text: str, meant: bool | None) -> None:
    found = {"event": "slot", "name": "ask_variant", "value": None}
    asked = tracker([{"event": "action", "name": "action_listen"}, found], latest={"text": text})
    events = await ValidateIdentityForm().get_validation_events(
        CollectingDispatcher(), asked, {"forms": {}}
    )
    assert slot_values(events) == {"ask_variant": None, **({"latest_meant": True} if meant else {})}


def test_the_next_task_starts_without_it() -> None:
    said = CollectingDispatcher()
    ended = tasks.finish("track_order", said, tracker(latest_meant=True))
    assert slot_values(ended)["latest_meant"] is None
    assert slot_values(tasks.drop(tracker()))["latest_meant"] is None
