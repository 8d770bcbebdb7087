"""Show that something long goes on: one line redrawn on a terminal, a line now and then without."""

from __future__ import annotations

import sys
import time
from types import TracebackType

HEARTBEAT = 10.0  # seconds between two lines when there is no terminal


class Progress:
    """The progress of one long step; use it as a context manager around the step."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._started = self._shown = time.monotonic()
        self._terminal = sys.stdout.isatty()

    @property
    def seconds(self) -> float:
        """How long the step has taken so far, in seconds."""
        return time.monotonic() - self._started

    def __enter__(self) -> Progress:
        print(f"{self._doing} ...", end="" if self._terminal else "\n", flush=True)
        return self

    def tick(self, detail: str = "") -> None:
        """Show the seconds so far and `detail`; call it as often as you like."""
        now = time.monotonic()
        text = f"{self._doing} ... {self.seconds:.0f} s{f' ({detail})' if detail else ''}"
        if self._terminal:
            print(f"\r\x1b[K{text}", end="", flush=True)
        elif now - self._shown >= HEARTBEAT:
            self._shown = now
            print(text, flush=True)

    def say(self, text: str) -> None:
        """Print a line of its own in the middle of the step."""
        print(f"\r\x1b[K{text}" if self._terminal else text, flush=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", flush=True)
