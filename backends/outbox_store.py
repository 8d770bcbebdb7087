"""The outbox's memory: one SQLite file that may lose its process between any two statements.

Every method is one transaction. It may be called from any thread, and by several processes on the
same file. The file holds customers' words: it is readable by its owner only, and
what is deleted is overwritten.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from backends import idempotency
from backends.models import NewTicket, Ticket
from backends.wire import Unreadable, decode, encode

# Longer than a call can take (see backends.http); a killed process blocks its ticket for so long.
LEASE_SECONDS = 30.0
_BUSY_SECONDS = 5.0
_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    idempotency_key TEXT PRIMARY KEY,
    ticket TEXT NOT NULL,                    -- NewTicket as JSON, never changed while it waits
    opened TEXT,                             -- Ticket as JSON, once the shop has taken it
    kept_at REAL NOT NULL,                   -- seconds since 1970
    tries INTEGER NOT NULL DEFAULT 0,
    leased_until REAL NOT NULL DEFAULT 0,    -- seconds since 1970; somebody is delivering it
    refused TEXT                             -- why it is kept aside; null while it waits
);
CREATE TABLE IF NOT EXISTS additions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,    -- never reused: it is part of an idempotency key
    idempotency_key TEXT NOT NULL REFERENCES outbox ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('contact', 'note')),
    text TEXT NOT NULL,
    refused TEXT
);
CREATE INDEX IF NOT EXISTS additions_of ON additions (idempotency_key);
"""

T = TypeVar("T")
AdditionKind = Literal["contact", "note"]


class OutboxUnusable(RuntimeError):
    """The outbox's file cannot be used; the message names the file and the mend."""


@dataclass(frozen=True)
class Addition:
    """What came up after the ticket was kept: where to answer, or a note."""

    id: int
    kind: AdditionKind
    text: str


@dataclass(frozen=True)
class Entry:
    """A kept ticket; `opened` is the shop's answer when only additions still wait."""

    ticket: NewTicket
    opened: Ticket | None


@dataclass(frozen=True)
class Refused:
    """A ticket that the shop will not take as it is.

    Attributes:
        key: its idempotency key.
        why: the cause, in the shop's words.
    """

    key: str
    why: str

    @property
    def label(self) -> str:
        """What log lines call it."""
        return label(self.key)


def label(key: str) -> str:
    """A ticket's name in log lines: its key may be made of a phone number, this shows none."""
    return idempotency.key(key)[:8]


