import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from channels.exclusive import LeaseLost, SharedWork
from channels.workers import Workers
from tests.channels.server import ROOT
from tests.support.redis import Redis, redis_server


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with redis_server() as server:
        if server is None:
            pytest.skip("there is no redis-server")
        yield server


async def test_work_is_done_by_one_process_at_a_time(redis: Redis):
    processes = [SharedWork(redis.url, "test") for _ in range(3)]
    at_work = done = 0

    async def work(process: SharedWork) -> None:
        nonlocal at_work, done
        async with process.alone("c1"):
            at_work += 1
            assert at_work == 1
            await asyncio.sleep(0.002)
            at_work -= 1
            done += 1

    await asyncio.gather(*(work(process) for process in processes for _ in range(2)))
    assert done == 6


async def test_other_work_does_not_wait(redis: Redis):
    one, two = SharedWork(redis.url, "test"), SharedWork(redis.url, "test")
    async with one.alone("c2"), two.alone("c3"):
        pass


async def test_who_lives_keeps_the_work_for_longer_than_the_lease(redis: Redis):
    one, two = (SharedWork(redis.url, "test", life=0.4) for _ in range(2))
    taken = asyncio.Event()

    async def take() -> None:
        async with two.alone("c4"):
            taken.set()

    async with one.alone("c4"):
        waiting = asyncio.create_task(take())
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(taken.wait(), 1.5)
    await waiting


async def test_work_of_a_killed_process_is_free_after_its_life(redis: Redis):
    code = (
        "import asyncio, os, sys\n"
        "from channels.exclusive import SharedWork\n"
        "async def main():\n"
        "    async with SharedWork(sys.argv[1], 'test', life=1.0).alone('c5'):\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", code, redis.url]
    assert (await asyncio.to_thread(subprocess.run, command, cwd=ROOT)).returncode == -9
    started = time.monotonic()
    async with SharedWork(redis.url, "test").alone("c5"):
        assert time.monotonic() - started < 3


async def test_who_has_lost_the_lease_is_broken_off(redis: Redis):
    work = SharedWork(redis.url, "test", life=0.4)
    with pytest.raises(LeaseLost):
        async with work.alone("c6"):
            await work._redis.flushall()
            await asyncio.sleep(60)


async def test_being_cancelled_is_no_lost_lease(redis: Redis):
    work, begun = SharedWork(redis.url, "test"), asyncio.Event()

    async def wait() -> None:
        async with work.alone("c7"):
            begun.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(wait())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with work.alone("c7"):
        pass


async def test_what_a_dead_process_left_is_found_by_the_others(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("channels.workers._FIRST_LOOK", 0.05)
    monkeypatch.setattr("channels.workers._LOOK", 0.05)
    left: list[str] = []
    done = asyncio.Event()

    async def waiting() -> list[str]:
        return left

    async def work(conversation_id: str) -> None:
        assert conversation_id == "c8"
        done.set()

    workers = Workers("test", work, SharedWork(redis.url, "test"))
    assert await workers.recover(waiting) == 0
    left.append("c8")  # nobody is told
    await asyncio.wait_for(done.wait(), 10)
    assert await workers.drain(5) == 0
