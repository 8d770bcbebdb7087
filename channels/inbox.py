"""Accepted messages, kept until the dialogue has handled them, each accepted once.

A channel acknowledges a message once it is in here; a killed process finds it again at its next
start. The provider's id for the message tells a repeated delivery.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
)
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql.dml import Update

from channels.database import Database

_WAITING = "waiting"
_HANDLED = "handled"
_FAILED = "failed"


@dataclass(frozen=True)
class InboxMessage:
    """A message for the dialogue.

    Attributes:
        conversation_id: whose conversation, Rasa's `sender_id`.
        message_id: the provider's or client's id, unique within the conversation.
        text: what Rasa reads: masked words, or an intent the channel itself vouches for.
        metadata: for `UserMessage.metadata`; JSON values.
        address: where the provider wants the answer; None: nowhere in particular.
        number: the order of acceptance; 0 before it is stored.
        attempts: how often handling was begun before (by a process that then died).
        accepted_at: when it was stored (s since 1970); 0 before.
    """

    conversation_id: str
    message_id: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    address: Mapping[str, Any] | None = None
    number: int = 0
    attempts: int = 0
    accepted_at: float = 0.0


def inbox_table(metadata: MetaData, prefix: str = "", *further: Column) -> Table:
    """Declare the inbox's table.

    Args:
        metadata: the channel database's tables, to which it is added.
        prefix: of the table's name.
        further: columns; one named `address` keeps `InboxMessage.address`.

    Returns:
        The table, for `Inbox`.
    """
    return Table(
        f"{prefix}inbox",
        metadata,
        Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("conversation_id", String(128), nullable=False, index=True),
        Column("message_id", String(128), nullable=False),
        Column("text", Text, nullable=False),
        Column("metadata", Text, nullable=False),
        Column("state", String(16), nullable=False, index=True),
        Column("attempts", Integer, nullable=False),
        Column("accepted_at", BigInteger, nullable=False),  # ms since 1970, UTC
        *further,
        UniqueConstraint("conversation_id", "message_id"),
    )


class Inbox:
    """The inbox of one channel."""

    def __init__(self, database: Database, table: Table):
        """Use a table of an open database.

        Args:
            database: the channel's database.
            table: from `inbox_table`.
        """
        self._database = database
        self._table = table
        # made once: SQLAlchemy takes longer to build a statement than a database to run it
        row, whose = table.c, table.c.conversation_id == bindparam("whose")
        self._add = table.insert()
        self._find = select(row.number).where(whose, row.message_id == bindparam("message"))
        self._next = select(table).where(whose, row.state == _WAITING).order_by(row.number).limit(1)
        of_it = table.update().where(row.number == bindparam("which"))
        self._begin = of_it.values(attempts=bindparam("tries"))
        self._finish = of_it.values(state=bindparam("end"), text="", metadata="{}")

    def add(self, connection: Connection, message: InboxMessage) -> None:
        """Store a message within the caller's transaction.

        The caller makes sure that it is new (`has`) while holding a lock on the conversation.

        Args:
            connection: inside a transaction.
            message: what to keep.

        Raises:
            sqlalchemy.exc.IntegrityError: the conversation already has this message id.
        """
        further = {} if message.address is None else {"address": json.dumps(dict(message.address))}
        row = {
            "conversation_id": message.conversation_id,
            "message_id": message.message_id,
            "text": message.text,
            "metadata": json.dumps(dict(message.metadata)),
            "state": _WAITING,
            "attempts": 0,
            "accepted_at": int(time.time() * 1000),
            **further,
        }
        connection.execute(self._add, row)

    def has(self, connection: Connection, conversation_id: str, message_id: str) -> bool:
        """Tell whether a message was accepted before.

        Args:
            connection: inside a transaction.
            conversation_id: whose conversation.
            message_id: the id to look for.

        Returns:
            True for a repeated delivery.
        """
        asked = {"whose": conversation_id, "message": message_id}
        return connection.execute(self._find, asked).first() is not None

    async def waiting_conversations(self) -> list[str]:
        """Return the ids of conversations with unhandled messages, the longest waiting first."""
        inbox = self._table.c
        query = (
            select(inbox.conversation_id)
            .where(inbox.state == _WAITING)
            .group_by(inbox.conversation_id)
            .order_by(func.min(inbox.number))
        )
        return await self._database.read(lambda c: [row[0] for row in c.execute(query)])

    async def next(self, conversation_id: str) -> InboxMessage | None:
        """Return a conversation's oldest unhandled message, or None.

        Args:
            conversation_id: whose conversation.
        """
        asked = {"whose": conversation_id}
        row = await self._database.read(lambda c: c.execute(self._next, asked).first())
        return None if row is None else _message(row)

    async def begin(self, message: InboxMessage) -> None:
        """Record that handling starts, so that a later process knows it may have happened.

        Args:
            message: from `next`.
        """
        await self._update(self._begin, message, tries=message.attempts + 1)

    async def finish(self, message: InboxMessage, *, failed: bool = False) -> None:
        """Record that a message is dealt with; its text is dropped, its id stays.

        Args:
            message: from `next`.
            failed: the dialogue could not handle it and the customer was told so.
        """
        await self._update(self._finish, message, end=_FAILED if failed else _HANDLED)

    async def _update(self, statement: Update, message: InboxMessage, **values: Any) -> None:
        def update(connection: Connection) -> None:
            connection.execute(statement, {"which": message.number, **values})

        await self._database.write(update)


def _message(row: Row) -> InboxMessage:
    address = getattr(row, "address", None)
    return InboxMessage(
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        text=row.text,
        metadata=json.loads(row.metadata),
        address=None if address is None else json.loads(address),
        number=row.number,
        attempts=row.attempts,
        accepted_at=row.accepted_at / 1000,
    )
