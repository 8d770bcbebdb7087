"""Handoffs in the database: every function works inside the caller's transaction.

What leads from one state to the next is in `desk.states`; here a change is made only if the row is
still what it was, so that two agents never both take one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.engine import Connection, Row

from desk import conversations, urgency
from desk.database import now
from desk.schema import CHANGES, HANDOFFS
from desk.states import OPEN, Event, State, after

PRIORITIES = {"low": 0, "normal": 10, "high": urgency.HIGH}


class UnknownHandoff(Exception):
    """There is no such handoff."""


class NotYours(Exception):
    """Another agent has this handoff."""


@dataclass(frozen=True)
class Request:
    """What the assistant asks for.

    Attributes:
        key: the same for the same request made again.
        conversation_id: Rasa's `sender_id`.
        channel: such as `web`.
        reason: why, one word.
        summary: why, in a sentence or two.
        priority: one of `PRIORITIES`.
        skill: what it is about, such as `orders`; empty if unknown.
        language: of the customer, such as `en`.
        facts: what the assistant found out, by name.
        offer: a button (`title`, `payload`) that goes on with what the customer had begun; empty
            for none.
        customer_id: only if it is proven.
        ticket: the number of a ticket that was opened meanwhile; None for none.
        wait: seconds within which somebody comes, as the customer is told.
        at: when it was asked for, ms since 1970; None for now.
    """

    key: str
    conversation_id: str
    channel: str
    reason: str
    summary: str = ""
    priority: str = "normal"
    skill: str = ""
    language: str = "en"
    facts: Mapping[str, str] = field(default_factory=dict)
    offer: Mapping[str, str] = field(default_factory=dict)
    customer_id: str | None = None
    ticket: str | None = None
    wait: int = 300
    at: int | None = None


@dataclass(frozen=True)
class Handoff:
    """One handoff, as the table `handoffs` has it."""

    id: int
    conversation_id: str
    state: State
    agent_id: int | None
    priority: int
    reason: str
    summary: str
    channel: str
    skill: str
    language: str
    facts: Mapping[str, str]
    offer: Mapping[str, str]
    customer_id: str | None
    ticket: str | None
    requested_at: int
    promised_at: int
    warned_at: int | None
    assigned_at: int | None
    taken_at: int | None
    closed_at: int | None
    outcome: str | None
    tags: list[str]

    @property
    def is_open(self) -> bool:
        """Whether a person has the conversation, or is to have it."""
        return self.state in OPEN


def request(connection: Connection, wanted: Request) -> Handoff:
    """Put a conversation into the queue.

    Args:
        connection: inside a writing transaction.
        wanted: what is asked for.

    Returns:
        The handoff; the one there is if this request was made before or the conversation has an
        open one.
    """
    asked_at = now() if wanted.at is None else wanted.at
    # First the conversation's row: it is locked, so that of two requests one waits.
    conversations.ensure(connection, wanted.conversation_id, wanted.channel, asked_at)
    same = or_(HANDOFFS.c.request_key == wanted.key, HANDOFFS.c.open_for == wanted.conversation_id)
    row = connection.execute(select(HANDOFFS).where(same).order_by(HANDOFFS.c.id.desc())).first()
    if row is not None:
        return of_row(row)
    first = urgency.reasons(
        connection, wanted.conversation_id, wanted.customer_id, wanted.reason, asked_at
    )
    priority = PRIORITIES[wanted.priority]
    values = {
        "conversation_id": wanted.conversation_id,
        "open_for": wanted.conversation_id,
        "request_key": wanted.key,
        "state": State.QUEUED.value,
        "priority": max(priority, urgency.HIGH) if first else priority,
        "reason": wanted.reason,
        "summary": wanted.summary,
        "channel": wanted.channel,
        "skill": wanted.skill,
        "language": wanted.language,
        "facts": json.dumps(urgency.with_reasons(wanted.facts, first)),
        "offer": json.dumps(dict(wanted.offer)),
        "customer_id": wanted.customer_id,
        "ticket": wanted.ticket,
        "requested_at": asked_at,
        "promised_at": asked_at + wanted.wait * 1000,
        "tags": "[]",
    }
    number = connection.execute(HANDOFFS.insert().values(values)).inserted_primary_key[0]
    _note(connection, number, asked_at, "request", State.QUEUED, None, None)
    return get(connection, number)


def get(connection: Connection, handoff_id: int) -> Handoff:
    """Return a handoff.

    Raises:
        UnknownHandoff: there is none of that id.
    """
    return of_row(_row(connection, handoff_id))


def open_of(connection: Connection, conversation_id: str) -> Handoff | None:
    """Return a conversation's open handoff, or None."""
    query = select(HANDOFFS).where(HANDOFFS.c.open_for == conversation_id)
    row = connection.execute(query).first()
    return None if row is None else of_row(row)


