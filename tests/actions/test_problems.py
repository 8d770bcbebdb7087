"""What went wrong with a delivery, and what the policy gives for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.problem_words import fault, items_said, wish
from actions.problems import ActionDeliveryProblem
from actions.reading import Message
from backends.models import Order, OrderItem, Shipment
from tests.actions.support import slot_values, tracker
from tests.actions.test_refunds import order

NOW = datetime.now(timezone.utc)


def sent(state: str, *, expected: int, arrived: int | None = None, items: int = 1) -> Order:
    """An order whose parcel is expected, and arrived, so many days from now."""
    one = order().items[0]
    names = ("Oak chopping board", "Enamel kettle")
    lines: tuple[OrderItem, ...] = tuple(
        replace(one, id=f"itm_{n}", product=names[n]) for n in range(items)
    )
    delivered = None if arrived is None else NOW + timedelta(days=arrived)
    parcel = Shipment(
        *("s1", "Post", "T1", None, "in_transit", None),
        (NOW + timedelta(days=expected)).date(),
        delivered,
        ("itm_0",),
    )
    return order(state, shipments=(parcel,), items=lines, refund=None)


async def tell(which: Order, **slots: Any) -> tuple[str, dict[str, Any], list[str]]:
    """The response, the slots and the buttons for such an order."""
    said = CollectingDispatcher()
    events = await ActionDeliveryProblem().show(which, said, tracker(**slots))
    message = said.messages[0]
    titles = [button["title"] for button in message.get("buttons") or []]
    return message["response"], slot_values(events), titles


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the mug arrived broken", "damaged"),
        ("you sent me the wrong item", "wrong_item"),
        ("one of the items is missing", "missing_item"),
        ("I think my parcel got lost", "lost"),
        ("my order is late", "late"),
        ("it says delivered but I don't have it", "late"),
        ("nothing has come", "late"),
        ("I have a problem with a delivery", None),
    ],
)
def test_the_fault_is_read(text: str, kind: str | None) -> None:
    assert fault(Message(text, "", {}, {})) == kind


def test_a_button_says_it_for_certain() -> None:
    pressed = Message("", "", {"delivery_fault": ["damaged"], "remedy": ["refund"]}, {})
    assert (fault(pressed), wish(pressed)) == ("damaged", "refund")


def test_items_are_named_by_their_words() -> None:
    two = sent("delivered", expected=-2, arrived=-2, items=2)
    assert [item.id for item in items_said(two, "the kettles came broken")] == ["itm_1"]
    assert items_said(two, "it is broken") == ()


@pytest.mark.parametrize(
    ("which", "response", "next_step"),
    [
        (sent("shipped", expected=2), "utter_problem_not_late", "done"),
        (sent("packed", expected=2), "utter_problem_not_sent", "done"),
        (sent("shipped", expected=-3), "utter_problem_late", "person"),
        (sent("shipped", expected=-30), "utter_which_remedy", "done"),
        (sent("delivered", expected=-3, arrived=-3), "utter_problem_not_found", "person"),
    ],
    ids=["in time", "not sent", "late", "counts as lost", "said to be delivered"],
)
async def test_a_parcel_that_does_not_come(which: Order, response: str, next_step: str) -> None:
    told, slots, _ = await tell(which, delivery_fault="late")
    assert (told, slots["next_step"]) == (response, next_step)


async def test_each_thing_is_asked_for_once_and_then_a_person_sees_to_it() -> None:
    two = sent("delivered", expected=-2, arrived=-2, items=2)
    told, _, titles = await tell(two)
    assert (told, len(titles)) == ("utter_which_problem", 5)
    told, _, titles = await tell(two, delivery_fault="damaged")
    assert (told, titles[-1]) == ("utter_which_item", "All of it")
    told, slots, titles = await tell(two, delivery_fault="damaged", problem_item="itm_1")
    assert (told, titles) == ("utter_which_remedy", ["A replacement", "My money back"])
    assert slots["problem_items"] == "Enamel kettle (large)"
    known = {"delivery_fault": "damaged", "problem_item": "itm_1", "remedy": "refund"}
    told, slots, _ = await tell(two, **known)
    assert (told, slots["next_step"]) == ("utter_problem_photo", "person")
    assert slots["handoff_reason"] == "delivery_problem"


async def test_a_fault_without_photo_asks_for_none() -> None:
    one = sent("delivered", expected=-2, arrived=-2)
    told, _, _ = await tell(one, delivery_fault="missing_item", remedy="replacement")
    assert told == "utter_problem_noted"


async def test_too_late_a_report_is_no_refusal() -> None:
    told, slots, _ = await tell(
        sent("delivered", expected=-40, arrived=-40), delivery_fault="damaged"
    )
    assert (told, slots["next_step"]) == ("utter_problem_too_old", "person")


async def test_what_has_not_arrived_is_no_damage() -> None:
    told, slots, _ = await tell(sent("shipped", expected=1), delivery_fault="damaged")
    assert (told, slots["next_step"]) == ("utter_problem_not_delivered", "person")
