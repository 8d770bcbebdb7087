"""Limits on how often one sender may do something."""

from __future__ import annotations

import math
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter


class RateLimit:
    """At most so many hits in a window, counted for each key apart, in this process's memory.

    A window starts with a key's first hit. Windows that ended are forgotten, so keys chosen by
    strangers do not pile up.
    """

    def __init__(self, rate: str):
        """Parse the limit.

        Args:
            rate: such as `30/minute` or `5 per 10 seconds` (the notation of `limits`).

        Raises:
            ValueError: the notation is not understood.
        """
        self._item = parse(rate)
        self._storage = MemoryStorage()  # held here: the limiter only keeps a weak reference
        self._limiter = FixedWindowRateLimiter(self._storage)

    def hit(self, key: str) -> int:
        """Count one hit.

        Args:
            key: who is counted, such as a conversation id or an address.

        Returns:
            0 when the hit is within the limit; otherwise whole seconds (1 or more) until the
            window ends.
        """
        if self._limiter.hit(self._item, key):
            return 0
        reset_at: float = self._limiter.get_window_stats(self._item, key)[0]
        return max(1, math.ceil(reset_at - time.time()))
