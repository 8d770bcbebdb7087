"""Tickets: what a person has to answer."""

from __future__ import annotations

import dataclasses
import json
from typing import Protocol

from backends.http import Rest
from backends.models import NewTicket, Ticket, TranscriptLine

# The contract's bounds. A ticket is cut to fit rather than refused: a customer was promised an
# answer, and the newest messages matter most.
MAX_REASON = 100
MAX_SUMMARY = 4_000
MAX_CHANNEL = 50
MAX_CONVERSATION_ID = 255
MAX_CONTACT = 254
MAX_SLOTS = 200
MAX_SLOT_TEXT = 4_000
MAX_LINES = 5_000
MAX_TEXT = 20_000
# A shop takes bodies of 2 MiB at least; these two and the rest stay below, however it is escaped.
MAX_TRANSCRIPT_BYTES = 1_400_000
MAX_SLOTS_BYTES = 500_000
# Names, quotes, time and commas around one text.
_AROUND = 80
_CUT = " […]"


class Tickets(Protocol):
    """What the assistant needs to do with tickets."""

    async def open(self, ticket: NewTicket, *, idempotency_key: str) -> Ticket:
        """Open a ticket for a person to answer.

        Args:
            ticket: what the person needs to know. What exceeds the contract's bounds is cut.
            idempotency_key: the same for the same ticket: asked twice, it is opened once.

        Raises:
            InvalidInput: the shop will never take this ticket.
            Conflict: the key was used for another ticket.
            BackendUnavailable: no usable answer; it may or may not be open. Repeat with this key.
        """

    async def add_note(self, ticket_id: str, text: str, *, idempotency_key: str) -> Ticket:
        """Add what the customer said later; gives the ticket as it is now.

        Args:
            ticket_id: `Ticket.id`, not its number.
            text: 1 to 20,000 characters; more is cut.
            idempotency_key: new for every note.

        Raises:
            NotFound: no such ticket.
            InvalidInput: the text is empty.
            BackendUnavailable: no usable answer.
        """

    async def set_contact(self, ticket_id: str, contact: str, *, idempotency_key: str) -> Ticket:
        """Say where the answer should go, instead of where it went before.

        Args:
            ticket_id: `Ticket.id`, not its number.
            contact: an e-mail address or a phone number.
            idempotency_key: new for every change.

        Raises:
            NotFound: no such ticket.
            InvalidInput: the contact is empty or too long.
            BackendUnavailable: no usable answer.
        """


class RestTickets:
    """`Tickets` over the contract's REST interface."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def open(self, ticket: NewTicket, *, idempotency_key: str) -> Ticket:
        """See `Tickets.open`."""
        return await self._rest.change(
            "POST", "/tickets", Ticket, body=fit(ticket), idempotency_key=idempotency_key
        )

    async def add_note(self, ticket_id: str, text: str, *, idempotency_key: str) -> Ticket:
        """See `Tickets.add_note`."""
        return await self._rest.change(
            "POST",
            "/tickets/{ticket_id}/notes",
            Ticket,
            path={"ticket_id": ticket_id},
            body={"text": _cut(text, MAX_TEXT)},
            idempotency_key=idempotency_key,
        )

    async def set_contact(self, ticket_id: str, contact: str, *, idempotency_key: str) -> Ticket:
        """See `Tickets.set_contact`."""
        return await self._rest.change(
            "PUT",
            "/tickets/{ticket_id}/contact",
            Ticket,
            path={"ticket_id": ticket_id},
            body={"contact": contact},
            idempotency_key=idempotency_key,
        )


def fit(ticket: NewTicket) -> NewTicket:
    """The ticket within the contract's bounds: long texts cut, the oldest messages left out.

    The same ticket always gives the same result, as its idempotency key demands. A contact too
    long to be one is left out: half an address would lead to a stranger.
    """
    contact = ticket.contact.strip() if ticket.contact else ""
    return dataclasses.replace(
        ticket,
        reason=_cut(ticket.reason, MAX_REASON),
        summary=_cut(ticket.summary, MAX_SUMMARY),
        channel=_cut(ticket.channel, MAX_CHANNEL),
        conversation_id=_cut(ticket.conversation_id, MAX_CONVERSATION_ID),
        transcript=_newest(ticket.transcript),
        slots=_slots(ticket.slots),
        contact=contact if 0 < len(contact) <= MAX_CONTACT else None,
    )


def _slots(slots: dict[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    size = 0
    for name, value in slots.items():
        text = _cut(value, MAX_SLOT_TEXT)
        size += _size(name) + _size(text)
        if size > MAX_SLOTS_BYTES or len(kept) == MAX_SLOTS:
            break
        kept[name] = text
    return kept


def _newest(transcript: tuple[TranscriptLine, ...]) -> tuple[TranscriptLine, ...]:
    # When lines must go, one place stays free for the line that tells of it.
    room = MAX_LINES if len(transcript) <= MAX_LINES else MAX_LINES - 1
    kept: list[TranscriptLine] = []
    size = 0
    for line in reversed(transcript):
        text = _cut(line.text, MAX_TEXT)
        size += _size(text)
        if size > MAX_TRANSCRIPT_BYTES or len(kept) == room:
            break
        kept.append(dataclasses.replace(line, text=text))
    missing = len(transcript) - len(kept)
    if missing:
        note = f"[{missing} earlier messages are left out: too long for one ticket]"
        kept.append(TranscriptLine(who="assistant", text=note, at=transcript[missing - 1].at))
    return tuple(reversed(kept))


def _size(text: str) -> int:
    """Bytes of a text in JSON at most: escaped to ASCII, which is never shorter than UTF-8."""
    return len(json.dumps(text)) + _AROUND


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - len(_CUT)] + _CUT
