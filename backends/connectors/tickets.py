"""Tickets for a shop software, which has none: the desk has the conversation, this its number.

Where nobody is at the desk, the assistant leaves the request in the conversation; the desk finds it
there, with this number, and everything that is said afterwards (docs/desk.md). So nothing has to be
stored here: what a ticket's id does not say, the conversation does.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, timezone

from backends import idempotency
from backends.errors import InvalidInput, NotFound
from backends.hours import SupportHours, answer_by
from backends.models import NewTicket, Ticket

_ID = re.compile(r"tkt_([0-9]{8})_([0-9]{1,12})", re.ASCII)


class DeskTickets:
    """`Tickets` whose content is at the desk.

    Args:
        hours: when people answer.
        clock: seconds since 1970.
    """

    def __init__(self, hours: SupportHours, clock: Callable[[], float] = time.time) -> None:
        self._hours, self._clock = hours, clock

    async def open(self, ticket: NewTicket, *, idempotency_key: str) -> Ticket:
        """See `Tickets.open`."""
        number = f"{int(idempotency.key('ticket', idempotency_key), 16) % 10**8:08d}"
        return self._ticket(number, int(self._clock()))

    async def add_note(self, ticket_id: str, text: str, *, idempotency_key: str) -> Ticket:
        """See `Tickets.add_note`: the desk reads what was said where it was said."""
        if not text.strip():
            raise InvalidInput("a note needs a text")
        return self._known(ticket_id)

    async def set_contact(self, ticket_id: str, contact: str, *, idempotency_key: str) -> Ticket:
        """See `Tickets.set_contact`: the desk reads it where it was given."""
        if not contact.strip():
            raise InvalidInput("a contact needs an address")
        return self._known(ticket_id)

    def _known(self, ticket_id: str) -> Ticket:
        match = _ID.fullmatch(ticket_id)
        if match is None:
            raise NotFound
        return self._ticket(match[1], int(match[2]))

    def _ticket(self, number: str, at: int) -> Ticket:
        opened = datetime.fromtimestamp(at, timezone.utc)
        return Ticket(
            id=f"tkt_{number}_{at}",
            number=f"T-{number}",
            status="open",
            created_at=opened,
            answer_by=answer_by(opened, self._hours),
        )
