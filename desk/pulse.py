"""Tells open pages that something changed, so that they ask for what it was; and who is typing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Beat:
    """What a page is told.

    Attributes:
        change: the number of changes so far.
        typing: since the last beat the page's customer was typing.
    """

    change: int
    typing: bool


@dataclass(eq=False)
class _Page:
    """An open page: what it is of, and what it has not been told yet."""

    conversation_id: str
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    typing: bool = False


class Pulse:
    """Counts changes; any thread may beat, pages wait in the event loop."""

    def __init__(self) -> None:
        self._count = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pages: set[_Page] = set()
        self._ended = False

    def bind(self) -> None:
        """Remember the running loop, in which pages wait."""
        self._loop = asyncio.get_running_loop()

    def beat(self) -> None:
        """Say that something changed."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._beat)

    def customer_types(self, conversation_id: str) -> None:
        """Say to a conversation's pages that the customer is typing; from the loop's thread."""
        for page in self._pages:
            if page.conversation_id == conversation_id:
                page.typing = True
                page.woken.set()

    def end(self) -> None:
        """End every stream; from the loop's thread."""
        self._ended = True
        self._beat()

    def _beat(self) -> None:
        self._count += 1
        for page in self._pages:
            page.woken.set()

    async def beats(self, quiet: float, conversation_id: str = "") -> AsyncIterator[Beat]:
        """Yield what there is to tell: at once, after each change, and after `quiet` seconds.

        Args:
            quiet: seconds.
            conversation_id: what the page is of; empty for none.
        """
        page = _Page(conversation_id)
        self._pages.add(page)
        try:
            while not self._ended:
                typing, page.typing = page.typing, False
                yield Beat(self._count, typing)
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(page.woken.wait(), quiet)
                page.woken.clear()
        finally:
            self._pages.discard(page)
