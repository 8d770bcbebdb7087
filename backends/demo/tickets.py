"""Tickets: what a person has to answer."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, StrictStr, validator

from backends.demo import mail, times
from backends.demo.errors import not_found
from backends.demo.once import Answer, TheChange
from backends.demo.shop import EMAIL, Body, IdInPath, Shop
from backends.hours import answer_by

router = APIRouter()

# The first ticket is T-100001: long enough to look like a number that one writes down.
FIRST_NUMBER = 100_000
MOST_SLOTS, LONGEST_SLOT = 200, 4000
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:)(\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII
)


class Line(Body):
    """One message of the conversation."""

    who: Literal["customer", "assistant"]
    text: Annotated[StrictStr, Field(max_length=20_000)]
    at: StrictStr

    @validator("at")
    def _moment(cls, value: str) -> str:
        match = _MOMENT.fullmatch(value)
        if match is None:
            raise ValueError("not an RFC 3339 time")
        # A leap second is written as 60, which Python does not know.
        second = min(match[3], "59")
        zone = "+00:00" if match[4] in "Zz" else match[4]
        try:
            return times.write(datetime.fromisoformat(f"{match[1]}T{match[2]}{second}{zone}"))
        except (ValueError, OverflowError) as error:
            raise ValueError("not an RFC 3339 time") from error


class NewTicket(Body):
    """A ticket as it comes in."""

    reason: Annotated[StrictStr, Field(min_length=1, max_length=100)]
    summary: Annotated[StrictStr, Field(min_length=1, max_length=4000)]
    channel: Annotated[StrictStr, Field(min_length=1, max_length=50)]
    conversation_id: Annotated[StrictStr, Field(min_length=1, max_length=255)]
    transcript: Annotated[list[Line], Field(max_items=5000)]
    slots: dict[StrictStr, StrictStr]
    customer_id: Annotated[
        StrictStr | None, Field(min_length=1, max_length=64, regex=r"^[A-Za-z0-9_-]+\Z")
    ] = None
    contact: Annotated[StrictStr | None, Field(min_length=1, max_length=254)] = None
    priority: Literal["low", "normal", "high", "urgent"]

    @validator("slots", pre=True)
    def _an_object(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError("not an object")
        return value

    @validator("slots")
    def _small_enough(cls, value: dict[str, str]) -> dict[str, str]:
        if len(value) > MOST_SLOTS or any(len(text) > LONGEST_SLOT for text in value.values()):
            raise ValueError(f"more than {MOST_SLOTS} slots, or one longer than {LONGEST_SLOT}")
        return value


class NewNote(Body):
    """What the customer said later."""

    text: Annotated[StrictStr, Field(min_length=1, max_length=20_000)]


class NewContact(Body):
    """Where the answer should go."""

    contact: Annotated[StrictStr, Field(min_length=1, max_length=254)]


@router.post("/tickets")
def open_ticket(body: NewTicket, change: TheChange) -> JSONResponse:
    """Open a ticket."""
    return change.once(lambda connection: _open(connection, change.shop, body))


@router.post("/tickets/{ticket_id}/notes")
def add_note(ticket_id: IdInPath, body: NewNote, change: TheChange) -> JSONResponse:
    """Add a note."""

    def work(connection: sqlite3.Connection) -> Answer:
        ticket = _get(connection, ticket_id)
        connection.execute(
            "INSERT INTO ticket_notes (ticket_serial, text, at) VALUES (?, ?, ?)",
            (ticket["serial"], body.text, times.write(change.shop.now())),
        )
        return Answer(201, _written(ticket))

    return change.once(work)


@router.put("/tickets/{ticket_id}/contact")
def set_contact(ticket_id: IdInPath, body: NewContact, change: TheChange) -> JSONResponse:
    """Replace the contact."""

    def work(connection: sqlite3.Connection) -> Answer:
        ticket = _get(connection, ticket_id)
        connection.execute(
            "UPDATE tickets SET contact = ? WHERE serial = ?", (body.contact, ticket["serial"])
        )
        _confirm(connection, ticket, body.contact, change.shop.now())
        return Answer(200, _written(ticket))

    return change.once(work)


def everything(connection: sqlite3.Connection, newest: int = 200) -> list[dict[str, Any]]:
    """The newest tickets with all they hold, newest first, for the people's page."""
    rows = connection.execute(
        "SELECT * FROM tickets ORDER BY serial DESC LIMIT ?", (newest,)
    ).fetchall()
    return [
        {
            **_written(row),
            **{name: row[name] for name in _PLAIN},
            "transcript": json.loads(row["transcript"]),
            "slots": json.loads(row["slots"]),
            "notes": [
                dict(note)
                for note in connection.execute(
                    "SELECT text, at FROM ticket_notes WHERE ticket_serial = ? ORDER BY rowid",
                    (row["serial"],),
                )
            ],
        }
        for row in rows
    ]


_PLAIN = (
    "reason",
    "summary",
    "channel",
    "conversation_id",
    "customer_id",
    "contact",
    "priority",
)


def _open(connection: sqlite3.Connection, shop: Shop, body: NewTicket) -> Answer:
    now = shop.now()
    ticket_id = f"tkt_{secrets.token_urlsafe(12)}"
    values = {
        **{name: getattr(body, name) for name in _PLAIN},
        "id": ticket_id,
        "status": "open",
        "transcript": json.dumps([line.dict() for line in body.transcript]),
        "slots": json.dumps(body.slots),
        "created_at": times.write(now),
        "answer_by": times.write(answer_by(now, shop.settings.hours)),
    }
    # The names are our own, the values are bound.
    connection.execute(
        f"INSERT INTO tickets ({', '.join(values)})"  # noqa: S608
        f" VALUES ({', '.join(':' + name for name in values)})",
        values,
    )
    ticket = _get(connection, ticket_id)
    if body.contact is not None:
        _confirm(connection, ticket, body.contact, now)
    return Answer(201, _written(ticket))


def _confirm(
    connection: sqlite3.Connection, ticket: sqlite3.Row, contact: str, now: datetime
) -> None:
    """Tell the customer that the ticket is open, where the contact can be reached."""
    number, due = _number(ticket), times.read(ticket["answer_by"])
    promise = (
        f"We have your question as {number} and answer by {due:%A, %d %B, %H:%M} UTC. Tallowick"
    )
    if re.fullmatch(EMAIL, contact):
        mail.send_email(
            connection,
            to=contact.lower(),
            kind="ticket",
            subject=f"We have your question: {number}",
            body=promise,
            at=now,
        )
    elif re.fullmatch(r"\+?[0-9][0-9 ()./-]{5,24}", contact):
        mail.send_text(connection, to=contact, kind="ticket", body=promise, at=now)


def _get(connection: sqlite3.Connection, ticket_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM tickets WHERE id = ?", (ticket_id,)
    ).fetchone()
    if row is None:
        raise not_found()
    return row


def _number(ticket: sqlite3.Row) -> str:
    return f"T-{FIRST_NUMBER + ticket['serial']}"


def _written(ticket: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": ticket["id"],
        "number": _number(ticket),
        "status": ticket["status"],
        "created_at": ticket["created_at"],
        "answer_by": ticket["answer_by"],
    }
