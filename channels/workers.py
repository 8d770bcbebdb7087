"""One piece of work a conversation at a time, different conversations side by side."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable

from channels.exclusive import SharedWork

logger = logging.getLogger(__name__)

_FIRST_LOOK, _LOOK = 1.0, 15.0  # s from the start, and between two looks at what is left
_RETRY_WAITS = (0.5, 1.0, 2.0, 5.0, 10.0)  # s, when the work fails as a whole (a database, mostly)


class Workers:
    """The conversations that are being worked on in this process.

    What there is to do is stored elsewhere; this only knows who has to be looked at.
    """

    def __init__(self, what: str, work: Callable[[str], Awaitable[None]], shared: SharedWork):
        """Bind the work; nothing runs yet.

        Args:
            what: names the work in logs, such as `the inbox`.
            work: does all there is to do for a conversation; an exception has it tried again.
            shared: keeps two processes from one conversation.
        """
        self._what = what
        self._work = work
        self._shared = shared
        self._watch: asyncio.Task[None] | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()

    def wake(self, conversation_id: str) -> None:
        """Have a conversation looked at; returns at once.

        Args:
            conversation_id: which one.
        """
        self._woken.add(conversation_id)
        if conversation_id not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._run(conversation_id))
            self._tasks[conversation_id] = task

    async def recover(self, left: Callable[[], Awaitable[list[str]]]) -> int:
        """Take up what an earlier process left; among several processes also what a dead one left.

        Args:
            left: gives the conversations that there is something to do for.

        Returns:
            How many there are; among several processes 0: the others are at work on some of them.
        """
        if self._shared.is_shared:
            self._watch = asyncio.create_task(self._look(left))
            return 0
        conversations = await left()
        for conversation_id in conversations:
            self.wake(conversation_id)
        return len(conversations)

    async def drain(self, timeout: float) -> int:
        """Wait until all is done, but no longer than that.

        Args:
            timeout: seconds to wait.

        Returns:
            Conversations that were cut off.
        """
        if self._watch is not None:
            self._watch.cancel()
        end = asyncio.get_running_loop().time() + timeout
        while self._tasks and (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._tasks.values(), timeout=left)
        unfinished = list(self._tasks.values())
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        return len(unfinished)

    async def _look(self, left: Callable[[], Awaitable[list[str]]]) -> None:
        await asyncio.sleep(_FIRST_LOOK)  # the model is read, and nothing else runs meanwhile
        while True:
            try:
                for conversation_id in await left():
                    self.wake(conversation_id)
            except Exception as problem:
                logger.error("%s failed; trying again.\n%s", self._what, describe(problem))
            await asyncio.sleep(_LOOK)

    async def _run(self, conversation_id: str) -> None:
        failures = 0
        try:
            # A wake-up between the last look and the end of this task counts.
            while conversation_id in self._woken:
                self._woken.discard(conversation_id)
                try:
                    async with self._shared.alone(f"{self._what}:{conversation_id}"):
                        await self._work(conversation_id)
                    failures = 0
                except Exception as problem:
                    logger.error("%s failed; trying again.\n%s", self._what, describe(problem))
                    await asyncio.sleep(_RETRY_WAITS[min(failures, len(_RETRY_WAITS) - 1)])
                    failures += 1
                    self._woken.add(conversation_id)
        finally:
            del self._tasks[conversation_id]


def describe(problem: BaseException) -> str:
    """Return where an exception came from, without its message, which may quote a customer.

    Args:
        problem: the exception.

    Returns:
        Its stack, and the names of its class and of its causes' classes.
    """
    stack = "".join(traceback.format_tb(problem.__traceback__))
    names = [type(problem).__qualname__]
    cause = problem.__cause__ or problem.__context__
    while cause is not None and len(names) < 5:
        names.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    return f"{stack}{' caused by '.join(names)}"
