"""The event log: everything both sides said, in order, so that a client can always catch up."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    select,
)
from sqlalchemy.engine import Connection, Row

from channels.database import Database
from channels.inbox import Inbox, InboxMessage, inbox_table

Sender = Literal["customer", "assistant", "agent", "system"]

METADATA = MetaData()
_INBOX = inbox_table(METADATA)
_CONVERSATIONS = Table(
    "conversations",
    METADATA,
    Column("id", String(128), primary_key=True),
    # Counted in the row, not by a sequence: the row's lock makes the order of commits the order
    # of ids, so that a reader who has seen id 7 never finds a 6 later.
    Column("last_event", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),  # ms since 1970, UTC
)
_EVENTS = Table(
    "events",
    METADATA,
    Column("conversation_id", String(128), ForeignKey("conversations.id"), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sender", String(16), nullable=False),
    Column("client_id", String(128)),
    Column("content", Text, nullable=False),  # JSON: text and what the sender may add to it
    Column("at", BigInteger, nullable=False),  # ms since 1970, UTC
)
_PAGE = 100

# Made once: SQLAlchemy would take longer to build a statement than the database to run it.
_WHICH = bindparam("which", type_=String)
_ROW, _OF_IT = _CONVERSATIONS.c.id == _WHICH, _EVENTS.c.conversation_id == _WHICH
_BEGIN = _CONVERSATIONS.insert()
_LAST = select(_CONVERSATIONS.c.last_event).where(_ROW)
_TOUCH = _CONVERSATIONS.update().where(_ROW).values(last_event=_CONVERSATIONS.c.last_event)
_COUNT = _CONVERSATIONS.update().where(_ROW).values(last_event=bindparam("event_id"))
_ADD = _EVENTS.insert()
_AFTER = (
    select(_EVENTS)
    .where(_OF_IT, _EVENTS.c.id > bindparam("last"))
    .order_by(_EVENTS.c.id)
    .limit(_PAGE)
)
_SAID = select(_EVENTS.c.id).where(_OF_IT, _EVENTS.c.client_id == bindparam("client"))


class UnknownConversation(Exception):
    """The log holds no such conversation."""


@dataclass(frozen=True)
class Draft:
    """A message before it is in the log.

    Attributes:
        sender: who says it.
        content: `text` and, where given, `name`, `buttons`, `image`, `link`, `custom`; JSON
            values, secrets masked.
        client_id: the client's own id of a customer's message.
        key: of a reply that may be said again; it is logged once. Empty: it is not said again.
    """

    sender: Sender
    content: Mapping[str, Any]
    client_id: str | None = None
    key: str = ""


@dataclass(frozen=True)
class LoggedEvent:
    """A message in the log.

    Attributes:
        id: 1, 2, 3, ... within the conversation.
        sender, content, client_id: as in `Draft`.
        at: when it was logged (aware, UTC).
    """

    id: int
    sender: str
    content: Mapping[str, Any]
    client_id: str | None
    at: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the event as clients get it (`docs/web-channel.md`)."""
        event: dict[str, Any] = {"id": self.id, "from": self.sender, "text": "", "buttons": []}
        event.update(self.content)
        if self.client_id is not None and self.sender == "customer":
            event["client_id"] = self.client_id
        event["at"] = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return event


@dataclass(frozen=True)
class Accepted:
    """How a customer's message was taken.

    Attributes:
        event_id: its event in the log.
        duplicate: it had been accepted before, and nothing was changed.
    """

    event_id: int
    duplicate: bool = field(default=False)


