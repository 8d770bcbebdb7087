"""Replies leave in order, are tried again, and never raise into Rasa.

An exception while Rasa sends a reply makes it forget the whole turn, so an output channel hands
its replies over here instead of delivering them itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from channels.provider import Undeliverable
from channels.workers import describe

logger = logging.getLogger(__name__)

Item = TypeVar("Item")

_WAITS = (0.1, 0.5, 1.0, 2.0, 5.0)  # s between tries; the last one repeats


class OrderedSender(Generic[Item]):
    """Delivers each conversation's items one after another until each one is delivered."""

    def __init__(
        self,
        channel: str,
        deliver: Callable[[str, Item], Awaitable[None]],
        patience: float = 5.0,
    ):
        """Bind the delivery.

        Args:
            channel: the channel's name, for logs.
            deliver: delivers one item to a conversation; raises `Undeliverable` to have it
                dropped and any other exception to have it tried again.
            patience: seconds that `send` waits for the delivery before it leaves it to the
                background. A turn holds Rasa's lock meanwhile, so keep it far below 60.
        """
        self._channel = channel
        self._deliver = deliver
        self._patience = patience
        self._queues: dict[str, deque[tuple[Item, asyncio.Event]]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def send(self, conversation_id: str, item: Item) -> None:
        """Queue an item and wait a while for its delivery. Never raises.

        Args:
            conversation_id: to whom.
            item: what.
        """
        done = asyncio.Event()
        self._queues.setdefault(conversation_id, deque()).append((item, done))
        if conversation_id not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._work(conversation_id))
            self._tasks[conversation_id] = task
        try:
            await asyncio.wait_for(done.wait(), self._patience)
        except asyncio.TimeoutError:
            logger.warning("%s: a reply is still undelivered; it stays queued.", self._channel)

    async def drain(self, timeout: float) -> int:
        """Deliver what is queued, as far as it goes in time.

        Args:
            timeout: seconds to wait.

        Returns:
            Items that were not delivered and are now lost.
        """
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=timeout)
        unfinished = list(self._tasks.values())
        lost = sum(len(queue) for queue in self._queues.values())
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        return lost

    async def _work(self, conversation_id: str) -> None:
        queue = self._queues[conversation_id]
        try:
            while queue:
                item, done = queue[0]
                await self._until_delivered(conversation_id, item)
                queue.popleft()
                done.set()
        finally:
            del self._tasks[conversation_id]
            del self._queues[conversation_id]

    async def _until_delivered(self, conversation_id: str, item: Item) -> None:
        tries = 0
        while True:
            try:
                await self._deliver(conversation_id, item)
                return
            except Undeliverable as problem:
                logger.error("%s: a reply is dropped: %s", self._channel, problem)
                return
            except Exception as problem:
                logger.error(
                    "%s: a reply could not be delivered; trying again.\n%s",
                    self._channel,
                    describe(problem),
                )
            await asyncio.sleep(_WAITS[min(tries, len(_WAITS) - 1)])
            tries += 1
