from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from rasa.core.lock_store import InMemoryLockStore, LockError, LockStore
from rasa.core.utils import number_of_sanic_workers
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from components.lock_store import ConversationLocks
from tests.support.processes import ROOT
from tests.support.redis import Redis, redis_server

TYPE = "components.lock_store.Locks"


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with redis_server() as server:
        if server is None:
            pytest.skip("there is no redis-server")
        yield server


@pytest.mark.parametrize("url", [None, ""])
def test_without_an_address_the_locks_are_rasas_own_in_memory(url: str | None) -> None:
    assert type(LockStore.create(EndpointConfig(url, type=TYPE))) is InMemoryLockStore


def test_rasa_makes_it_from_endpoints_and_lets_several_workers_use_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endpoint = EndpointConfig("redis://127.0.0.1:1", type=TYPE)
    assert isinstance(LockStore.create(endpoint), ConversationLocks)
    monkeypatch.setenv("SANIC_WORKERS", "3")
    assert number_of_sanic_workers(endpoint) == 3


def test_an_address_that_is_none_stops_the_start() -> None:
    with pytest.raises(RasaException, match=r"FRONTDESK_REDIS_URL.*redis://"):
        LockStore.create(EndpointConfig("localhost:6379", type=TYPE))


async def test_many_processes_run_one_turn_at_a_time_in_the_order_of_arrival(redis: Redis) -> None:
    stores = [ConversationLocks(redis.url) for _ in range(4)]
    running, ended = 0, []

    async def turn(number: int) -> None:
        nonlocal running
        async with stores[number % 4].lock("order"):
            running += 1
            assert running == 1
            await asyncio.sleep(0.001)
            running -= 1
            ended.append(number)

    async with stores[0].lock("order"):
        turns = []
        for number in range(40):
            turns.append(asyncio.create_task(turn(number)))
            # the next comes when this one stands in line, which is what "order" means
            while await stores[0]._redis.llen("frontdesk:line:{order}") < number + 2:
                await asyncio.sleep(0.001)
    await asyncio.gather(*turns)
    assert ended == list(range(40))
    assert await stores[0]._redis.keys("frontdesk:line:{order}*") == []


async def test_different_conversations_do_not_wait_for_each_other(redis: Redis) -> None:
    store = ConversationLocks(redis.url)
    async with store.lock("one"), store.lock("two"):
        pass


async def test_a_turn_that_fails_or_is_cancelled_gives_its_place_back(redis: Redis) -> None:
    store = ConversationLocks(redis.url)
    with pytest.raises(ZeroDivisionError):
        async with store.lock("fails"):
            raise ZeroDivisionError

    async def wait_in_line() -> None:
        async with store.lock("fails"):
            raise AssertionError("its turn came while another ran")

    async with store.lock("fails"):
        waiting = asyncio.create_task(wait_in_line())
        while await store._redis.llen("frontdesk:line:{fails}") < 2:
            await asyncio.sleep(0.001)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert await store._redis.llen("frontdesk:line:{fails}") == 1
    async with store.lock("fails"):
        pass


async def test_a_living_process_keeps_its_place_for_longer_than_a_dead_one(redis: Redis) -> None:
    first, second = ConversationLocks(redis.url, life=0.4), ConversationLocks(redis.url, life=0.4)
    entered = asyncio.Event()

    async def other() -> None:
        async with second.lock("long"):
            entered.set()

    async with first.lock("long"):
        waiting = asyncio.create_task(other())
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(entered.wait(), 1.5)
    await waiting


async def test_the_place_of_a_killed_process_is_free_after_its_life(redis: Redis) -> None:
    code = (
        "import asyncio, os, sys\n"
        "from components.lock_store import ConversationLocks\n"
        "async def main():\n"
        "    async with ConversationLocks(sys.argv[1], life=1.0).lock('killed'):\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", code, redis.url]
    ended = await asyncio.to_thread(subprocess.run, command, cwd=ROOT)
    assert ended.returncode == -9
    started = time.monotonic()
    async with ConversationLocks(redis.url).lock("killed"):
        assert time.monotonic() - started < 2


async def test_who_waits_longer_than_the_lock_lives_is_told_so(redis: Redis) -> None:
    store = ConversationLocks(redis.url)
    async with store.lock("slow"):
        with pytest.raises(LockError, match="too long"):
            async with store.lock("slow", lock_lifetime=0.3):
                raise AssertionError("its turn came while another ran")


async def test_a_redis_that_starts_anew_is_waited_for(redis: Redis) -> None:
    store = ConversationLocks(redis.url)
    async with store.lock("away"):
        pass
    redis.stop()
    back = asyncio.create_task(asyncio.to_thread(redis.start))
    async with store.lock("away"):
        assert back.done()


@pytest.mark.parametrize("url", ["http://x:secret@127.0.0.1", "redis://x:secret@127.0.0.1:port"])
def test_a_wrong_address_is_told_without_its_password(url: str) -> None:
    with pytest.raises(RasaException, match="FRONTDESK_REDIS_URL is no address of Redis") as found:
        ConversationLocks(url)
    assert "secret" not in str(found.value)
    assert found.value.__cause__ is None
