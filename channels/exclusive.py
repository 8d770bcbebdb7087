"""Work that only one process does at a time, where several work on the same things.

Who does it holds a lease in Redis, and renews it while it lives. After a process has died, another
one takes the work up within `LIFE` seconds.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockNotOwnedError, RedisError

from channels.redis_client import key, redis_client

logger = logging.getLogger(__name__)

LIFE = 10.0  # s until the work of a process that has died is free
_FIRST_LOOK, _LONGEST_WAIT = 0.02, 5.0  # s between two looks whether it is free


class LeaseLost(Exception):
    """The work was broken off: another process may be doing it by now."""


class SharedWork:
    """The work of one channel, shared among processes."""

    def __init__(self, url: str, channel: str, life: float = LIFE):
        """Name the place; nothing is sent yet.

        Args:
            url: of Redis; empty: this is the only process, and nothing is asked.
            channel: the channel's name.
            life: seconds until the work of a process that has died is free.
        """
        self._redis: Redis | None = redis_client(url) if url else None
        self._channel = channel
        self._life = life

    @property
    def is_shared(self) -> bool:
        """Whether there are other processes."""
        return self._redis is not None

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Wait until no other process does this work, and keep it while the block runs.

        Args:
            name: names the work, such as a conversation's id.

        Raises:
            LeaseLost: the block was broken off, because Redis gave the work away or is gone.
            RedisError: it cannot be reached.
        """
        if self._redis is None:
            yield
            return
        lease = Lock(
            self._redis,
            key(self._redis, f"work:{self._channel}:{name}"),
            timeout=self._life,
            thread_local=False,
        )
        wait = _FIRST_LOOK
        while not await lease.acquire(blocking=False):
            await asyncio.sleep(wait)
            wait = min(1.5 * wait, _LONGEST_WAIT)
        worker = asyncio.current_task()
        assert worker is not None
        renewal = asyncio.create_task(self._renew(lease, worker))
        try:
            yield
        except asyncio.CancelledError:
            if renewal.done():
                raise LeaseLost(f"{self._channel}: the lease on a piece of work was lost") from None
            raise
        finally:
            renewal.cancel()
            with suppress(RedisError):  # it ends by itself
                await lease.release()

    async def close(self) -> None:
        """Disconnect."""
        if self._redis is not None:
            await self._redis.close()

    async def _renew(self, lease: Lock, worker: asyncio.Task[object]) -> None:
        """Keep the lease; break the worker off when that fails."""
        end = time.monotonic() + self._life
        while time.monotonic() < end:
            await asyncio.sleep(self._life / 4)
            asked = time.monotonic()
            try:
                await lease.reacquire()
            except LockNotOwnedError:
                break
            except RedisError:
                continue
            end = asked + self._life
        worker.cancel()


ONLY_PROCESS = SharedWork("", "")
