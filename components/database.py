"""Opening a database for our parts of Rasa: SQLite in WAL mode, or a server such as Postgres."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

_TRUSTED_SECONDS = 1.0  # that a connection to a server may lie unused and be used unasked
_WRITES = "frontdesk_writes"  # execution option of a connection that is going to write


def open_database(url: str, *, busy_seconds: float, survives_power_cut: bool) -> Engine:
    """Make an engine; no connection is opened yet.

    Args:
        url: SQLAlchemy URL, such as `sqlite:///var/events.db` or `postgresql://...`.
        busy_seconds: how long another process's write to an SQLite file may hold ours up.
        survives_power_cut: whether SQLite waits for the disk at every commit. A killed process
            loses nothing either way.

    Raises:
        ArgumentError: the URL is none.
        OSError: the folder of an SQLite file cannot be made.
    """
    address = make_url(url)
    options: dict[str, Any] = {"future": True, "hide_parameters": True}
    if address.get_backend_name() != "sqlite":
        engine = create_engine(address, **options)
        _look_before_use(engine)
        return engine
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    connect = {"check_same_thread": False, "timeout": busy_seconds}
    # a file is opened once, not once a statement
    engine = create_engine(address, poolclass=QueuePool, connect_args=connect, **options)
    synchronous = "FULL" if survives_power_cut else "NORMAL"

    def tune(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # `_begin` begins, not the driver at the first INSERT
        cursor = connection.cursor()
        end = time.monotonic() + busy_seconds
        while True:
            try:
                cursor.execute("PRAGMA journal_mode=WAL")  # readers and the writer do not wait
                break
            except sqlite3.OperationalError:  # of a new file, which another process opens just now:
                if time.monotonic() > end:  # SQLite itself does not wait for that
                    raise
                time.sleep(0.01)
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.close()

    event.listen(engine, "connect", tune)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads; on a server without a transaction around its statements."""
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: committed at the end, undone where an exception leaves it."""
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


def _begin(connection: Connection) -> None:
    """Take SQLite's only writing place at once: a reader that becomes a writer may be refused."""
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _look_before_use(engine: Engine) -> None:
    """Ask a server whether a connection still stands, where it was not used a moment ago.

    SQLAlchemy's `pool_pre_ping` asks each time, and each question is a way to the server and back.
    """

    def used(_connection: Any, record: Any, *_: Any) -> None:
        record.info["used"] = time.monotonic()

    def look(connection: Any, record: Any, _proxy: Any) -> None:
        lay = time.monotonic() - record.info["used"]
        if lay > _TRUSTED_SECONDS and not engine.dialect.do_ping(connection):
            raise DisconnectionError  # the pool opens another

    event.listen(engine, "connect", used)
    event.listen(engine, "checkin", used)
    event.listen(engine, "checkout", look)
