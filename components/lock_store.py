"""One turn of a conversation at a time, also where several Rasa processes take messages.

Rasa's own store for several processes reads the line of waiting messages, changes it and writes it
back: two processes that do so at once overwrite each other, and run two turns of a conversation
side by side. Here Redis itself keeps the line, and each step is one script that nothing interrupts.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore, LockError, LockStore
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisSlow

logger = logging.getLogger(__name__)

LIFE = 10.0  # s until a process that has died loses its places
_SECONDS = 5.0  # that Redis may take to answer
_TRIES = 4  # to reach it; a Redis that starts anew is there again before that
_FIRST_LOOK, _LONGEST_WAIT = 0.005, 0.05  # s between two looks whether it is our turn

# KEYS: the line, and until when each place in it is kept. ARGV: ticket, life in ms, "1" to enter.
# Gives 0 to the first in line, 1 to one that waits, -1 to one that has no place (any more).
_LOOK = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
    redis.call('LREM', KEYS[1], 1, dead)
    redis.call('ZREM', KEYS[2], dead)
end
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
    if ARGV[3] ~= '1' then return -1 end
    redis.call('RPUSH', KEYS[1], ARGV[1])
end
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
redis.call('PEXPIRE', KEYS[2], ARGV[2] * 2)
if redis.call('LINDEX', KEYS[1], 0) == ARGV[1] then return 0 end
return 1
"""
_LEAVE = """
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
"""


class Locks(LockStore):
    """Makes the store that the address asks for; it is none itself."""

    def __new__(cls, endpoint_config: EndpointConfig) -> LockStore:  # type: ignore[misc]
        """Make the store from its block of `endpoints.yml`.

        Args:
            endpoint_config: with `url`, such as `redis://127.0.0.1:6379`; empty: locks in memory,
                which are right for one process.

        Raises:
            RasaException: the address is none of Redis; Rasa does not start.
        """
        url = endpoint_config.url
        return ConversationLocks(url) if url else InMemoryLockStore()


class ConversationLocks(LockStore):
    """The lines of waiting messages in Redis: first come, first served, whichever the process."""

    def __init__(self, url: str, life: float = LIFE):
        """Name the server; nothing is sent yet.

        Args:
            url: of Redis, `rediss://` for TLS.
            life: seconds until a process that has died loses its places.

        Raises:
            RasaException: the address is none of Redis.
        """
        self._life = life
        try:
            self._redis = Redis.from_url(
                url,
                socket_timeout=_SECONDS,
                socket_connect_timeout=_SECONDS,
                retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), _TRIES),
                retry_on_error=[RedisAway, RedisSlow, OSError],
            )
        except ValueError:
            # its own words may quote the address, and in it the password
            raise RasaException(
                "FRONTDESK_REDIS_URL is no address of Redis. Write it like redis://127.0.0.1:6379."
            ) from None
        self._look_script = self._redis.register_script(_LOOK)
        self._leave_script = self._redis.register_script(_LEAVE)
        super().__init__()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        """Stand in line for a conversation, and hold it while the block runs.

        Args:
            conversation_id: which one.
            lock_lifetime: seconds, from now, after which the place is lost.
            wait_time_in_seconds: not used; looks are frequent at first, and rarer later.

        Raises:
            LockError: Redis cannot be reached, or our turn did not come in time.
        """
        line = f"frontdesk:line:{{{conversation_id}}}"
        keys, ticket = [line, f"{line}:kept"], uuid.uuid4().hex
        end = time.monotonic() + lock_lifetime
        try:
            await self._stand_in_line(keys, ticket, end)
            renewal = asyncio.create_task(self._keep_place(keys, ticket, end))
            try:
                yield TicketLock(conversation_id)
            finally:
                renewal.cancel()
                with suppress(asyncio.CancelledError):
                    await renewal
        finally:
            await self._leave(keys, ticket)

    async def _stand_in_line(self, keys: list[str], ticket: str, end: float) -> None:
        wait = _FIRST_LOOK
        while await self._look(keys, ticket, enter=True) != 0:
            if time.monotonic() >= end:
                raise LockError("The messages before this one took too long.")
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    async def _keep_place(self, keys: list[str], ticket: str, end: float) -> None:
        while time.monotonic() < end:
            await asyncio.sleep(self._life / 4)
            try:
                place = await self._look(keys, ticket, enter=False)
            except LockError as problem:
                logger.error("%s", problem)
                continue
            if place != 0:
                logger.error("The lock on a conversation was lost while its turn still runs.")
                return

    async def _look(self, keys: list[str], ticket: str, *, enter: bool) -> int:
        arguments = [ticket, int(self._life * 1000), int(enter)]
        try:
            return int(await self._look_script(keys, arguments))
        except RedisError as problem:
            raise LockError(
                "Redis at FRONTDESK_REDIS_URL, which keeps the locks on conversations, does not "
                f"answer ({type(problem).__name__})."
            ) from problem

    async def _leave(self, keys: list[str], ticket: str) -> None:
        try:
            await self._leave_script(keys, [ticket])
        except RedisError:
            logger.error("A lock could not be given back: it ends by itself in %.0f s.", self._life)
