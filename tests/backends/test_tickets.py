from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from backends.connect import Backends
from backends.errors import Conflict, InvalidInput, NotFound
from backends.models import TranscriptLine
from backends.tickets import MAX_LINES, MAX_SLOTS, MAX_TEXT, fit
from backends.wire import encode
from tests.backends.samples import NOON, new_ticket
from tests.support.shop import RunningShop

# What the contract asks every shop to take.
SHOPS_LIMIT = 2 * 1024 * 1024


def new_key() -> str:
    return str(uuid.uuid4())


def kept(shop: RunningShop, number: str) -> dict[str, Any]:
    (found,) = [ticket for ticket in shop.tickets() if ticket["number"] == number]
    return found


async def test_a_ticket_is_opened_with_everything_in_it(
    live: Backends, live_shop: RunningShop
) -> None:
    ticket = await live.tickets.open(new_ticket(), idempotency_key=new_key())
    assert ticket.number.startswith("T-")
    assert ticket.answer_by > ticket.created_at
    found = kept(live_shop, ticket.number)
    assert [line["text"] for line in found["transcript"]] == [
        "where is my parcel 📦",
        "Let me look.",
    ]
    assert found["slots"] == {"order_number": "10031"}
    assert found["contact"] == "anna.berg@example.com"


async def test_the_same_key_opens_one_ticket(live: Backends, live_shop: RunningShop) -> None:
    key, before = new_key(), len(live_shop.tickets())
    first = await live.tickets.open(new_ticket(), idempotency_key=key)
    assert await live.tickets.open(new_ticket(), idempotency_key=key) == first
    assert len(live_shop.tickets()) == before + 1


async def test_the_same_key_for_another_ticket_is_a_conflict(live: Backends) -> None:
    key = new_key()
    await live.tickets.open(new_ticket(), idempotency_key=key)
    with pytest.raises(Conflict):
        await live.tickets.open(new_ticket(summary="Something else."), idempotency_key=key)


async def test_notes_and_contact_come_later(live: Backends, live_shop: RunningShop) -> None:
    ticket = await live.tickets.open(new_ticket(contact=None), idempotency_key=new_key())
    await live.tickets.add_note(ticket.id, "It is the blue one.", idempotency_key=new_key())
    again = await live.tickets.set_contact(ticket.id, "+49401234567", idempotency_key=new_key())
    assert (again.id, again.number) == (ticket.id, ticket.number)
    found = kept(live_shop, ticket.number)
    assert found["contact"] == "+49401234567"
    assert "It is the blue one." in json.dumps(found["notes"])


async def test_an_unknown_ticket_is_not_found(live: Backends) -> None:
    with pytest.raises(NotFound):
        await live.tickets.add_note("no-such-ticket", "hello", idempotency_key=new_key())
    with pytest.raises(NotFound):
        await live.tickets.set_contact("no-such-ticket", "a@example.com", idempotency_key=new_key())


async def test_empty_notes_and_contacts_are_refused(live: Backends) -> None:
    ticket = await live.tickets.open(new_ticket(), idempotency_key=new_key())
    with pytest.raises(InvalidInput):
        await live.tickets.add_note(ticket.id, "", idempotency_key=new_key())
    with pytest.raises(InvalidInput):
        await live.tickets.set_contact(ticket.id, "", idempotency_key=new_key())


async def test_a_ticket_that_can_never_be_taken_is_refused(live: Backends) -> None:
    with pytest.raises(InvalidInput):
        await live.tickets.open(new_ticket(priority="yesterday"), idempotency_key=new_key())


NASTY = "\x00\x1b[31m<script>alert(1)</script> '; DROP TABLE tickets; -- \u202egnol \ud83d 😀"


async def test_any_text_of_a_stranger_is_taken(live: Backends, live_shop: RunningShop) -> None:
    lines = (TranscriptLine("customer", NASTY, NOON), TranscriptLine("customer", "", NOON))
    nasty = new_ticket(transcript=lines, summary=NASTY, slots={NASTY: NASTY}, contact=NASTY)
    ticket = await live.tickets.open(nasty, idempotency_key=new_key())
    await live.tickets.add_note(ticket.id, NASTY, idempotency_key=new_key())
    expected = NASTY.replace("\ud83d", "\ufffd")
    assert kept(live_shop, ticket.number)["transcript"][0]["text"] == expected


async def test_the_longest_conversation_is_taken_with_its_newest_messages(
    live: Backends, live_shop: RunningShop
) -> None:
    lines = tuple(
        TranscriptLine("customer", f"{i} " + "\x01ä📦" * 2_000, NOON + timedelta(seconds=i))
        for i in range(6_000)
    )
    slots = {f"slot_{i}": "\x01" * 10_000 for i in range(300)}
    endless = new_ticket(
        transcript=lines,
        slots=slots,
        summary="s" * 10_000,
        reason="r" * 1_000,
        channel="c" * 1_000,
        conversation_id="i" * 1_000,
    )
    ticket = await live.tickets.open(endless, idempotency_key=new_key())
    texts = [line["text"] for line in kept(live_shop, ticket.number)["transcript"]]
    assert texts[-1] == lines[-1].text
    assert texts[0] == f"[{6_000 - len(texts) + 1} earlier messages are left out: " + (
        "too long for one ticket]"
    )


def test_what_fits_is_left_alone() -> None:
    exactly = tuple(TranscriptLine("customer", "x", NOON) for _ in range(MAX_LINES))
    for ticket in (new_ticket(), new_ticket(transcript=exactly), new_ticket(transcript=())):
        assert fit(ticket) == ticket


def test_one_message_too_many_leaves_out_the_oldest() -> None:
    lines = tuple(TranscriptLine("customer", str(i), NOON) for i in range(MAX_LINES + 1))
    fitted = fit(new_ticket(transcript=lines)).transcript
    assert len(fitted) == MAX_LINES
    assert fitted[0].text.startswith("[2 earlier messages")
    assert fitted[1:] == lines[2:]


def test_a_long_message_is_cut_and_says_so() -> None:
    line = TranscriptLine("customer", "x" * (MAX_TEXT + 1), NOON)
    (fitted,) = fit(new_ticket(transcript=(line,))).transcript
    assert len(fitted.text) == MAX_TEXT
    assert fitted.text.endswith("[…]")


@pytest.mark.parametrize("contact", ["", "   ", "x" * 255])
def test_what_cannot_be_a_contact_is_left_out(contact: str) -> None:
    assert fit(new_ticket(contact=contact)).contact is None


@pytest.mark.parametrize("text", ["x", "\x01", "ä", "📦", '"'])
def test_the_largest_ticket_stays_below_what_a_shop_takes(text: str) -> None:
    lines = tuple(TranscriptLine("customer", text * 20_000, NOON) for _ in range(200))
    slots = {f"{i}{text * 100}": text * 5_000 for i in range(300)}
    fitted = fit(new_ticket(transcript=lines, slots=slots, summary=text * 5_000))
    body = json.dumps(encode(fitted), ensure_ascii=False).encode()
    assert len(body) < SHOPS_LIMIT
    assert len(fitted.slots) <= MAX_SLOTS
    assert fit(fitted).slots == fitted.slots
