"""SQLite writes that wait for each other become one transaction, which reaches the disk once.

A commit that survives a power cut waits for the disk: a few milliseconds, on a busy machine thirty.
SQLite takes one writer at a time, so that twenty customers who write at the same moment would wait
for twenty of them. Here the writes that have come up during one commit share the next one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, TypeVar

from sqlalchemy.engine import Connection, Engine

T = TypeVar("T")
Work = Callable[[Connection], Any]

_AT_ONCE = 100  # writes in one transaction, so that the first need not wait long for the last


class SharedCommits:
    """The writes to one SQLite database: in the order in which they come, each all or nothing."""

    def __init__(self, engine: Engine, writer: Executor):
        """Bind the parts.

        Args:
            engine: the database.
            writer: has one thread.
        """
        self._engine = engine
        self._writer = writer
        self._waiting: deque[tuple[Work, asyncio.Future[Any]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do one write.

        Args:
            work: gets a connection; an exception undoes what it has done, and nothing else.

        Returns:
            What `work` returned, after the commit.

        Raises:
            Exception: what `work` raised, or what made the transaction fail.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.append((work, done))
        if self._task is None:
            self._task = loop.create_task(self._work_off())
        return await done

    async def finish(self) -> None:
        """Wait until nothing waits."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _work_off(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            taken = [(work, done) for work, done in taken if not done.cancelled()]
            works = [work for work, _ in taken]
            outcomes: Sequence[tuple[Any, Exception | None]]
            try:
                outcomes = await loop.run_in_executor(self._writer, self._transaction, works)
            except Exception as problem:  # nothing of it was stored
                outcomes = [(None, problem)] * len(taken)
            for (_, done), (result, failure) in zip(taken, outcomes, strict=True):
                if done.cancelled():
                    continue
                if failure is None:
                    done.set_result(result)
                else:
                    done.set_exception(failure)
        self._task = None

    def _transaction(self, works: Sequence[Work]) -> list[tuple[Any, Exception | None]]:
        outcomes: list[tuple[Any, Exception | None]] = []
        with self._engine.begin() as connection:
            # Python's sqlite3 begins one by itself only before a write, and a savepoint is none.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if len(works) == 1:  # what undoes the transaction undoes it alone
                return [(works[0](connection), None)]
            for work in works:
                savepoint = connection.begin_nested()
                try:
                    result = work(connection)
                except Exception as problem:
                    savepoint.rollback()
                    outcomes.append((None, problem))
                else:
                    savepoint.commit()
                    outcomes.append((result, None))
        return outcomes
