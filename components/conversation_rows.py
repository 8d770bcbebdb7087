"""The rows in which conversations are kept.

The table `events` is that of Rasa's SQLTrackerStore: a database of the one is read by the other.
`conversation_windows(sender_id, version, first_event, checkpoint)` has a row for each conversation:
`version` grows with each save, so that a process knows whether what it remembers still holds;
`first_event` is the id of the window's first event; `checkpoint` is a JSON list of events.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import SessionStarted
from sqlalchemy.engine import Connection, Engine

from components.database import writing

EVENTS = SQLTrackerStore.SQLEvent.__table__
_METADATA = sa.MetaData()
_WINDOWS = sa.Table(
    "conversation_windows",
    _METADATA,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("first_event", sa.BigInteger, nullable=False),
    sa.Column("checkpoint", sa.Text, nullable=False),
)
# Rasa's index has no ids, and Postgres would sort all events of a conversation for its last ones.
_BY_ID = sa.Index("ix_events_sender_id_id", EVENTS.c.sender_id, EVENTS.c.id)
# Any number that no other program on the server uses for its advisory locks.
_LOCKS = 5_317_203

# Made once: SQLAlchemy would take longer to build a statement than the database to run it.
_SENDER = sa.bindparam("sender", type_=EVENTS.c.sender_id.type)
_OF_EVENTS, _OF_WINDOW = EVENTS.c.sender_id == _SENDER, _WINDOWS.c.sender_id == _SENDER
_LAST_START = sa.select(sa.func.max(EVENTS.c.id)).where(
    _OF_EVENTS, EVENTS.c.type_name == SessionStarted.type_name
)
_VERSION = sa.select(_WINDOWS.c.version).where(_OF_WINDOW)
_VERSION_KEPT = _VERSION.with_for_update()
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:space, hashtext(:sender))")
_WINDOW = sa.select(_WINDOWS).where(_OF_WINDOW)
_EVENTS_FROM = (
    sa.select(EVENTS.c.id, EVENTS.c.data)
    .where(_OF_EVENTS, EVENTS.c.id >= sa.bindparam("first", type_=sa.BigInteger))
    .order_by(EVENTS.c.id)
)
_APPEND = EVENTS.insert()
_BEGIN_WINDOW = _WINDOWS.insert()
_KEEP_WINDOW = _WINDOWS.update().where(_OF_WINDOW).values(version=sa.bindparam("now"))
_MOVE_WINDOW = _KEEP_WINDOW.values(
    first_event=sa.bindparam("first"), checkpoint=sa.bindparam("fixed")
)

EventDict = dict[str, Any]


@dataclass(frozen=True)
class StoredWindow:
    """A conversation as dialogue needs it.

    Attributes:
        version: how often it was saved; 0 if only by Rasa's own store.
        first: id of its first event in the window.
        checkpoint: what precedes that event.
        events: the window.
    """

    version: int
    first: int
    checkpoint: list[EventDict]
    events: list[EventDict]


def make_tables(engine: Engine) -> None:
    """Make what is missing in the database."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":  # one process makes them
            connection.execute(_LOCK, {"space": _LOCKS, "sender": "tables"})
        SQLTrackerStore.Base.metadata.create_all(connection)
        _METADATA.create_all(connection)
        _BY_ID.create(connection, checkfirst=True)


def version(connection: Connection, sender_id: str) -> int:
    """How often a conversation was saved by us; 0 if never."""
    return int(connection.execute(_VERSION, {"sender": sender_id}).scalar() or 0)


def version_kept(connection: Connection, sender_id: str) -> int:
    """The same in a transaction that writes: nobody else writes the conversation until its end."""
    row = {"sender": sender_id}
    found = connection.execute(
        _VERSION_KEPT, row
    ).scalar()  # Postgres locks the row, if there is one
    if found is None and connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"space": _LOCKS, **row})
        found = connection.execute(_VERSION_KEPT, row).scalar()
    return int(found or 0)


