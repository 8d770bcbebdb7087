"""A channel's SQL database, with every blocking call kept off the event loop."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import MetaData, create_engine, event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from channels.shared_commits import SharedCommits

T = TypeVar("T")

_READERS = 4
_POSTGRES_WRITERS = 8
# Any number that no other program on the server uses for its advisory locks.
_TABLES_LOCK = 5_317_204
_BUSY_TIMEOUT = 10_000  # ms a SQLite connection waits for another process's write to end


class DatabaseProblem(Exception):
    """The database cannot be opened; the message says which one, and why."""


class Database:
    """One engine with threads of its own: SQLite (WAL) or any other SQLAlchemy URL."""

    def __init__(self, url: str, metadata: MetaData):
        """Name the database; nothing is opened yet.

        Args:
            url: SQLAlchemy URL, such as `sqlite:///var/web.db` or `postgresql://...`.
            metadata: the tables it holds, created when missing.

        Raises:
            sqlalchemy.exc.ArgumentError: the URL cannot be parsed.
        """
        self._url = make_url(url)
        self._metadata = metadata
        self._engine: Engine | None = None
        self._reads: ThreadPoolExecutor | None = None
        self._writes: ThreadPoolExecutor | None = None
        self._shared: SharedCommits | None = None

    @property
    def is_open(self) -> bool:
        """Whether `open` has been called and `close` has not."""
        return self._engine is not None

    async def open(self) -> None:
        """Connect and create missing tables.

        Raises:
            DatabaseProblem: the file or server cannot be used.
        """
        sqlite = self._url.get_backend_name() == "sqlite"
        # hide_parameters: an error's text would otherwise hold customers' messages.
        # One writer thread for SQLite: it allows one writer, waiting in a queue is cheaper and
        # fairer than its busy handler, and what waits can be committed together.
        options: dict[str, Any] = {"future": True, "hide_parameters": True, "pool_pre_ping": True}
        if sqlite:  # SQLAlchemy would open the file anew for each transaction
            options |= {"poolclass": QueuePool, "connect_args": {"check_same_thread": False}}
        self._reads = ThreadPoolExecutor(_READERS, thread_name_prefix="channel-db-read")
        self._writes = ThreadPoolExecutor(
            1 if sqlite else _POSTGRES_WRITERS, thread_name_prefix="channel-db-write"
        )
        try:
            engine = create_engine(self._url, **options)
            if sqlite:
                event.listen(engine, "connect", _tune_sqlite)
            await self._run(self._writes, lambda: self._prepare(engine))
        except (SQLAlchemyError, OSError, ImportError) as problem:
            await self.close()
            raise DatabaseProblem(
                f"The database {self._url.render_as_string(hide_password=True)} cannot be "
                f"opened ({problem}). Check the setting and that its folder may be written to."
            ) from problem
        self._engine = engine
        if sqlite:
            self._shared = SharedCommits(engine, self._writes)

    def _prepare(self, engine: Engine) -> None:
        name = self._url.database
        if self._url.get_backend_name() == "sqlite" and name and not name.startswith("file:"):
            Path(name).parent.mkdir(parents=True, exist_ok=True)
        # Among several processes one makes the tables, and the others find them.
        with engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            elif connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TABLES_LOCK})")
            self._metadata.create_all(connection)

    async def close(self) -> None:
        """Finish what was begun, then disconnect."""
        if self._shared is not None:
            await self._shared.finish()
        for executor in (self._writes, self._reads):
            if executor is not None:
                await asyncio.to_thread(executor.shutdown, True)
        if self._engine is not None:
            self._engine.dispose()
        self._engine = self._reads = self._writes = self._shared = None

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a query in a reader's thread.

        Args:
            work: gets a connection, returns the rows as plain values.

        Returns:
            What `work` returned.

        Raises:
            SQLAlchemyError: the database failed.
        """
        return await self._run(self._reads, lambda: self._transaction(work))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Store something in a writer's thread: all of it or nothing.

        Start with a write, not a read: SQLite then takes its write lock at once, and Postgres
        the lock of the row.

        Args:
            work: gets a connection inside a transaction; an exception rolls back what it did.

        Returns:
            What `work` returned, after the commit.

        Raises:
            SQLAlchemyError: the database failed; nothing was changed.
        """
        if self._shared is not None:
            return await self._shared.run(work)
        return await self._run(self._writes, lambda: self._transaction(work))

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        if self._engine is None:
            raise RuntimeError("the channel's database is not open")
        with self._engine.begin() as connection:
            return work(connection)

    @staticmethod
    async def _run(executor: ThreadPoolExecutor | None, work: Callable[[], T]) -> T:
        if executor is None:
            raise RuntimeError("the channel's database is not open")
        return await asyncio.get_running_loop().run_in_executor(executor, work)


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT}")
    end = time.monotonic() + _BUSY_TIMEOUT / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:  # of a new file, which another process opens just now:
            if time.monotonic() > end:  # SQLite itself does not wait for that
                raise
            time.sleep(0.01)
    # A message that was acknowledged must survive a power cut, not only a killed process.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
