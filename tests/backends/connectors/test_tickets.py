"""Tickets of a shop software: a number and a promise for what the desk has."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from backends.connectors.tickets import DeskTickets
from backends.errors import InvalidInput, NotFound
from backends.hours import SupportHours
from backends.models import NewTicket

TICKET = NewTicket("customer_asked", "", "web", "c-1", (), {}, None, None, "normal")
FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=timezone.utc)


@pytest.fixture
def tickets() -> DeskTickets:
    return DeskTickets(SupportHours.parse("Mon-Fri 09:00-17:00"), FRIDAY.timestamp)


async def test_a_ticket_has_a_number_and_a_promise_within_the_hours(tickets: DeskTickets) -> None:
    ticket = await tickets.open(TICKET, idempotency_key="the-same-key")
    assert ticket.created_at == FRIDAY
    assert ticket.answer_by == datetime(2026, 11, 30, 12, 0, tzinfo=timezone.utc)
    assert await tickets.open(TICKET, idempotency_key="the-same-key") == ticket
    assert (await tickets.open(TICKET, idempotency_key="another-key")).number != ticket.number


async def test_what_is_said_later_belongs_to_the_same_ticket(tickets: DeskTickets) -> None:
    ticket = await tickets.open(TICKET, idempotency_key="the-same-key")
    assert await tickets.add_note(ticket.id, "and one thing more", idempotency_key="n1") == ticket
    assert await tickets.set_contact(ticket.id, "a@b.example", idempotency_key="c1") == ticket
    for call in (tickets.add_note, tickets.set_contact):
        with pytest.raises(InvalidInput):
            await call(ticket.id, "  ", idempotency_key="k")
        with pytest.raises(NotFound):
            await call("tkt_of_another_shop", "text", idempotency_key="k")
