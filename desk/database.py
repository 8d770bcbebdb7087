"""The desk's database: SQLite or Postgres, brought to the present schema at the start."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 30  # a SQLite connection waits so long for another's write to end
# Any number that no other program on the server uses for its advisory locks.
_MIGRATION_LOCK = 5_317_201


class DatabaseProblem(Exception):
    """The database cannot be used; the message says which one, why, and what to do."""


class Database:
    """The desk's one database. Its methods block: call them from a thread, not from the loop."""

    def __init__(self, url: str):
        """Name the database; nothing is opened yet.

        Args:
            url: SQLAlchemy URL, such as `sqlite:///var/desk.db` or `postgresql://...`.

        Raises:
            DatabaseProblem: the URL cannot be read.
        """
        try:
            self._url = make_url(url)
        except ArgumentError as problem:
            raise DatabaseProblem(
                "FRONTDESK_DESK_DB is no database address. Write it like sqlite:///var/desk.db "
                "or postgresql://user:password@host/name."
            ) from problem
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"future": True, "hide_parameters": True}
        # a server may have hung up meanwhile; a file does not
        options["pool_pre_ping"] = not self.is_sqlite
        if self.is_sqlite:
            options |= {
                "poolclass": QueuePool,
                "connect_args": {"check_same_thread": False, "timeout": _BUSY_SECONDS},
            }
        self._engine: Engine = create_engine(self._url, pool_size=10, max_overflow=30, **options)
        if self.is_sqlite:
            event.listen(self._engine, "connect", _tune_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)

    def prepare(self) -> None:
        """Create or migrate the tables; several processes may do so at the same time.

        Raises:
            DatabaseProblem: the file or server cannot be used, or is of a newer version.
        """
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        try:
            if self.is_sqlite and self._url.database:
                Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
            with self.write() as connection:
                if not self.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except (SQLAlchemyError, OSError, CommandError) as problem:
            raise DatabaseProblem(
                f"The desk's database {self._url.render_as_string(hide_password=True)} cannot be "
                f"used ({problem}). Check FRONTDESK_DESK_DB, and that this Frontdesk is not older "
                "than the one that wrote it."
            ) from problem

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give one consistent view of the data."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give one transaction: kept as a whole when the block ends, undone when it raises.

        On SQLite it has the write lock from its first statement on, so that what it reads is what
        it changes. On Postgres, read rows that decide something `with_for_update()`.
        """
        connection = self._engine.connect()
        with connection:
            connection.info["writing"] = True
            try:
                with connection.begin():
                    yield connection
            finally:
                connection.info.pop("writing", None)

    def close(self) -> None:
        """Disconnect."""
        self._engine.dispose()


def now() -> int:
    """Return the present moment in milliseconds since 1970."""
    return int(time.time() * 1000)


def _tune_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions by itself, and too late: we begin them below.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.info.get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
