"""News from one process to all others of the installation, by Redis.

It may be lost, while Redis is away or a process has no connection: nothing that matters is only
here. Who listens is told when some of it may have been missed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from redis.exceptions import RedisError

from channels.redis_client import SECONDS, key, redis_client

logger = logging.getLogger(__name__)

News = Mapping[str, Any]
_AGAIN = 1.0  # s until a lost connection is tried again
_KEPT = 600  # s that answers are kept for who asked


class Fanout:
    """One process's place among those that share a topic."""

    def __init__(
        self,
        url: str,
        topic: str,
        hear: Callable[[News], Awaitable[Any]],
        missed: Callable[[], None] = lambda: None,
    ):
        """Bind the parts; nothing is heard before `start`.

        Args:
            url: of Redis.
            topic: what it is about, such as a channel's name.
            hear: gets each piece of news of another process, one after another; what it returns
                (JSON values) is the answer, where somebody asked.
            missed: called when news may have been missed, and at the start.
        """
        self._redis = redis_client(url)
        self._topic = key(self._redis, topic)
        self._hear = hear
        self._missed = missed
        self._me = ""
        self._untold: asyncio.Queue[News] = asyncio.Queue()
        self._listening = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Listen from now on; a Redis that does not answer is tried again in the background."""
        self._me = uuid.uuid4().hex  # of this process, which may be a copy of one that made us
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._tell_all())]
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._listening.wait(), SECONDS)

    async def stop(self) -> None:
        """Tell what is untold, hear nothing more, and disconnect."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._untold.join(), SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._redis.close()

    def tell(self, news: News) -> None:
        """Tell the others, behind what they were told before; returns at once.

        Args:
            news: JSON values.
        """
        self._untold.put_nowait(news)

    async def ask(self, news: News, seconds: float) -> list[Any]:
        """Tell the others, and wait for the answer of each.

        Args:
            news: JSON values.
            seconds: how long to wait.

        Returns:
            Their answers.

        Raises:
            RedisError: Redis failed.
            asyncio.TimeoutError: not all have answered in time.
        """
        place = f"{self._topic}:answers:{uuid.uuid4().hex}"
        heard = await self._publish({**news, "answer": place})
        others = heard - self._listening.is_set()
        answers: list[Any] = []
        end = asyncio.get_running_loop().time() + seconds
        while len(answers) < others:
            if asyncio.get_running_loop().time() > end:
                raise asyncio.TimeoutError
            found = await self._redis.blpop([place], timeout=1)
            if found is not None:
                answers.append(json.loads(found[1]))
        return answers

    async def _publish(self, news: News) -> int:
        return int(await self._redis.publish(self._topic, json.dumps({**news, "from": self._me})))

    async def _tell_all(self) -> None:
        while True:
            news = await self._untold.get()
            try:
                await self._publish(news)
            except RedisError as problem:
                logger.warning("Redis takes no news (%s).", type(problem).__name__)
                while not self._untold.empty():  # too late for them, and they would pile up
                    self._untold.get_nowait()
                    self._untold.task_done()
            self._untold.task_done()

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(self._topic)
                    while True:
                        message = await pubsub.get_message(timeout=SECONDS)
                        if message is not None:
                            await self._take(message)
            except (RedisError, OSError) as problem:
                logger.warning("Redis gives no news (%s).", type(problem).__name__)
            self._listening.clear()
            await asyncio.sleep(_AGAIN)

    async def _take(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "subscribe":  # also after the connection was lost
            self._listening.set()
            self._missed()
            return
        news = json.loads(message["data"])
        if news.pop("from") == self._me:
            return
        place = news.pop("answer", None)
        answer = await self._hear(news)
        if place is not None:
            await self._redis.rpush(place, json.dumps(answer))
            await self._redis.expire(place, _KEPT)
