"""How far a refund is: each case in its own words."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.reading import Message, is_general
from actions.refunds import ActionRefundStatus
from actions.wording import refund_method
from backends.models import Money, Order, OrderItem, Payment
from tests.actions.support import slot_values, tracker

FAR, PAST = date(2999, 1, 1), date(2001, 1, 1)
THEN = datetime(2026, 3, 4, tzinfo=timezone.utc)


def order(state: str = "returned", **changed: Any) -> Order:
    """An order with two payments, the second of which gives money back."""
    euros = Money(5400, "EUR")
    item = OrderItem("itm_1", "Oak chopping board", "large", 1, euros, "returned")
    values: dict[str, Any] = {
        "number": "10002",
        "state": state,
        "placed_at": THEN,
        "estimated_day": None,
        "delay_reason": None,
        "items": (item,),
        "shipments": (),
        "payments": (
            Payment("card ending in 4242", "paid", euros, Money(0, "EUR")),
            Payment("PayPal", "refund_pending", euros, Money(0, "EUR")),
        ),
        "total": euros,
        "refund": euros,
    }
    return Order(**{**values, **changed})


@pytest.mark.parametrize(
    ("told", "which"),
    [
        ("utter_refund_done", order("refunded", refunded_at=THEN)),
        ("utter_refund_under_way", order(refund_expected_by=FAR)),
        ("utter_refund_overdue", order(refund_expected_by=PAST)),
        ("utter_refund_after_return", order("return_requested")),
        ("utter_refund_no_day", order("cancelled")),
        ("utter_refund_none", order("delivered", refund=None)),
    ],
    ids=["done", "under way", "overdue", "return not here", "no day", "none"],
)
async def test_each_stage_is_told_in_its_own_words(told: str, which: Order) -> None:
    said = CollectingDispatcher()
    events = await ActionRefundStatus().show(which, said, tracker(task="refund_status"))
    assert said.messages[0]["response"] == told
    assert slot_values(events)["next_step"] == "done"


async def test_what_is_said_names_amount_method_and_day() -> None:
    said = CollectingDispatcher()
    await ActionRefundStatus().show(order(refund_expected_by=FAR), said, tracker())
    values = said.messages[0]
    assert (values["amount"], values["method"]) == ("€54.00", "PayPal")
    assert values["day"] == "Tuesday 1 January"


def test_without_a_refunded_payment_the_first_one_is_named() -> None:
    assert refund_method(order(payments=order().payments[:1])) == "card ending in 4242"
    assert refund_method(order(payments=())) == "original payment method"


@pytest.mark.parametrize(
    "text",
    [
        "how long does a refund take?",
        "how long do refunds take",
        "can a refund go to another card?",
        "what happens if my parcel is lost?",
        "how long do I have to report damage?",
    ],
)
def test_general_questions(text: str) -> None:
    assert is_general(Message(text, "", {}, {}))


@pytest.mark.parametrize(
    "text",
    [
        "where is my refund?",
        "when will the money be in my account",
        "is the refund for 10002 on its way?",
        "I still have no refund",
        "refund status",
        "did you refund me yet",
    ],
)
def test_questions_about_ones_own(text: str) -> None:
    assert not is_general(Message(text, "", {}, {}))
