"""Which handoff is which conversation in Chatwoot, and how far both sides are, in the database."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from desk.handoffs import Handoff, get
from desk.schema import CHATWOOT_LINKS, HANDOFFS
from desk.states import OPEN


@dataclass(frozen=True)
class Link:
    """A handoff and its conversation there.

    Attributes:
        handoff_id: ours.
        chatwoot_id: the conversation's number there; None until it is there.
        noted: the message there that holds what was said before; 0 until it is there.
        told_event: the last of the customer's messages (our event's id) that is there.
        told_message: its id there; 0 for none.
        read_message: the last message there that has been dealt with.
        closed: nothing more is carried over.
    """

    handoff_id: int
    chatwoot_id: int | None = None
    noted: int = 0
    told_event: int = 0
    told_message: int = 0
    read_message: int = 0
    closed: bool = False


def at_work(connection: Connection, asked_before: int) -> list[tuple[Handoff, Link]]:
    """Return the handoffs that are to be carried over, oldest first.

    Args:
        connection: inside a transaction.
        asked_before: only those asked for before that moment (ms since 1970).
    """
    column = CHATWOOT_LINKS.c
    is_open = HANDOFFS.c.state.in_([state.value for state in OPEN])
    query = (
        select(HANDOFFS.c.id, CHATWOOT_LINKS)
        .select_from(HANDOFFS.outerjoin(CHATWOOT_LINKS, column.handoff_id == HANDOFFS.c.id))
        .where(
            HANDOFFS.c.requested_at < asked_before,
            or_(is_open, column.closed.is_(False)),
            or_(column.closed.is_(None), column.closed.is_(False)),
        )
        .order_by(HANDOFFS.c.id)
    )
    found = []
    for row in connection.execute(query).all():
        values = {field.name: row._mapping[column[field.name]] for field in fields(Link)}
        link = Link(row.id) if row.handoff_id is None else Link(**values)
        found.append((get(connection, row.id), link))
    return found


def closed_one(connection: Connection, chatwoot_id: int) -> Link | None:
    """Return the link of a conversation there that is not carried over any more, or None."""
    column = CHATWOOT_LINKS.c
    query = select(CHATWOOT_LINKS).where(column.chatwoot_id == chatwoot_id)
    row = connection.execute(query.order_by(column.handoff_id.desc())).first()
    if row is None or not row.closed:
        return None
    return Link(**{field.name: getattr(row, field.name) for field in fields(Link)})


def keep(connection: Connection, link: Link) -> None:
    """Write a link down as it is now."""
    values = {field.name: getattr(link, field.name) for field in fields(Link)}
    update = CHATWOOT_LINKS.update().where(CHATWOOT_LINKS.c.handoff_id == link.handoff_id)
    if connection.execute(update.values(values)).rowcount == 0:
        connection.execute(CHATWOOT_LINKS.insert().values(values))
