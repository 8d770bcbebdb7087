"""Who has opted out, kept in the channel's database."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, MetaData, String, Table, Text, select
from sqlalchemy.engine import Connection

from channels.database import Database


def optout_tables(metadata: MetaData, prefix: str) -> None:
    """Declare the tables.

    Args:
        metadata: the channel database's tables, to which they are added.
        prefix: of their names.
    """
    Table(
        f"{prefix}optouts",
        metadata,
        Column("customer", String(64), primary_key=True),  # as the provider names them
        Column("stopped", Boolean, nullable=False),
        Column("farewell", Text),  # the one text that may still go: the confirmation
        Column("changed_at", BigInteger, nullable=False),  # ms since 1970, UTC
    )
    Table(
        f"{prefix}keywords",
        metadata,
        Column("message_sid", String(64), primary_key=True),
        Column("received_at", BigInteger, nullable=False),  # ms since 1970, UTC
    )


@dataclass(frozen=True)
class State:
    """What is known of one customer.

    Attributes:
        stopped: they have opted out.
        farewell: the one text that may go to them nonetheless: the confirmation, until it is sent.
        changed_at: when they last said so (ms since 1970); 0: never.
    """

    stopped: bool
    farewell: str | None
    changed_at: int


class OptOuts:
    """The customers who want no more messages, whatever else they are sent."""

    def __init__(self, database: Database, prefix: str):
        """Use the tables of an open database.

        Args:
            database: the channel's database, in which `optout_tables` are.
            prefix: of their names.
        """
        tables = MetaData()
        optout_tables(tables, prefix)
        self._database = database
        self._optouts = tables.tables[f"{prefix}optouts"]
        self._keywords = tables.tables[f"{prefix}keywords"]

    async def handled(self, message_sid: str) -> bool:
        """Tell whether a message was handled before, as a keyword.

        Args:
            message_sid: the provider's id of it.
        """
        query = select(self._keywords.c.message_sid).where(
            self._keywords.c.message_sid == message_sid
        )
        return await self._database.read(lambda c: c.execute(query).first()) is not None

    async def state(self, customer: str) -> State:
        """Tell whether a customer has opted out.

        Args:
            customer: the address.
        """
        row = self._optouts.c
        query = select(row.stopped, row.farewell, row.changed_at).where(row.customer == customer)
        found = await self._database.read(lambda c: c.execute(query).first())
        if found is None:
            return State(False, None, 0)
        return State(bool(found.stopped), found.farewell, found.changed_at)

    async def note(self, message_sid: str) -> bool:
        """Note that a message is handled, and changes nothing.

        Args:
            message_sid: the provider's id of it.

        Returns:
            False when it was handled before.
        """
        return await self._database.write(lambda c: self._note(c, message_sid))

    async def change(
        self, customer: str, message_sid: str, *, stopped: bool, farewell: str | None = None
    ) -> bool:
        """Note that a customer opts out or in again.

        Args:
            customer: the address.
            message_sid: of the message that says so.
            stopped: out.
            farewell: the confirmation that may still be sent; None: no text may.

        Returns:
            False when the message was handled before; nothing is changed then, however often an
            old request is posted again.
        """

        def work(connection: Connection) -> bool:
            if not self._note(connection, message_sid):
                return False
            self._set(connection, customer, stopped, farewell)
            return True

        return await self._database.write(work)

    async def close(self, customer: str, known: State) -> None:
        """Note that no text may go to a customer: it is sent, or the provider says so.

        Args:
            customer: the address.
            known: what was known before the message was sent: a word of the customer that came
                meanwhile counts.
        """

        def work(connection: Connection) -> None:
            row = self._optouts.c
            same = self._optouts.update().where(
                row.customer == customer, row.changed_at == known.changed_at
            )
            values = {"stopped": True, "farewell": None}
            changed = connection.execute(same.values(**values)).rowcount
            if not changed and not known.changed_at:
                self._set(connection, customer, True, None)

        await self._database.write(work)

    def _note(self, connection: Connection, message_sid: str) -> bool:
        row = self._keywords.c
        # A write first: it keeps other writers off until the transaction's end.
        repeated = self._keywords.update().where(row.message_sid == message_sid)
        if connection.execute(repeated.values(message_sid=message_sid)).rowcount:
            return False
        values = {"message_sid": message_sid, "received_at": _now()}
        connection.execute(self._keywords.insert().values(**values))
        return True

    def _set(
        self, connection: Connection, customer: str, stopped: bool, farewell: str | None
    ) -> None:
        values = {"stopped": stopped, "farewell": farewell, "changed_at": _now()}
        known = self._optouts.update().where(self._optouts.c.customer == customer)
        if not connection.execute(known.values(**values)).rowcount:
            connection.execute(self._optouts.insert().values(customer=customer, **values))


def _now() -> int:
    return int(time.time() * 1000)
