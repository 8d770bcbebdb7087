"""Limits on how often one sender may do something."""

from __future__ import annotations

import logging
import math
import time
from typing import Any

from limits import parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

_SECONDS = 0.5  # that Redis may take: the server does nothing else meanwhile


class RateLimit:
    """At most so many hits in a window, counted for each key apart.

    A window starts with a key's first hit. Windows that ended are forgotten, so keys chosen by
    strangers do not pile up.
    """

    def __init__(self, rate: str, redis_url: str = "", name: str = ""):
        """Parse the limit.

        Args:
            rate: such as `30/minute` or `5 per 10 seconds` (the notation of `limits`).
            redis_url: where several processes count together; while it is away, and where it is
                empty, each counts in its own memory.
            name: tells the limits apart that are counted there.

        Raises:
            ValueError: the notation is not understood.
        """
        self._item = parse(rate)
        self._name = name
        # held here: a limiter only keeps a weak reference to its storage
        self._storages: list[Any] = [MemoryStorage()]
        if redis_url:
            options = {"socket_timeout": _SECONDS, "socket_connect_timeout": _SECONDS}
            self._storages.insert(0, RedisStorage(redis_url, **options))
        self._limiters = [FixedWindowRateLimiter(storage) for storage in self._storages]

    def hit(self, key: str) -> int:
        """Count one hit.

        Args:
            key: who is counted, such as a conversation id or an address.

        Returns:
            0 when the hit is within the limit; otherwise whole seconds (1 or more) until the
            window ends.
        """
        for limiter in self._limiters:
            try:
                if limiter.hit(self._item, self._name, key):
                    return 0
                reset_at: float = limiter.get_window_stats(self._item, self._name, key)[0]
            except RedisError as problem:
                logger.warning("Redis counts no messages (%s).", type(problem).__name__)
                continue
            return max(1, math.ceil(reset_at - time.time()))
        raise AssertionError("memory always counts")
