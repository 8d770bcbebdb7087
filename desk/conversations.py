"""Conversations and their events as the desk keeps them, inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql.dml import Insert

from desk.schema import CONVERSATIONS, EVENTS

# The desk's own kind of event: a message that did not reach the customer.
UNDELIVERED = "undelivered"
_SENDERS = frozenset({"agent", "system"})
# What of an event makes it this one. Rasa adds to an event's metadata, and differently so in the
# event broker and in its HTTP API, so the metadata tells nothing.
_KEY_FIELDS = ("event", "timestamp", "text", "name", "value", "message_id")
_UNKNOWN_CHANNEL = "unknown"


@dataclass(frozen=True)
class Entry:
    """One event of a conversation.

    Attributes:
        id: its number in the desk's database: later ones are higher.
        conversation_id: Rasa's `sender_id`.
        at: ms since 1970.
        kind: Rasa's name for it: `user`, `bot`, `action`, `slot`, ...
        who: `customer`, `assistant`, `agent` or `system` for what was said; else empty.
        text: what was said, as people read it; else empty.
        data: the event as Rasa wrote it.
    """

    id: int
    conversation_id: str
    at: int
    kind: str
    who: str
    text: str
    data: Mapping[str, Any]


def ensure(connection: Connection, conversation_id: str, channel: str, at: int) -> None:
    """Have a row for a conversation, locked until the transaction ends.

    Args:
        connection: inside a writing transaction.
        conversation_id: whose.
        channel: its channel; empty if unknown.
        at: a moment of it, ms since 1970.
    """
    values = {
        "id": conversation_id,
        "channel": channel or _UNKNOWN_CHANNEL,
        "first_at": at,
        "last_at": at,
    }
    connection.execute(_insert_new(connection, CONVERSATIONS, values))
    query = select(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id).with_for_update()
    row = connection.execute(query).one()
    changed: dict[str, Any] = {}
    if channel and channel != row.channel:
        changed["channel"] = channel
    if at < row.first_at:
        changed["first_at"] = at
    if at > row.last_at:
        changed["last_at"] = at
    if changed:
        update = CONVERSATIONS.update().where(CONVERSATIONS.c.id == conversation_id)
        connection.execute(update.values(**changed))


def add(connection: Connection, event: Mapping[str, Any]) -> bool:
    """Keep one event of Rasa's.

    Args:
        connection: inside a writing transaction.
        event: as Rasa's event broker gives it, with `sender_id`.

    Returns:
        False if it was there before, and nothing was changed.

    Raises:
        ValueError: this is no event.
    """
    try:
        conversation_id = str(event["sender_id"])
        kind = str(event["event"])
        at = int(float(event["timestamp"]) * 1000)
    except (KeyError, TypeError, ValueError) as problem:
        raise ValueError("an event needs sender_id, event and timestamp") from problem
    channel = str(event.get("input_channel") or "") if kind == "user" else ""
    ensure(connection, conversation_id, channel, at)
    who = _who(kind, event)
    values = {
        "key": key_of(event),
        "conversation_id": conversation_id,
        "at": at,
        "kind": kind,
        "who": who,
        "text": _words(kind, event),
        "data": json.dumps(dict(event)),
    }
    if connection.execute(_insert_new(connection, EVENTS, values)).rowcount == 0:
        return False
    said = {"customer": "customer_at", "agent": "agent_at"}.get(who)
    if said:
        update = CONVERSATIONS.update().where(CONVERSATIONS.c.id == conversation_id)
        connection.execute(update.values({said: at}))
    return True


def belongs_to(connection: Connection, conversation_id: str, customer_id: str) -> None:
    """Note which customer a conversation is proven to be with."""
    update = CONVERSATIONS.update().where(CONVERSATIONS.c.id == conversation_id)
    connection.execute(update.values(customer_id=customer_id[:255]))


def key_of(event: Mapping[str, Any]) -> str:
    """Return what is the same when the same event comes again, by whatever way."""
    identity = [str(event.get("sender_id")), *(event.get(name) for name in _KEY_FIELDS)]
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def entries(
    connection: Connection, conversation_id: str, after: int = 0, limit: int | None = None
) -> list[Entry]:
    """Return a conversation's events in the order in which they happened.

    Args:
        connection: inside a transaction.
        conversation_id: whose.
        after: only those with a higher id.
        limit: at most so many, the oldest; None for all.
    """
    query = (
        select(EVENTS)
        .where(EVENTS.c.conversation_id == conversation_id, EVENTS.c.id > after)
        .order_by(EVENTS.c.at, EVENTS.c.id)
    )
    return [of_row(row) for row in connection.execute(query.limit(limit))]


def exists(connection: Connection, conversation_id: str) -> bool:
    """Tell whether the desk has heard of a conversation."""
    query = select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.id == conversation_id)
    return connection.execute(query).first() is not None


def of_customer(connection: Connection, customer_id: str) -> list[Row]:
    """Return the rows of a proven customer's conversations, the latest first."""
    query = select(CONVERSATIONS).where(CONVERSATIONS.c.customer_id == customer_id)
    return list(connection.execute(query.order_by(CONVERSATIONS.c.last_at.desc())))


def row_of(connection: Connection, conversation_ids: Iterable[str]) -> dict[str, Row]:
    """Return the rows of conversations by their ids; unknown ones are missing."""
    wanted = list(conversation_ids)
    query = select(CONVERSATIONS).where(CONVERSATIONS.c.id.in_(wanted))
    return {row.id: row for row in connection.execute(query)}


def _who(kind: str, event: Mapping[str, Any]) -> str:
    if kind == "user":
        # an intent that the desk itself had triggered comes back as a message of the customer's
        return "" if (event.get("metadata") or {}).get("is_external") else "customer"
    if kind == UNDELIVERED:
        return "system"
    if kind != "bot":
        return ""
    said_by = (event.get("metadata") or {}).get("from")
    return said_by if said_by in _SENDERS else "assistant"


def _words(kind: str, event: Mapping[str, Any]) -> str:
    if not _who(kind, event):
        return ""
    text = str(event.get("text") or "")
    if kind == "user" and text.startswith("/"):
        # A pressed button, by its words; an intent that a channel sent by itself was not said.
        text = str((event.get("metadata") or {}).get("choice_title") or "")
    # What no database takes: one such character must not hold everything else up.
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _insert_new(connection: Connection, table: Any, values: Mapping[str, Any]) -> Insert:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert: Insert = dialect.insert(table).values(**values).on_conflict_do_nothing()
    return insert


def of_row(row: Row) -> Entry:
    """Return the event that a row of the table holds."""
    return Entry(
        id=row.id,
        conversation_id=row.conversation_id,
        at=row.at,
        kind=row.kind,
        who=row.who,
        text=row.text,
        data=json.loads(row.data),
    )
