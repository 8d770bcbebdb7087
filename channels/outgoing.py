"""Replies on their way: every part stored before it is sent, and kept in order.

A reply is stored with the message that caused it and its place among that message's replies. When
a turn is repeated, because the process was killed before Rasa had stored it, its replies fall on
those of the first try and are not sent again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
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
    func,
    or_,
    select,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from channels.database import Database
from channels.provider import Address, Part, Rendering

HELD = "held"  # sent when the customer asks for more
WAITING = "waiting"
SENDING = "sending"  # handed to the provider; after a restart nobody knows whether it arrived
SENT = "sent"
FAILED = "failed"
UNCERTAIN = "uncertain"
DROPPED = "dropped"  # held, and never asked for
_OPEN = (WAITING, SENDING)
# What providers say last of a message; words that carry an error's code begin with one of these.
_LAST = frozenset(["delivered", "undelivered", "failed", "read"])


@dataclass(frozen=True)
class Cause:
    """Why a reply is sent.

    Attributes:
        message_id: the customer's message it answers, or a name of its own.
        ordinal: its place among the replies to that message, from 0.
    """

    message_id: str
    ordinal: int = 0


@dataclass(frozen=True)
class OutgoingPart:
    """A part that is to be sent.

    Attributes:
        number: the order of storing.
        conversation_id: to whom.
        address: where to.
        content: what, as the provider's `render` made it.
        key: names this part for good.
        begun: an earlier try handed it to the provider and has no answer.
        stored_at: when it was stored (aware, UTC).
        begun_at: when it was last handed to the provider (aware, UTC).
    """

    number: int
    conversation_id: str
    address: Address
    content: Part
    key: str
    begun: bool
    stored_at: datetime
    begun_at: datetime


def outgoing_table(metadata: MetaData, prefix: str) -> Table:
    """Declare the table of parts.

    Args:
        metadata: the channel database's tables, to which it is added.
        prefix: of the table's name.
    """
    return Table(
        f"{prefix}outgoing",
        metadata,
        Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("conversation_id", String(128), nullable=False, index=True),
        Column("address", Text, nullable=False),  # JSON
        Column("cause", String(128), nullable=False),
        Column("ordinal", Integer, nullable=False),
        Column("position", Integer, nullable=False),
        Column("content", Text, nullable=False),  # JSON; emptied when it has arrived
        Column("state", String(16), nullable=False, index=True),
        Column("reason", String(255)),  # why it failed or is uncertain
        Column("provider_id", String(255), index=True),
        Column("receipt", String(64)),  # what the provider later said about it
        Column("stored_at", BigInteger, nullable=False),  # ms since 1970, UTC
        Column("begun_at", BigInteger, nullable=False),  # ms since 1970, UTC
        UniqueConstraint("conversation_id", "cause", "ordinal", "position"),
    )


class Outgoing:
    """The parts of one channel."""

    def __init__(self, database: Database, table: Table):
        """Use a table of an open database.

        Args:
            database: the channel's database.
            table: from `outgoing_table`.
        """
        self._database = database
        self._table = table

    async def put(
        self,
        conversation_id: str,
        address: Address,
        cause: Cause,
        rendering: Rendering,
        also: Callable[[Connection], None],
    ) -> bool:
        """Store a reply's parts, all or none.

        Args:
            conversation_id: to whom.
            address: where to.
            cause: why; a reply to the same cause and of the same ordinal is stored only once.
            rendering: the reply; has at least one part.
            also: what else is stored with it, within the transaction.

        Returns:
            False when it was stored before, and nothing was changed.
        """
        now = _now()
        parts = [(part, WAITING) for part in rendering.parts]
        parts += [(part, HELD) for part in rendering.held]
        rows = [
            {
                "conversation_id": conversation_id,
                "address": json.dumps(dict(address)),
                "cause": cause.message_id,
                "ordinal": cause.ordinal,
                "position": position,
                "content": json.dumps(dict(part)),
                "state": state,
                "stored_at": now,
                "begun_at": 0,
            }
            for position, (part, state) in enumerate(parts)
        ]
        row = self._table.c
        older = self._table.update().where(
            row.conversation_id == conversation_id, row.state == HELD
        )

        def work(connection: Connection) -> None:
            if rendering.held:  # "more" means the newest
                connection.execute(older.values(state=DROPPED, content="{}"))
            connection.execute(self._table.insert(), rows)
            also(connection)

        try:
            await self._database.write(work)
        except IntegrityError:
            return False
        return True

    async def release(self, conversation_id: str) -> bool:
        """Let the next held part go.

        Args:
            conversation_id: whose customer asked for more.

        Returns:
            False when there is none.
        """
        row = self._table.c
        oldest = (
            select(func.min(row.number))
            .where(row.conversation_id == conversation_id, row.state == HELD)
            .scalar_subquery()
        )
        change = self._table.update().where(row.number == oldest).values(state=WAITING)
        return bool(await self._database.write(lambda c: c.execute(change).rowcount))

    async def waiting_conversations(self) -> list[str]:
        """Return the ids of conversations with parts to send, the longest waiting first."""
        row = self._table.c
        query = (
            select(row.conversation_id)
            .where(row.state.in_(_OPEN))
            .group_by(row.conversation_id)
            .order_by(func.min(row.number))
        )
        return await self._database.read(lambda c: [found[0] for found in c.execute(query)])

    async def next(self, conversation_id: str) -> OutgoingPart | None:
        """Return a conversation's oldest part that is neither sent nor given up, or None.

        Args:
            conversation_id: whose conversation.
        """
        row = self._table.c
        query = (
            select(self._table)
            .where(row.conversation_id == conversation_id, row.state.in_(_OPEN))
            .order_by(row.number)
            .limit(1)
        )
        found = await self._database.read(lambda c: c.execute(query).first())
        if found is None:
            return None
        return OutgoingPart(
            number=found.number,
            conversation_id=conversation_id,
            address=json.loads(found.address),
            content=json.loads(found.content),
            key=f"{conversation_id}:{found.number}",
            begun=found.state == SENDING,
            stored_at=_moment(found.stored_at),
            begun_at=_moment(found.begun_at),
        )

    async def begin(self, part: OutgoingPart) -> None:
        """Note, before it happens, that a part is handed to the provider.

        Args:
            part: from `next`.
        """
        await self._update([part.number], state=SENDING, begun_at=_now())

    async def put_back(self, part: OutgoingPart, reason: str) -> None:
        """Note that a try has sent nothing.

        Args:
            part: from `next`.
            reason: why.
        """
        await self._update([part.number], state=WAITING, reason=reason[:255])

    async def sent(self, part: OutgoingPart, provider_id: str) -> None:
        """Note that a part has arrived; its content is dropped.

        Args:
            part: from `next`.
            provider_id: the provider's id of the message.
        """
        await self._update(
            [part.number], state=SENT, provider_id=provider_id[:255], reason=None, content="{}"
        )

    async def give_up(self, part: OutgoingPart, state: str, reason: str) -> None:
        """Note that a part is not sent again; its content is kept for the operator.

        Args:
            part: from `next`.
            state: `FAILED` or `UNCERTAIN`.
            reason: why.
        """
        await self._update([part.number], state=state, reason=reason[:255])

    async def receipt(self, provider_id: str, status: str) -> str | None:
        """Note what the provider says became of a message.

        Reports come in any order: "sent" does not replace "delivered".

        Args:
            provider_id: its id of the message.
            status: its word for it.

        Returns:
            The conversation; None when we never sent such a message.
        """
        row = self._table.c
        last = _LAST - {"delivered"} if status.startswith("read") else _LAST
        settled = or_(*(row.receipt.like(f"{word}%") for word in sorted(last)))
        mine = self._table.update().where(
            row.provider_id == provider_id, row.receipt.is_(None) | ~settled
        )
        query = select(row.conversation_id).where(row.provider_id == provider_id)

        def work(connection: Connection) -> str | None:
            connection.execute(mine.values(receipt=status[:64]))
            found: str | None = connection.execute(query.limit(1)).scalar()
            return found

        return await self._database.write(work)

    async def knows(self, provider_id: str) -> bool:
        """Tell whether an id is that of a message we know to be sent.

        Args:
            provider_id: the provider's id of a message.
        """
        row = self._table.c
        query = select(row.number).where(row.provider_id == provider_id).limit(1)
        return await self._database.read(lambda c: c.execute(query).first()) is not None

    async def _update(self, numbers: Iterable[int], **values: Any) -> None:
        change = self._table.update().where(self._table.c.number.in_(list(numbers)))

        def work(connection: Connection) -> None:
            connection.execute(change.values(**values))

        await self._database.write(work)


def _now() -> int:
    return int(time.time() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