def window(connection: Connection, sender_id: str) -> StoredWindow | None:
    """Read a conversation's window; None if nothing is stored of it."""
    row = connection.execute(_WINDOW, {"sender": sender_id}).first()
    first = row.first_event if row else _session_start(connection, sender_id)
    found = connection.execute(_EVENTS_FROM, {"sender": sender_id, "first": first}).all()
    if not found:
        return None
    return StoredWindow(
        version=row.version if row else 0,
        first=first or found[0].id,
        checkpoint=json.loads(row.checkpoint) if row else [],
        events=[json.loads(one.data) for one in found],
    )


def all_events(connection: Connection, sender_id: str) -> list[EventDict]:
    """Read every event of every session, oldest first."""
    rows = connection.execute(
        sa.select(EVENTS.c.data).where(EVENTS.c.sender_id == sender_id).order_by(EVENTS.c.id)
    ).scalars()
    return [json.loads(row) for row in rows]


def exists(connection: Connection, sender_id: str) -> bool:
    """Whether anything is stored of a conversation."""
    of_it = sa.select(EVENTS.c.id).where(EVENTS.c.sender_id == sender_id).limit(1)
    return connection.execute(of_it).first() is not None


def sender_ids(connection: Connection) -> list[str]:
    """The ids of all conversations."""
    return list(connection.execute(sa.select(EVENTS.c.sender_id).distinct()).scalars())


def append(connection: Connection, sender_id: str, events: Sequence[EventDict]) -> None:
    """Write events behind those of the conversation."""
    rows = [
        {
            "sender_id": sender_id,
            "type_name": event["event"],
            "timestamp": event.get("timestamp"),
            "intent_name": ((event.get("parse_data") or {}).get("intent") or {}).get("name"),
            "action_name": event.get("name"),
            "data": json.dumps(event),
        }
        for event in events
    ]
    connection.execute(_APPEND, rows)


def id_from_end(connection: Connection, sender_id: str, count: int) -> int:
    """The id of the conversation's first event of its last `count` ones."""
    found = connection.execute(
        sa.select(EVENTS.c.id)
        .where(EVENTS.c.sender_id == sender_id)
        .order_by(EVENTS.c.id.desc())
        .limit(1)
        .offset(count - 1)
    ).scalar_one()
    return int(found)


def session_size(connection: Connection, sender_id: str) -> tuple[int, int]:
    """How many events the last session has, and the id of the first of them (0: none)."""
    first = _session_start(connection, sender_id)
    count, lowest = connection.execute(
        sa.select(sa.func.count(), sa.func.min(EVENTS.c.id)).where(
            EVENTS.c.sender_id == sender_id, EVENTS.c.id >= first
        )
    ).one()
    return count, int(lowest or 0)


def keep_window(
    connection: Connection,
    sender_id: str,
    version: int,
    first: int | None,
    checkpoint: Sequence[EventDict],
) -> None:
    """Write that a conversation was saved.

    Args:
        connection: of the transaction that wrote the events.
        sender_id: the conversation.
        version: its new version; 1 for one that has no row yet.
        first: id of the window's first event; None if the window begins where it did.
        checkpoint: what precedes that event.
    """
    row: dict[str, Any] = {"sender": sender_id, "now": version}
    if version == 1:
        new = {"version": 1, "first_event": first or 0, "checkpoint": json.dumps(list(checkpoint))}
        connection.execute(_BEGIN_WINDOW, {"sender_id": sender_id, **new})
    elif first is None:
        connection.execute(_KEEP_WINDOW, row)
    else:
        row |= {"first": first, "fixed": json.dumps(list(checkpoint))}
        connection.execute(_MOVE_WINDOW, row)


def _session_start(connection: Connection, sender_id: str) -> int:
    """The id of the event that began the last session; 0 if no session was begun."""
    return int(connection.execute(_LAST_START, {"sender": sender_id}).scalar() or 0)