def status(connection: Connection, conversation_id: str) -> str | None:
    """Return what the tracker's slot `handoff_status` should say; None when the assistant speaks.

    It says `queued` or `assigned` exactly while a handoff is open.
    """
    query = select(HANDOFFS.c.state).where(HANDOFFS.c.conversation_id == conversation_id)
    state = connection.execute(query.order_by(HANDOFFS.c.id.desc()).limit(1)).scalar()
    there = open_of(connection, conversation_id)
    if there is not None:
        # one that waits beside a ticket lets the assistant speak until an agent takes it
        beside = there.state is State.QUEUED and there.ticket is not None
        return State.TICKET.value if beside else there.state.value
    return State.TICKET.value if state == State.TICKET.value else None


def set_ticket(connection: Connection, handoff_id: int, number: str) -> None:
    """Note the ticket that was opened for a handoff."""
    update = HANDOFFS.update().where(HANDOFFS.c.id == handoff_id)
    connection.execute(update.values(ticket=number))


def wait_at_the_line(connection: Connection, handoff: Handoff, wait: int) -> Handoff:
    """Have a customer wait for an agent who had been waiting for the answer to a ticket.

    Args:
        connection: inside a writing transaction.
        handoff: a queued one with a ticket.
        wait: seconds within which somebody comes, as the customer is told.
    """
    facts = {**handoff.facts, "ticket": handoff.ticket or ""}
    update = HANDOFFS.update().where(HANDOFFS.c.id == handoff.id)
    connection.execute(
        update.values(
            ticket=None,
            facts=json.dumps(facts),
            promised_at=now() + wait * 1000,
            warned_at=None,
        )
    )
    return get(connection, handoff.id)


def warn(connection: Connection, handoff_id: int, at: int) -> None:
    """Note when (ms since 1970) the customer is told that nobody came in time."""
    update = HANDOFFS.update().where(HANDOFFS.c.id == handoff_id)
    connection.execute(update.values(warned_at=at))


def by_key(connection: Connection, key: str) -> Handoff | None:
    """Return the handoff that a request led to, or None."""
    row = connection.execute(select(HANDOFFS).where(HANDOFFS.c.request_key == key)).first()
    return None if row is None else of_row(row)


def closed(connection: Connection, limit: int = 100) -> list[Handoff]:
    """Return the handoffs that ended last, the newest first."""
    query = select(HANDOFFS).where(HANDOFFS.c.closed_at.isnot(None))
    rows = connection.execute(query.order_by(HANDOFFS.c.closed_at.desc()).limit(limit))
    return [of_row(row) for row in rows]


def usual_wait(connection: Connection, hours: float = 1.0) -> int | None:
    """Return how long those waited, on average, who were taken within so many hours.

    Returns:
        Seconds; None if nobody was taken: then nobody knows.
    """
    since = now() - int(hours * 3_600_000)
    wait = func.avg(HANDOFFS.c.taken_at - HANDOFFS.c.requested_at)
    mean = connection.execute(select(wait).where(HANDOFFS.c.taken_at > since)).scalar()
    return None if mean is None else int(mean / 1000)


def all_of(
    connection: Connection, conversation_id: str, customer_id: str | None = None
) -> list[Handoff]:
    """Return every handoff of a conversation, and of a proven customer's others, oldest first."""
    same = HANDOFFS.c.conversation_id == conversation_id
    if customer_id is not None:
        same = or_(same, HANDOFFS.c.customer_id == customer_id)
    query = select(HANDOFFS).where(same)
    return [of_row(row) for row in connection.execute(query.order_by(HANDOFFS.c.id))]