class OutboxStore:
    """See the module.

    Args:
        path: the file; made, with its folders, if it is not there.
        clock: seconds since 1970.

    Raises:
        OutboxUnusable: the file cannot be made, read or written, or is of a newer version.
    """

    def __init__(self, path: str | Path, clock: Callable[[], float] = time.time) -> None:
        self._path = Path(path)
        self._clock = clock
        self._lock = threading.Lock()
        try:
            self._db = self._open()
        except (OSError, sqlite3.Error) as exc:
            raise OutboxUnusable(
                f"the outbox {self._path} cannot be used ({exc}); make it a file that this "
                "process may write, or name another one in FRONTDESK_OUTBOX_DB"
            ) from exc

    def keep(self, key: str, ticket: NewTicket) -> None:
        """Keep a ticket; one that waits already stays as it is, a refused one is replaced."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO outbox (idempotency_key, ticket, kept_at) VALUES (?, ?, ?) "
                "ON CONFLICT (idempotency_key) DO UPDATE "
                "SET ticket = excluded.ticket, refused = NULL WHERE refused IS NOT NULL",
                (key, json.dumps(encode(ticket)), self._clock()),
            )

    def add(self, key: str, additions: list[tuple[AdditionKind, str]]) -> bool:
        """Add to a ticket that still waits; False, and nothing added, if it does not."""
        with self._transaction() as db:
            waits = db.execute(
                "SELECT 1 FROM outbox WHERE idempotency_key = ? AND refused IS NULL", (key,)
            ).fetchone()
            if waits is None:
                return False
            db.executemany(
                "INSERT INTO additions (idempotency_key, kind, text) VALUES (?, ?, ?)",
                [(key, kind, encode(text)) for kind, text in additions],
            )
            return True

    def lease(self, key: str) -> Entry | None:
        """Take a waiting ticket to deliver it; None if it is gone or somebody else has it.

        Raises:
            Unreadable: it cannot be read any more; it stays leased.
        """
        with self._transaction() as db:
            now = self._clock()  # inside, so that no other lease is from a later moment
            row = db.execute(
                "SELECT ticket, opened FROM outbox WHERE idempotency_key = ? AND refused IS NULL "
                # A lease from far in the future is one from before the clock was set back.
                "AND NOT (leased_until > ? AND leased_until <= ?)",
                (key, now, now + 2 * LEASE_SECONDS),
            ).fetchone()
            if row is None:
                return None
            db.execute(
                "UPDATE outbox SET leased_until = ?, tries = tries + 1 WHERE idempotency_key = ?",
                (now + LEASE_SECONDS, key),
            )
        return Entry(_parse(NewTicket, row[0]), None if row[1] is None else _parse(Ticket, row[1]))

    def renew(self, key: str) -> None:
        """Keep the lease for another call."""
        self._set(key, "leased_until", self._clock() + LEASE_SECONDS)

    def release(self, key: str) -> None:
        """Give the ticket back, undelivered."""
        self._set(key, "leased_until", 0.0)

    def opened(self, key: str, ticket: Ticket) -> None:
        """The shop has taken the ticket; it must not be opened again."""
        self._set(key, "opened", json.dumps(encode(ticket)))

    def opened_as(self, key: str) -> Ticket | None:
        """The shop's answer to a ticket whose additions still wait, or None."""
        with self._connection() as db:
            row = db.execute(
                "SELECT opened FROM outbox WHERE idempotency_key = ?", (key,)
            ).fetchone()
        return None if row is None or row[0] is None else _parse(Ticket, row[0])

    def refuse(self, key: str, why: str) -> None:
        """Keep the ticket aside: the shop will not take it as it is."""
        self._set(key, "refused", why)

    def next_addition(self, key: str) -> Addition | None:
        """The oldest addition that still waits."""
        with self._connection() as db:
            row = db.execute(
                "SELECT id, kind, text FROM additions "
                "WHERE idempotency_key = ? AND refused IS NULL ORDER BY id LIMIT 1",
                (key,),
            ).fetchone()
        return None if row is None else Addition(*row)

    def added(self, addition: Addition) -> None:
        """The shop has taken the addition."""
        with self._transaction() as db:
            db.execute("DELETE FROM additions WHERE id = ?", (addition.id,))

    def refuse_addition(self, addition: Addition, why: str) -> None:
        """Keep the addition aside: the shop will not take it."""
        with self._transaction() as db:
            db.execute("UPDATE additions SET refused = ? WHERE id = ?", (why, addition.id))

    def finish(self, key: str) -> bool:
        """Forget a delivered ticket, or keep it aside with the additions that were refused.

        Returns:
            False if an addition came in meanwhile: it is not finished.
        """
        with self._transaction() as db:
            rows = db.execute(
                "SELECT refused FROM additions WHERE idempotency_key = ?", (key,)
            ).fetchall()
            if any(refused is None for (refused,) in rows):
                return False
            if rows:
                why = f"opened, but an addition was refused: {rows[0][0]}"
                db.execute("UPDATE outbox SET refused = ? WHERE idempotency_key = ?", (why, key))
            else:
                db.execute("DELETE FROM outbox WHERE idempotency_key = ?", (key,))
            return True

    def waiting(self) -> list[str]:
        """The keys of all tickets that wait; the least tried first, so that none blocks the rest.

        Those that somebody is delivering are among them.
        """
        with self._connection() as db:
            rows = db.execute(
                "SELECT idempotency_key FROM outbox WHERE refused IS NULL ORDER BY tries, kept_at"
            ).fetchall()
        return [key for (key,) in rows]

    def refused(self) -> tuple[Refused, ...]:
        """The tickets kept aside, oldest first."""
        with self._connection() as db:
            rows = db.execute(
                "SELECT idempotency_key, refused FROM outbox "
                "WHERE refused IS NOT NULL ORDER BY kept_at"
            ).fetchall()
        return tuple(Refused(*row) for row in rows)

    def retry_refused(self) -> int:
        """Let the tickets kept aside wait again; gives how many."""
        with self._transaction() as db:
            db.execute("UPDATE additions SET refused = NULL")
            changed = db.execute(
                "UPDATE outbox SET refused = NULL, leased_until = 0 WHERE refused IS NOT NULL"
            )
            return changed.rowcount

    def _set(self, key: str, column: str, value: str | float) -> None:
        with self._transaction() as db:
            # `column` is one of our own names above, never from outside.
            db.execute(
                f"UPDATE outbox SET {column} = ? WHERE idempotency_key = ?",  # noqa: S608
                (value, key),
            )

    def close(self) -> None:
        """Close the file; nothing can be called afterwards."""
        with self._lock:
            self._db.close()

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        db = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise OutboxUnusable(
                f"the outbox {self._path} was written by a newer Frontdesk (version {version}); "
                "start that one, or name another file in FRONTDESK_OUTBOX_DB"
            )
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")  # a kept ticket outlives a power cut too
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = ON")
        db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
        return db

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._db

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            with db:  # commits, or rolls back when something is raised
                yield db


def _parse(kind: type[T], text: str) -> T:
    try:
        return decode(kind, json.loads(text))
    except json.JSONDecodeError as exc:
        raise Unreadable(f"not valid JSON at character {exc.pos}") from None
