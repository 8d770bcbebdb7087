"""The shop's SQLite file and its transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from backends.demo import schema

# How long one request waits for another's change, in seconds. Changes take milliseconds.
WAIT = 10.0


class DatabaseError(Exception):
    """The file cannot be used; the message names the cause and the mend, in one line."""


class Database:
    """A file with the shop's tables. Every transaction has its own connection.

    Args:
        path: the file; it and its folder are made when missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self, fill: Callable[[sqlite3.Connection], None]) -> bool:
        """Make the tables and fill them, unless that was done before.

        Args:
            fill: puts the first rows into a new database; all of it or nothing is kept.

        Returns:
            Whether the database was new.

        Raises:
            DatabaseError: the file is none of ours, of another version, or cannot be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
            with self.write() as connection:
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
                if version == schema.VERSION:
                    return False
                if tables:
                    raise DatabaseError(
                        f"{self._path} is of another version of the demo shop: "
                        "delete it and start again, or set FRONTDESK_SHOP_DB to a new file."
                    )
                for statement in filter(str.strip, schema.TABLES.split(";\n")):
                    connection.execute(statement)
                fill(connection)
                connection.execute(f"PRAGMA user_version = {schema.VERSION}")
                return True
        except (OSError, sqlite3.DatabaseError) as error:
            raise DatabaseError(
                f"The shop's database {self._path} cannot be used ({error}): "
                "set FRONTDESK_SHOP_DB to a file that can be written."
            ) from error

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the data."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One change: kept as a whole when the block ends, undone when it raises."""
        with closing(self._connect()) as connection:
            # IMMEDIATE: whoever comes second waits here, so what it reads is what it changes.
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=WAIT, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
