"""Starting, interrupting, finishing and leaving tasks."""

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import tasks
from tests.actions.support import slot_values, tracker


def test_a_task_leaves_the_form_under_way_and_remembers_the_other_task() -> None:
    events = tasks.begin("reset_password", tracker(loop="identity_form", task="track_order"))
    assert {"event": "active_loop", "timestamp": None, "name": None} in events
    assert slot_values(events) == {
        "requested_slot": None,
        "paused_task": "track_order",
        "task": "reset_password",
    }


def test_a_task_without_a_form_interrupts_nothing() -> None:
    assert slot_values(tasks.begin("track_order", tracker(task="reset_password"))) == {
        "task": "track_order"
    }
    again = tasks.begin("track_order", tracker(loop="identity_form", task="track_order"))
    assert "paused_task" not in slot_values(again)


def test_an_interrupted_task_is_offered_again() -> None:
    said = CollectingDispatcher()
    events = tasks.finish("reset_password", said, tracker(paused_task="track_order"))
    assert slot_values(events) == {"task": None, "paused_task": None, "next_step": "done"}
    assert [button["payload"] for button in said.messages[0]["buttons"]] == [
        "/track_order",
        "/decline_offer",
    ]


def test_nothing_is_offered_when_nothing_was_interrupted() -> None:
    for paused in (None, "track_order", "an_unknown_task"):
        said = CollectingDispatcher()
        tasks.finish("track_order", said, tracker(paused_task=paused))
        assert said.messages == []


def test_dropping_clears_what_was_under_way() -> None:
    values = slot_values(tasks.drop(tracker(loop="order_form", task="track_order")))
    assert values["task"] is None
    assert values["requested_slot"] is None
    assert values["challenge_id"] is None


def test_a_task_that_is_done_at_once_offers_the_one_that_it_interrupted() -> None:
    said, waiting = CollectingDispatcher(), tracker(loop="change_form", task="cancel_order")
    tasks.begin("track_order", waiting)
    tasks.finish("track_order", said, waiting)
    assert [button["payload"] for button in said.messages[0]["buttons"]] == [
        "/cancel_order",
        "/decline_offer",
    ]


@pytest.mark.parametrize(
    ("intent", "task", "another"),
    [
        ("cancel_order", "track_order", True),
        ("track_order", "cancel_order", True),
        ("place_order", "return_item", True),
        ("change_address", "change_order", False),
        ("place_order", "reorder", False),
        ("inform", "cancel_order", False),
        ("delivery_problem", "track_order", False),
        ("track_order", "delivery_problem", False),
        ("change_address", "change_profile", False),
        ("cancel_order", None, False),
    ],
)
def test_which_wish_is_for_another_task(intent: str, task: str | None, another: bool) -> None:
    assert tasks.begins_another(intent, task) is another


@pytest.mark.parametrize(
    ("asks", "text", "kept"),
    [
        ("confirm", "no wait, change the address", False),
        ("confirm", "Actually, change the address", False),
        ("confirm", "hm ok don\u2019t, send it somewhere else", False),
        ("confirm", "change the address instead", False),
        ("reason", "I'd rather have another address", False),
        ("confirm", "wait, where is it now?", True),
        ("confirm", "change the address first", True),
        ("reason", "no idea, where is it?", True),  # it answers the question
    ],
)
def test_a_change_that_is_taken_back_is_not_offered_again(asks: str, text: str, kept: bool) -> None:
    change = {"number": "10041", "kind": "cancel", "asks": asks}
    here = tracker(loop="change_form", task="cancel_order", change=change, latest={"text": text})
    values = slot_values(tasks.begin("change_order", here))
    assert values.get("paused_task") == ("cancel_order" if kept else None)
    assert here.get_slot("change") == (change if kept else None)
