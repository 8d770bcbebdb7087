"""What did not fit: after a few misses nothing more is compared for a while.

Counted whether it exists or not, so that being told to wait tells nobody anything.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from backends.demo import times
from backends.demo.errors import ApiError, too_many

# Both from the contract: five misses on one number, name or postcode within a quarter of an hour.
MOST_MISSES = 5
MISSES_COUNT_FOR = timedelta(minutes=15)


def too_often(connection: sqlite3.Connection, now: datetime, *keys: str) -> ApiError | None:
    """The answer when there were too many misses with one of the keys; None if not.

    Args:
        connection: inside a transaction that may write: what is too old is forgotten.
        now: what time it is.
        keys: what is counted for.
    """
    since = times.write(now - MISSES_COUNT_FOR)
    connection.execute("DELETE FROM find_misses WHERE at <= ?", (since,))
    for key in keys:
        misses = connection.execute(
            "SELECT at FROM find_misses WHERE number = ? ORDER BY at", (key,)
        ).fetchall()
        if len(misses) >= MOST_MISSES:
            # No more are added from here on, so the last one decides when the quarter is over.
            return too_many(times.read(misses[-1]["at"]) + MISSES_COUNT_FOR - now)
    return None


def add(connection: sqlite3.Connection, now: datetime, *keys: str) -> None:
    """Count a miss for each of the keys."""
    connection.executemany(
        "INSERT INTO find_misses (number, at) VALUES (?, ?)",
        [(key, times.write(now)) for key in keys],
    )