def change(
    connection: Connection,
    handoff_id: int,
    event: Event,
    *,
    by: int | None = None,
    to: int | None = None,
    only_of: int | None = None,
    closing: Mapping[str, Any] | None = None,
) -> Handoff:
    """Have something happen to a handoff, and keep a record of it.

    Args:
        connection: inside a writing transaction.
        handoff_id: which handoff.
        event: what happens.
        by: the user who does it; None for the customer and for the clock.
        to: the agent who has it afterwards; for `TAKE`, `ASSIGN` and `TRANSFER`.
        only_of: refuse unless this agent has it.
        closing: columns that go with the end: `outcome`, `tags` (JSON), `ticket`.

    Returns:
        The handoff as it is afterwards.

    Raises:
        UnknownHandoff: there is none of that id.
        NotPossible: not in this state; the handoff stays where it is.
        NotYours: it is not `only_of`'s.
    """
    row = _row(connection, handoff_id, lock=True)
    state = after(State(row.state), event)
    if only_of is not None and row.agent_id != only_of:
        raise NotYours
    moment = now()
    values: dict[str, Any] = {"state": state.value, **(closing or {})}
    if state is State.ASSIGNED:
        values |= {"agent_id": to, "assigned_at": moment, "taken_at": row.taken_at or moment}
    elif state is State.QUEUED:
        values |= {"agent_id": None, "assigned_at": None, "warned_at": None}
    else:
        values |= {"open_for": None, "closed_at": moment}
    connection.execute(HANDOFFS.update().where(HANDOFFS.c.id == handoff_id).values(values))
    agent = values.get("agent_id", row.agent_id)
    _note(connection, handoff_id, moment, event.value, state, by, agent)
    return get(connection, handoff_id)


def waiting(connection: Connection) -> list[Handoff]:
    """Return the queue: the highest priority first, within it the longest waiting."""
    return [of_row(row) for row in waiting_rows(connection)]


def waiting_rows(connection: Connection) -> list[Row]:
    """Return the same as rows, for who needs few of them as a `Handoff`: that takes the time."""
    query = select(HANDOFFS).where(HANDOFFS.c.state == State.QUEUED.value)
    order = (HANDOFFS.c.priority.desc(), HANDOFFS.c.requested_at, HANDOFFS.c.id)
    return list(connection.execute(query.order_by(*order)))


def assigned(connection: Connection, agent_id: int | None = None) -> list[Handoff]:
    """Return the handoffs that agents have, the longest first.

    Args:
        connection: inside a transaction.
        agent_id: only this agent's; None for everybody's.
    """
    query = select(HANDOFFS).where(HANDOFFS.c.state == State.ASSIGNED.value)
    if agent_id is not None:
        query = query.where(HANDOFFS.c.agent_id == agent_id)
    rows = connection.execute(query.order_by(HANDOFFS.c.assigned_at, HANDOFFS.c.id))
    return [of_row(row) for row in rows]


def place(connection: Connection, handoff: Handoff) -> int:
    """Return how many are served up to and with this one: 1 is next."""
    column = HANDOFFS.c
    older = or_(
        column.requested_at < handoff.requested_at,
        and_(column.requested_at == handoff.requested_at, column.id < handoff.id),
    )
    before = or_(
        column.priority > handoff.priority, and_(column.priority == handoff.priority, older)
    )
    query = select(func.count()).where(column.state == State.QUEUED.value, before)
    return int(connection.execute(query).scalar_one()) + 1


def _row(connection: Connection, handoff_id: int, *, lock: bool = False) -> Row:
    query = select(HANDOFFS).where(HANDOFFS.c.id == handoff_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise UnknownHandoff(handoff_id)
    return row


def _note(
    connection: Connection,
    handoff_id: int,
    at: int,
    event: str,
    state: State,
    by: int | None,
    agent: int | None,
) -> None:
    values = {"handoff_id": handoff_id, "at": at, "event": event, "state": state.value}
    connection.execute(CHANGES.insert().values(**values, user_id=by, agent_id=agent))


def of_row(row: Row) -> Handoff:
    """Return the handoff that a row of the table holds."""
    kept = row._mapping
    columns = {name: kept[name] for name in Handoff.__dataclass_fields__}
    columns |= {name: json.loads(row[name]) for name in ("facts", "offer", "tags")}
    return Handoff(**columns | {"state": State(row.state)})
