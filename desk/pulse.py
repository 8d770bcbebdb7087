"""Tells open pages that something changed, so that they ask for what it was."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Pulse:
    """Counts changes; any thread may beat, pages wait in the event loop."""

    def __init__(self) -> None:
        self._count = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()
        self._ended = False

    def bind(self) -> None:
        """Remember the running loop, in which pages wait."""
        self._loop = asyncio.get_running_loop()

    def beat(self) -> None:
        """Say that something changed."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._beat)

    def end(self) -> None:
        """End every stream; from the loop's thread."""
        self._ended = True
        self._beat()

    def _beat(self) -> None:
        self._count += 1
        for event in self._waiting:
            event.set()

    async def beats(self, quiet: float) -> AsyncIterator[int]:
        """Yield the number of changes: at once, after each change, and after `quiet` seconds."""
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            while not self._ended:
                yield self._count
                woken.clear()
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(woken.wait(), quiet)
        finally:
            self._waiting.discard(woken)
