"""Which conversation is whose: Rasa's conversation ids, and where at the provider they lead."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, String, Table, Text, select
from sqlalchemy.engine import Connection

from channels.database import Database

_ID_BYTES = 18  # 144 random bits: not to be guessed


@dataclass(frozen=True)
class Entered:
    """A conversation that a customer's message belongs to.

    Attributes:
        conversation_id: Rasa's `sender_id`. Random: it tells nothing about the customer.
        heard_at: when the customer was last heard before this message (ns since 1970); 0: never.
    """

    conversation_id: str
    heard_at: int


def address_table(metadata: MetaData, prefix: str) -> Table:
    """Declare the table of addresses.

    Args:
        metadata: the channel database's tables, to which it is added.
        prefix: of the table's name.
    """
    return Table(
        f"{prefix}addresses",
        metadata,
        Column("conversation_id", String(128), primary_key=True),
        Column("key", String(255), nullable=False, unique=True),
        Column("address", Text, nullable=False),  # JSON
        Column("unreachable", String(255)),  # why nothing arrives; NULL: it does
        Column("heard_at", BigInteger, nullable=False),  # ns since 1970, UTC
        Column("created_at", BigInteger, nullable=False),  # ms since 1970, UTC
    )


class Addresses:
    """The addresses of one channel."""

    def __init__(self, channel: str, database: Database, table: Table):
        """Use a table of an open database.

        Args:
            channel: the channel's name, with which conversation ids begin.
            database: the channel's database.
            table: from `address_table`.
        """
        self._channel = channel
        self._database = database
        self._table = table

    def enter(self, connection: Connection, key: str, address: Mapping[str, Any]) -> Entered:
        """Find a customer's conversation, or begin it, and keep other writers off it.

        Args:
            connection: inside a transaction, before anything was read.
            key: the provider's name of the conversation.
            address: where replies go from now on.

        Raises:
            sqlalchemy.exc.IntegrityError: another process begins it this very moment; repeat
                the transaction.
        """
        row = self._table.c
        known = self._table.update().where(row.key == key).values(address=json.dumps(dict(address)))
        if connection.execute(known).rowcount:
            query = select(row.conversation_id, row.heard_at).where(row.key == key)
            conversation_id, heard_at = connection.execute(query).one()
            return Entered(conversation_id, heard_at)
        conversation_id = f"{self._channel}-{secrets.token_urlsafe(_ID_BYTES)}"
        connection.execute(
            self._table.insert().values(
                conversation_id=conversation_id,
                key=key,
                address=json.dumps(dict(address)),
                heard_at=0,
                created_at=int(time.time() * 1000),
            )
        )
        return Entered(conversation_id, 0)

    def heard(self, connection: Connection, conversation_id: str) -> None:
        """Note that the customer has said something, and so can be reached.

        Args:
            connection: inside a transaction.
            conversation_id: whose conversation.
        """
        row = self._table.c
        change = self._table.update().where(row.conversation_id == conversation_id)
        connection.execute(change.values(heard_at=time.time_ns(), unreachable=None))

    async def heard_at(self, conversation_id: str) -> int:
        """Return when the customer was last heard (ns since 1970); 0: never.

        Args:
            conversation_id: whose conversation.
        """
        row = self._table.c
        query = select(row.heard_at).where(row.conversation_id == conversation_id)
        return int(await self._database.read(lambda c: c.execute(query).scalar()) or 0)

    async def conversation(self, key: str) -> str | None:
        """Return the id of a conversation, or None.

        Args:
            key: the provider's name of it.
        """
        query = select(self._table.c.conversation_id).where(self._table.c.key == key)
        found: str | None = await self._database.read(lambda c: c.execute(query).scalar())
        return found

    async def address(self, conversation_id: str) -> Mapping[str, Any] | None:
        """Return where a conversation's replies go, or None when there is no such conversation.

        Args:
            conversation_id: which one.
        """
        row = self._table.c
        query = select(row.address).where(row.conversation_id == conversation_id)
        found = await self._database.read(lambda c: c.execute(query).scalar())
        return None if found is None else dict(json.loads(found))

    async def unreachable(self, conversation_id: str) -> str | None:
        """Return why a conversation's customer cannot be reached; None: nothing says so.

        Args:
            conversation_id: which one.
        """
        row = self._table.c
        query = select(row.unreachable).where(row.conversation_id == conversation_id)
        found: str | None = await self._database.read(lambda c: c.execute(query).scalar())
        return found

    async def mark_unreachable(self, conversation_id: str, reason: str) -> None:
        """Note that nothing arrives any more, until the customer is heard again.

        Args:
            conversation_id: whose conversation.
            reason: why, in words for operators.
        """
        row = self._table.c
        change = self._table.update().where(row.conversation_id == conversation_id)

        def mark(connection: Connection) -> None:
            connection.execute(change.values(unreachable=reason[:255]))

        await self._database.write(mark)
