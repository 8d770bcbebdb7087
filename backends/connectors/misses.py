"""What did not fit: after a few misses nothing more is compared for a while.

Counted whether it exists or not, so that being told to wait tells nobody anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from backends.connectors.database import MISSES
from backends.errors import BackendUnavailable, TooManyRequests

# As in the contract: five misses on one number, name or postcode within a quarter of an hour.
MOST_MISSES = 5
MISSES_COUNT_SECONDS = 15 * 60


class Misses:
    """The misses of the last quarter of an hour, in the connectors' database.

    Args:
        engine: of the database.
        clock: seconds since 1970.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine, self._clock = engine, clock

    async def check(self, *keys: str) -> None:
        """Return if there were not too many misses with any of the keys, which are keyed hashes.

        Raises:
            TooManyRequests: there were.
            BackendUnavailable: the database fails.
        """
        await asyncio.to_thread(self._check, keys)

    async def add(self, *keys: str) -> None:
        """Count a miss for each of the keys.

        Raises:
            BackendUnavailable: the database fails.
        """
        await asyncio.to_thread(self._add, keys)

    def _check(self, keys: tuple[str, ...]) -> None:
        now = self._clock()
        for key in keys:
            query = (
                select(MISSES.c.at)
                .where(MISSES.c.number == key, MISSES.c.at > now - MISSES_COUNT_SECONDS)
                .order_by(MISSES.c.at)
            )
            try:
                with self._engine.connect() as connection:
                    times = [row.at for row in connection.execute(query)]
            except SQLAlchemyError as error:
                raise unusable(error) from error
            if len(times) >= MOST_MISSES:
                # no more are added from here on, so the last one decides when the quarter is over
                raise TooManyRequests(retry_after=times[-1] + MISSES_COUNT_SECONDS - now)

    def _add(self, keys: tuple[str, ...]) -> None:
        now = self._clock()
        try:
            with self._engine.begin() as connection:
                connection.execute(MISSES.delete().where(MISSES.c.at <= now - MISSES_COUNT_SECONDS))
                connection.execute(MISSES.insert(), [{"number": key, "at": now} for key in keys])
        except SQLAlchemyError as error:
            raise unusable(error) from error


def unusable(error: SQLAlchemyError) -> BackendUnavailable:
    """What a database that fails means for a customer."""
    return BackendUnavailable(
        f"the connector's database failed ({type(error).__name__}); check FRONTDESK_CONNECTOR_DB",
        code="connector_database",
        undone=True,
    )
