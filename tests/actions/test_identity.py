"""What the identity form takes for an answer, and what it needs."""

from __future__ import annotations

import time

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.identity import ValidateIdentityForm
from actions.reading import Message
from privacy import mask_secrets
from tests.actions.support import tracker

FORM = ValidateIdentityForm()
SECRET = "a-seal-secret-for-tests-only-0123456789"


def number(intent: str, text: str = "where is order 10023") -> Message:
    return Message(text, intent, {"order_number": ["10023"]}, {})


def test_another_task_with_its_own_number_is_no_answer() -> None:
    asking = tracker(task="refund_status", identity_need="order", order_number="10002")
    assert FORM.read("order_proof", number("track_order", "where is order 10023"), asking) == {}
    assert FORM.read("order_number", number("get_invoice"), asking) == {}


@pytest.mark.parametrize("intent", ["inform", "refund_status", "delivery_problem"])
def test_a_number_of_the_same_matter_is_an_answer(intent: str) -> None:
    asking = tracker(task="refund_status", identity_need="order")
    assert FORM.read("order_number", number(intent), asking) == {"order_number": "10023"}


async def test_a_customer_is_proven_by_code_alone() -> None:
    asking = tracker(identity_need="customer", order_number="10023", order_proof="20095")
    wanted = await FORM.required_slots([], CollectingDispatcher(), asking, {})
    assert wanted == ["email", "code"]
    proven = tracker(
        identity_need="customer", customer_id="cus_1", verified_until=time.time() + 1000
    )
    assert await FORM.required_slots([], CollectingDispatcher(), proven, {}) == []


async def test_an_order_is_not_looked_up_by_proof_when_the_customer_is_to_be_proven() -> None:
    asking = tracker(identity_need="customer", order_number="10023")
    checked = await FORM.check("order_proof", "99999", CollectingDispatcher(), asking)
    assert checked == {"order_proof": "99999"}
    checked = await FORM.check("order_number", "10031", CollectingDispatcher(), asking)
    assert checked == {"order_number": "10031"}


@pytest.mark.parametrize(("sent", "taken"), [(None, True), (3600, False), (2 * 86400, True)])
def test_six_digits_are_no_order_number_for_a_day_after_a_code_was_sent(
    sent: int | None, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTDESK_SEAL_SECRET", SECRET)
    asking = tracker(identity_need="order", code_sent_at=sent and time.time() - sent)
    masked = mask_secrets("123456", SECRET)
    message = Message(masked.text, "inform", {}, {"sealed_code": masked.sealed_code})
    read = FORM.read("order_number", message, asking)
    assert read == ({"order_number": "123456"} if taken else {})