class EventLog:
    """The log of one web channel, and in the same database its inbox."""

    def __init__(self, database: Database):
        """Use an open database.

        Args:
            database: made with `METADATA`.
        """
        self._database = database
        self.inbox = Inbox(database, _INBOX)

    async def create(self, opening: InboxMessage) -> None:
        """Begin a conversation.

        Args:
            opening: the channel's own first message to the dialogue, which is not shown.

        Raises:
            sqlalchemy.exc.IntegrityError: the conversation exists.
        """

        def work(connection: Connection) -> None:
            row = {"id": opening.conversation_id, "last_event": 0, "created_at": _now()}
            connection.execute(_BEGIN, row)
            self.inbox.add(connection, opening)

        await self._database.write(work)

    async def last_id(self, conversation_id: str) -> int:
        """Return the id of a conversation's newest event; 0 before the first.

        Args:
            conversation_id: which conversation.

        Raises:
            UnknownConversation: there is none of that id.
        """
        asked = {"which": conversation_id}
        row = await self._database.read(lambda c: c.execute(_LAST, asked).first())
        if row is None:
            raise UnknownConversation
        return int(row[0])

    async def append(self, conversation_id: str, draft: Draft) -> int:
        """Log a message that the customer gets; one with a key only once.

        Args:
            conversation_id: which conversation.
            draft: the message.

        Returns:
            The event's id.

        Raises:
            UnknownConversation: there is none of that id.
        """

        def work(connection: Connection) -> int:
            last = _lock(connection, conversation_id)
            if draft.key and (known := _keyed(connection, conversation_id, draft.key)) is not None:
                return known
            return _insert(connection, conversation_id, last + 1, draft)

        return await self._database.write(work)

    async def accept(self, draft: Draft, message: InboxMessage) -> Accepted:
        """Log a customer's message and put it into the inbox: both or neither, and only once.

        Args:
            draft: as it is shown.
            message: as the dialogue gets it.

        Returns:
            Its event, and whether it was there before.

        Raises:
            UnknownConversation: there is none of that id.
        """

        def work(connection: Connection) -> Accepted:
            last = _lock(connection, message.conversation_id)
            if self.inbox.has(connection, message.conversation_id, message.message_id):
                return Accepted(_event_of(connection, message), duplicate=True)
            self.inbox.add(connection, message)
            return Accepted(_insert(connection, message.conversation_id, last + 1, draft))

        return await self._database.write(work)

    async def after(self, conversation_id: str, last_id: int) -> list[LoggedEvent]:
        """Return the events that follow one, oldest first, a page at a time.

        Args:
            conversation_id: which conversation.
            last_id: the newest event the reader has; 0 for none.

        Returns:
            At most 100 events; empty when the reader has all.
        """
        asked = {"which": conversation_id, "last": last_id}
        return await self._database.read(
            lambda c: [_logged(row) for row in c.execute(_AFTER, asked).all()]
        )


def _now() -> int:
    return int(time.time() * 1000)


def _lock(connection: Connection, conversation_id: str) -> int:
    """Keep other writers off a conversation until the transaction ends; return its last id."""
    asked = {"which": conversation_id}
    if connection.execute(_TOUCH, asked).rowcount == 0:
        raise UnknownConversation
    return int(connection.execute(_LAST, asked).scalar_one())


def _insert(connection: Connection, conversation_id: str, event_id: int, draft: Draft) -> int:
    row = {
        "conversation_id": conversation_id,
        "id": event_id,
        "sender": draft.sender,
        "client_id": _key(draft.key) if draft.key else draft.client_id,
        "content": json.dumps(dict(draft.content)),
        "at": _now(),
    }
    connection.execute(_ADD, row)
    connection.execute(_COUNT, {"which": conversation_id, "event_id": event_id})
    return event_id


def _key(key: str) -> str:
    """Return how a reply's key stands in the log: no client's id is like it."""
    return f"key:{hashlib.sha256(key.encode()).hexdigest()}"


def _keyed(connection: Connection, conversation_id: str, key: str) -> int | None:
    asked = {"which": conversation_id, "client": _key(key)}
    found = connection.execute(_SAID, asked).scalar()
    return None if found is None else int(found)


def _event_of(connection: Connection, message: InboxMessage) -> int:
    asked = {"which": message.conversation_id, "client": message.message_id}
    return int(connection.execute(_SAID, asked).scalar_one())


def _logged(row: Row) -> LoggedEvent:
    return LoggedEvent(
        id=row.id,
        sender=row.sender,
        content=json.loads(row.content),
        client_id=row.client_id,
        at=datetime.fromtimestamp(row.at / 1000, timezone.utc),
    )
