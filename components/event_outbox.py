"""The event broker: what happens in conversations, kept for the desk until it has read it.

Rasa's own SQL broker raises when its database is busy, and then Rasa writes the whole turn into a
tracker store in memory (`FailSafeTrackerStore`), where it is lost at the next start. It also opens
SQLite so that a reader keeps the writer out. This one never raises, never waits for a reader, and
keeps in memory what could not be written until it can be.

The tables are the contract with the desk, which only reads them:
`outbox(generation)`: one row; another value means that another file took the place of this one.
`outbox_events(id, data)`: one event a row, JSON as Rasa's brokers write it; later ones have higher
ids, and no lower one ever appears after a higher one.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import time
import uuid
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    select,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from components.database import open_database, writing

logger = logging.getLogger(__name__)

_METADATA = MetaData()
_OUTBOX = Table(
    "outbox", _METADATA, Column("only", Integer, primary_key=True), Column("generation", String(64))
)
_EVENTS = Table(
    "outbox_events",
    _METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("written_at", BigInteger, nullable=False, index=True),  # s since 1970
    Column("data", Text, nullable=False),
    sqlite_autoincrement=True,  # an id of a deleted row is never given again
)
_APPEND = _EVENTS.insert()  # made once
_BUSY_SECONDS = 2  # that another Rasa process's write may take; events that wait longer are kept
_RETRY_SECONDS = 1.0
_AT_ONCE = 500  # events in one transaction
_DAY = 24 * 3600
# Any number that no other program on the server uses for its advisory locks.
_ORDER_LOCK = 5_317_202


class EventOutbox(EventBroker):
    """Writes every event into a database that the desk reads."""

    def __init__(self, url: str, keep_days: float = 14.0):
        """Open the database.

        Args:
            url: SQLAlchemy URL, such as `sqlite:///var/events.db` or `postgresql://...`.
            keep_days: after how many days events are deleted, read or not.

        Raises:
            RasaException: the database cannot be opened; Rasa does not start.
        """
        self._backlog: deque[str] = deque()
        self._retry: asyncio.TimerHandle | None = None
        try:
            # A power cut may lose the last events here, not in the tracker: to wait for the disk at
            # every event would have every customer wait.
            self._engine = open_database(url, busy_seconds=_BUSY_SECONDS, survives_power_cut=False)
            with writing(self._engine) as connection:
                _in_order(connection)  # one process makes the tables
                _METADATA.create_all(connection)
                if connection.execute(select(_OUTBOX.c.generation)).first() is None:
                    row = {"only": 1, "generation": uuid.uuid4().hex}
                    connection.execute(_OUTBOX.insert().values(row))
                old = _EVENTS.c.written_at < time.time() - keep_days * _DAY
                connection.execute(_EVENTS.delete().where(old))
        except (SQLAlchemyError, ArgumentError, OSError) as problem:
            raise RasaException(
                f"FRONTDESK_EVENTS_DB: the database of events cannot be opened ({problem}). Check "
                "the setting, and that its folder may be written to."
            ) from problem

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig, event_loop: AbstractEventLoop | None = None
    ) -> EventOutbox:
        """Make the broker from its block of `endpoints.yml`.

        Args:
            broker_config: with `url`, and `keep_days` if another than 14 is wanted.
            event_loop: not used.

        Raises:
            RasaException: there is no `url`, or its database cannot be opened.
        """
        if not broker_config.url:
            raise RasaException("event_broker in endpoints.yml needs the `url` of a database.")
        return cls(broker_config.url, float(broker_config.kwargs.get("keep_days", 14.0)))

    def publish(self, event: dict[str, Any]) -> None:
        """Write one event. Never raises: what cannot be written now is written later, in order.

        Args:
            event: as Rasa publishes it, with `sender_id`.
        """
        self.publish_all([event])

    def publish_all(self, events: Iterable[dict[str, Any]]) -> None:
        """Write several events, in one transaction where that is possible. Never raises."""
        self._backlog.extend(json.dumps(event) for event in events)
        self._flush()

    async def close(self) -> None:
        """Write what is left, then disconnect."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._flush(retry=False)
        if self._backlog:
            logger.error(
                "%d events could not be written for the desk. They are in the tracker: the desk "
                "reads it when a conversation is handed over.",
                len(self._backlog),
            )
        self._engine.dispose()

    @property
    def backlog(self) -> int:
        """Events that could not be written yet."""
        return len(self._backlog)

    def _flush(self, *, retry: bool = True) -> None:
        try:
            while self._backlog:
                some = list(itertools.islice(self._backlog, _AT_ONCE))
                with writing(self._engine) as connection:
                    _in_order(connection)
                    rows = [{"written_at": int(time.time()), "data": data} for data in some]
                    connection.execute(_APPEND, rows)
                for _ in some:
                    self._backlog.popleft()
        except SQLAlchemyError as problem:
            logger.error(
                "The events of conversations cannot be written to FRONTDESK_EVENTS_DB (%s); %d "
                "wait in memory and are tried again. Is the disk full, or the server away?",
                type(problem).__name__,
                len(self._backlog),
            )
            if retry:
                self._try_later()

    def _try_later(self) -> None:
        if self._retry is not None:
            return

        def again() -> None:
            self._retry = None
            self._flush()

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # outside a server the next event tries
            return
        self._retry = loop.call_later(_RETRY_SECONDS, again)


def _in_order(connection: Connection) -> None:
    """Have ids become visible in their order: a reader goes on after the highest it saw."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ORDER_LOCK})")
