"""Writes that share a commit: fewer waits for the disk, and still each all or nothing."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, event, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import QueuePool

from channels.shared_commits import SharedCommits

METADATA = MetaData()
NOTES = Table(
    "notes", METADATA, Column("id", Integer, primary_key=True), Column("text", String, unique=True)
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{tmp_path}/notes.db",
        future=True,
        poolclass=QueuePool,
        connect_args={"check_same_thread": False},
    )
    METADATA.create_all(engine)
    return engine


@pytest.fixture
async def shared(engine: Engine) -> AsyncIterator[SharedCommits]:
    with ThreadPoolExecutor(1) as writer:
        yield SharedCommits(engine, writer)
    engine.dispose()


def note(text: str):
    def work(connection: Connection) -> str:
        connection.execute(NOTES.insert().values(text=text))
        if text.startswith("fail"):
            raise ValueError(text)
        return text

    return work


def texts(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(select(NOTES.c.text).order_by(NOTES.c.id)).scalars())


async def busy(shared: SharedCommits) -> tuple[asyncio.Task[None], threading.Event]:
    """Keep the writer busy until the event is set."""
    begun, go = threading.Event(), threading.Event()

    def work(_connection: Connection) -> None:
        begun.set()
        go.wait(60)

    task = asyncio.create_task(shared.run(work))
    await asyncio.to_thread(begun.wait, 60)
    return task, go


async def test_what_waited_is_committed_at_once_in_order_and_failures_alone(shared, engine) -> None:
    commits = 0

    def count(_connection: Connection) -> None:
        nonlocal commits
        commits += 1

    first, go = await busy(shared)
    event.listen(engine, "commit", count)
    said = ["a", "b", "fail c", "b", "d"]  # the second b breaks the table's rule
    waiting = [asyncio.create_task(shared.run(note(text))) for text in said]
    await asyncio.sleep(0)  # all of them have asked
    go.set()
    got = await asyncio.gather(*waiting, return_exceptions=True)
    await first
    assert [got[0], got[1], got[4]] == ["a", "b", "d"]
    assert isinstance(got[2], ValueError) and isinstance(got[3], IntegrityError)
    assert texts(engine) == ["a", "b", "d"]
    assert commits == 2  # the busy one, and the five together


async def test_what_is_no_longer_wanted_is_not_begun(shared, engine) -> None:
    first, go = await busy(shared)
    unwanted = asyncio.create_task(shared.run(note("unwanted")))
    wanted = asyncio.create_task(shared.run(note("wanted")))
    await asyncio.sleep(0)
    unwanted.cancel()
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(first, wanted)
    assert texts(engine) == ["wanted"]


async def test_a_commit_that_fails_is_told_to_all_who_shared_it(shared, engine) -> None:
    def refuse(_connection: Connection) -> None:
        raise OSError("disk full")

    first, go = await busy(shared)
    waiting = [asyncio.create_task(shared.run(note(text))) for text in "ab"]
    await asyncio.sleep(0)
    go.set()
    event.listen(engine, "commit", refuse)
    got = await asyncio.gather(first, *waiting, return_exceptions=True)
    event.remove(engine, "commit", refuse)
    assert [type(problem) for problem in got[1:]] == [OSError, OSError]
    assert texts(engine) == []
    assert await shared.run(note("c")) == "c"  # and it goes on


async def test_it_finishes_what_waits(shared, engine) -> None:
    waiting = [asyncio.create_task(shared.run(note(text))) for text in "abc"]
    await asyncio.sleep(0)
    await shared.finish()
    assert texts(engine) == ["a", "b", "c"]
    assert await asyncio.gather(*waiting) == ["a", "b", "c"]
