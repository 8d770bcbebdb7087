"""A circuit breaker: stop asking a backend that does not answer, and notice when it is back.

Own code, because the libraries at hand (purgatory, aiobreaker, pybreaker) let every waiting
request through at once when they half-open, count a cancelled request as a failure, or measure
with the wall clock; all three matter here and the whole thing is shorter than wrapping one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Literal

logger = logging.getLogger(__name__)

# Two calls of up to three attempts each use it up: enough to tell an outage from a hiccup.
FAILURES_TO_OPEN = 5
# Short, because a refused probe costs the shop nothing and a customer is waiting.
OPEN_SECONDS = 5.0

CircuitState = Literal["closed", "open", "half_open"]


class Circuit:
    """Counts consecutive failures of one backend; closed, open, or half-open with one probe.

    For one event loop: its methods neither wait nor lock.

    Args:
        name: the backend's name, for log lines.
        failures: how many failures in a row open it.
        open_seconds: how long it refuses before it lets one request probe.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        name: str,
        *,
        failures: int = FAILURES_TO_OPEN,
        open_seconds: float = OPEN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._threshold = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def state(self) -> CircuitState:
        """`closed` lets all through, `open` nothing, `half_open` one request at a time."""
        if self._opened_at is None:
            return "closed"
        if self._clock() - self._opened_at < self._open_seconds:
            return "open"
        return "half_open"

    def allow(self) -> bool:
        """Whether a request may go out now.

        After True the caller must report exactly one of `success`, `failure` or `abandon`.
        """
        state = self.state
        if state == "closed":
            return True
        if state == "open" or self._probing:
            return False
        self._probing = True
        return True

    def success(self) -> None:
        """The backend answered: close."""
        if self._opened_at is not None:
            logger.info("backend %s answers again; circuit closed", self.name)
        self._failures = 0
        self._opened_at = None
        self._probing = False

    def failure(self) -> None:
        """The backend did not answer: open after enough of these, or at once after a probe."""
        self._failures += 1
        if self._opened_at is None and self._failures < self._threshold:
            return
        if self._opened_at is None:
            logger.warning(
                "backend %s failed %d times in a row; circuit open, next try in %.0f s",
                self.name,
                self._failures,
                self._open_seconds,
            )
        self._opened_at = self._clock()
        self._probing = False

    def abandon(self) -> None:
        """The request was given up by its caller and says nothing about the backend."""
        self._probing = False
