"""What happened in conversations, read from the event broker: nothing twice, nothing left out.

The place reached is kept in the same transaction as the events, so that a desk that was killed, or
away for an hour, goes on where it stopped. The tables that are read here belong to
`components/event_outbox.py`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError

from desk import conversations
from desk.database import Database
from desk.schema import CURSORS

logger = logging.getLogger(__name__)

_PAGE = 200  # events in one transaction

# What else a new event brings about, in the same transaction as the event itself.
OnEvent = Callable[[Connection, Mapping[str, Any]], None]


class Intake:
    """Reads the events of one broker's database into the desk's."""

    def __init__(self, source: str, database: Database, on_event: OnEvent):
        """Bind the parts; nothing is opened yet.

        Args:
            source: SQLAlchemy URL of the database that Rasa's event broker writes.
            database: the desk's own.
            on_event: is told of every new event, once.
        """
        self._url = make_url(source)
        self._engine = create_engine(self._url, future=True, pool_pre_ping=True)
        self._database = database
        self._on_event = on_event

    def read(self) -> int:
        """Take in what is new, up to a page of it. Blocks: call it from a thread.

        Returns:
            How many events were read; 0 when there are none.

        Raises:
            SQLAlchemyError: one of the databases failed; nothing was lost, call it again.
        """
        if self._url.get_backend_name() == "sqlite" and not Path(self._url.database or "").exists():
            return 0  # Rasa has not started yet; connecting would make an empty file
        with self._engine.connect() as connection:
            generation = connection.execute(text("SELECT generation FROM outbox")).scalar()
            if generation is None:
                return 0
            reached = self._reached(generation)
            page = text(
                "SELECT id, data FROM outbox_events WHERE id > :reached ORDER BY id LIMIT :page"
            )
            rows = connection.execute(page, {"reached": reached, "page": _PAGE}).all()
        if not rows:
            return 0
        with self._database.write() as connection:
            for row in rows:
                take(connection, row.data, self._on_event)
            self._reach(connection, generation, rows[-1].id)
        return len(rows)

    def try_read(self) -> int:
        """Do as `read`, but write failures of the databases to the log and return 0."""
        try:
            return self.read()
        except SQLAlchemyError as problem:
            logger.error(
                "Events cannot be read from FRONTDESK_EVENTS_DB or written to FRONTDESK_DESK_DB "
                "(%s); trying again.",
                type(problem).__name__,
            )
            return 0

    def close(self) -> None:
        """Disconnect."""
        self._engine.dispose()

    def _reached(self, generation: str) -> int:
        query = select(CURSORS.c.position).where(CURSORS.c.source == generation)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar() or 0)

    @staticmethod
    def _reach(connection: Connection, generation: str, position: int) -> None:
        update = CURSORS.update().where(CURSORS.c.source == generation)
        if connection.execute(update.values(position=position)).rowcount == 0:
            row = {"source": generation, "position": position}
            connection.execute(CURSORS.insert().values(row))


def take(connection: Connection, data: str, on_event: OnEvent) -> None:
    """Keep one event, unless it was kept before.

    Args:
        connection: inside a writing transaction.
        data: the event as Rasa wrote it, JSON.
        on_event: is told of it if it is new.
    """
    try:
        event = json.loads(data)
        is_new = conversations.add(connection, event)
    except (TypeError, ValueError) as problem:
        # Reading it again would fail again, and hold up everything behind it.
        logger.error("one of the broker's events cannot be read, it is left out: %s", problem)
        return
    if is_new:
        on_event(connection, event)
