"""Sending an invoice once, and telling the truth when the shop stops answering."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import invoices
from actions.invoices import ActionGetInvoice
from actions.reading import Message
from backends.errors import BackendError, BackendUnavailable, NotAllowed, NotFound
from tests.actions.support import slot_values, tracker
from tests.actions.test_refunds import order

WAIT = NotAllowed(rule="state", alternative="wait")
NEVER = NotAllowed(rule="by_person", alternative="person")
DOWN = BackendUnavailable()


class Changes:
    """A shop's changes, each of which may fail in its own way."""

    def __init__(self, **failing: BackendError) -> None:
        self.failing = failing
        self.made: list[dict[str, Any]] = []

    async def preview(self, *_: object) -> Any:
        self._fail("preview")
        return SimpleNamespace(quote="q1")

    async def make(self, *asked: object, **named: Any) -> None:
        self.made.append(named)
        self._fail("make")

    async def look_up(self, *_: object) -> None:
        self._fail("look_up")

    def _fail(self, step: str) -> None:
        if step in self.failing:
            raise self.failing[step]


async def send(changes: Changes, monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, Any]]:
    """What is said, and the slots, when an invoice is sent by such a shop."""
    monkeypatch.setattr(invoices, "backends", lambda: SimpleNamespace(changes=changes))
    said = CollectingDispatcher()
    known = tracker(task="get_invoice", customer_id="cus_1", email="a@example.com")
    events = await ActionGetInvoice().show(order("delivered"), said, known)
    return said.messages[0]["response"], slot_values(events)


@pytest.mark.parametrize(
    ("failing", "response"),
    [
        ({}, "utter_invoice_sent"),
        ({"preview": WAIT}, "utter_invoice_too_early"),
        ({"preview": NEVER}, "utter_invoice_not_possible"),
        ({"make": DOWN}, "utter_invoice_sent"),
        ({"make": DOWN, "look_up": DOWN}, "utter_invoice_unknown"),
    ],
    ids=["sent", "too early", "never", "sent but the answer was lost", "nobody knows"],
)
async def test_what_is_said_is_what_happened(
    failing: dict[str, BackendError], response: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, slots = await send(Changes(**failing), monkeypatch)
    assert told == response
    assert slots["next_step"] == "done"


async def test_one_that_was_not_sent_is_a_shop_that_is_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(BackendUnavailable):
        await send(Changes(make=DOWN, look_up=NotFound()), monkeypatch)


async def test_the_same_message_has_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = Changes()
    await send(changes, monkeypatch)
    await send(changes, monkeypatch)
    first, second = changes.made
    assert first["idempotency_key"] == second["idempotency_key"]
    assert (first["quote"], first["made_by"].proof) == ("q1", "code")


@pytest.mark.parametrize(
    ("text", "articles"),
    [
        ("I need an invoice with our VAT number", True),
        ("yearly statement please", True),
        ("send me the invoice for 10042", False),
        ("I lost my receipt", False),
    ],
)
def test_other_papers_are_for_the_help_pages(text: str, articles: bool) -> None:
    message = Message(text, "get_invoice", {}, {})
    assert ActionGetInvoice().is_for_articles(message, tracker()) is articles
