"""Stored choices: a short token stands for what a button means, for as long as it may be pressed.

Providers limit what a button may carry, and what a customer's client holds can be read and
changed. So a token is all that leaves; what it stands for is looked up, in its own conversation
only.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Text, select
from sqlalchemy.engine import Connection

from channels.reply import Button

_TOKEN_BYTES = 12  # 96 random bits: 16 characters


@dataclass(frozen=True)
class Choice:
    """What a button stands for.

    Attributes:
        title: what the customer sees, and says by choosing it.
        payload: what Rasa gets, such as `/track_order{"order_number": "10023"}`.
    """

    title: str
    payload: str


def choice_table(metadata: MetaData, prefix: str) -> Table:
    """Declare the table of choices.

    Args:
        metadata: the channel database's tables, to which it is added.
        prefix: of the table's name.
    """
    return Table(
        f"{prefix}choices",
        metadata,
        Column("token", String(22), primary_key=True),
        Column("conversation_id", String(128), nullable=False, index=True),
        Column("menu", BigInteger, nullable=False),  # ns since 1970, the same for one reply
        Column("position", Integer, nullable=False),
        Column("title", Text, nullable=False),
        Column("payload", Text, nullable=False),
        Column("expires_at", BigInteger, nullable=False),  # ns since 1970, UTC
    )


def draw_tokens(choices: Iterable[Button]) -> dict[Button, str]:
    """Return a new token for each choice.

    Args:
        choices: `Reply.choices`.
    """
    return {button: secrets.token_urlsafe(_TOKEN_BYTES) for button in choices}


class Choices:
    """The choices of one channel; every method works within the caller's transaction."""

    def __init__(self, table: Table, hours: float):
        """Use a table.

        Args:
            table: from `choice_table`.
            hours: how long a choice may be made.
        """
        self._table = table
        self._lifetime = int(hours * 3600 * 1e9)

    def add(
        self, connection: Connection, conversation_id: str, tokens: Mapping[Button, str]
    ) -> None:
        """Store the choices of one reply, as the conversation's newest menu.

        Args:
            connection: inside a transaction.
            conversation_id: the only one in which they are valid.
            tokens: from `draw_tokens`, in the order in which they are shown.
        """
        if not tokens:
            return
        row, now = self._table.c, time.time_ns()
        expired = (row.conversation_id == conversation_id) & (row.expires_at < now)
        connection.execute(self._table.delete().where(expired))
        connection.execute(
            self._table.insert(),
            [
                {
                    "token": token,
                    "conversation_id": conversation_id,
                    "menu": now,
                    "position": position,
                    "title": button.title,
                    "payload": button.payload,
                    "expires_at": now + self._lifetime,
                }
                for position, (button, token) in enumerate(tokens.items(), start=1)
            ],
        )

    def open(self, connection: Connection, conversation_id: str, token: str) -> Choice | None:
        """Return what a token stands for; None when it is forged, expired or another's.

        Args:
            connection: inside a transaction.
            conversation_id: in which it was pressed.
            token: as the provider gave it back.
        """
        row = self._table.c
        query = select(row.title, row.payload).where(
            row.token == token,
            row.conversation_id == conversation_id,
            row.expires_at >= time.time_ns(),
        )
        found = connection.execute(query).first()
        return None if found is None else Choice(found.title, found.payload)

    def menu(self, connection: Connection, conversation_id: str, since: int) -> list[Choice]:
        """Return the newest menu that was offered after the customer last spoke, in its order.

        A number typed after another question was answered is an answer to that question, not to
        an old menu.

        Args:
            connection: inside a transaction.
            conversation_id: whose conversation.
            since: when the customer last spoke before (ns since 1970).

        Returns:
            The choices, as they were numbered from 1; empty without a menu.
        """
        row = self._table.c
        newest = (
            select(row.menu)
            .where(
                row.conversation_id == conversation_id,
                row.menu >= since,
                row.expires_at >= time.time_ns(),
            )
            .order_by(row.menu.desc())
            .limit(1)
        )
        menu = connection.execute(newest).scalar()
        query = (
            select(row.title, row.payload)
            .where(row.conversation_id == conversation_id, row.menu == menu)
            .order_by(row.position)
        )
        return [Choice(found.title, found.payload) for found in connection.execute(query).all()]
