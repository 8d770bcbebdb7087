import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from channels.fanout import Fanout, News
from channels.rate import RateLimit
from channels.web.shared_hub import SharedHub
from tests.support.redis import Redis, redis_server


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with redis_server() as server:
        if server is None:
            pytest.skip("there is no redis-server")
        yield server


class Process:
    """One process's end of a topic."""

    def __init__(self, url: str, answer: Any = None):
        self.heard: asyncio.Queue[News] = asyncio.Queue()
        self.missed = 0
        self._answer = answer
        self.fanout = Fanout(url, "test", self._hear, self._miss)

    async def _hear(self, news: News) -> Any:
        self.heard.put_nowait(news)
        return self._answer

    def _miss(self) -> None:
        self.missed += 1


@pytest_asyncio.fixture
async def processes(redis: Redis) -> AsyncIterator[list[Process]]:
    made = [Process(redis.url, answer=f"from {number}") for number in range(3)]
    for process in made:
        await process.fanout.start()
    yield made
    for process in made:
        await process.fanout.stop()


async def test_all_others_hear_the_news_in_order(processes: list[Process]):
    first, *others = processes
    for number in range(50):
        first.fanout.tell({"number": number})
    for other in others:
        for number in range(50):
            assert await asyncio.wait_for(other.heard.get(), 10) == {"number": number}
    assert first.heard.empty()


async def test_all_others_answer_who_asks(processes: list[Process]):
    assert sorted(await processes[1].fanout.ask({"what": 1}, 10)) == ["from 0", "from 2"]


async def test_who_asks_alone_gets_no_answer_and_does_not_wait(redis: Redis):
    alone = Process(redis.url)
    await alone.fanout.start()
    assert await alone.fanout.ask({"what": 1}, 60) == []
    await alone.fanout.stop()


async def test_what_is_untold_is_told_before_the_end(redis: Redis, processes: list[Process]):
    leaving = Process(redis.url)
    await leaving.fanout.start()
    for number in range(20):
        leaving.fanout.tell({"number": number})
    await leaving.fanout.stop()
    for number in range(20):
        assert await asyncio.wait_for(processes[0].heard.get(), 10) == {"number": number}


async def test_after_redis_was_away_news_are_heard_again_and_some_may_be_missed(
    redis: Redis, processes: list[Process]
):
    assert [process.missed for process in processes] == [1, 1, 1]
    redis.stop()
    redis.start()
    while any(process.missed < 2 for process in processes):
        await asyncio.sleep(0.02)
    processes[0].fanout.tell({"again": True})
    assert await asyncio.wait_for(processes[1].heard.get(), 10) == {"again": True}


@pytest_asyncio.fixture
async def hubs(redis: Redis) -> AsyncIterator[list[SharedHub]]:
    made = [SharedHub(2, redis.url) for _ in range(2)]
    for hub in made:
        await hub.start()
    yield made
    for hub in made:
        await hub.close(1)


async def test_a_stream_at_one_process_wakes_by_what_another_has_logged(hubs: list[SharedHub]):
    stream, elsewhere = hubs[0].subscribe("c1"), hubs[0].subscribe("c2")
    hubs[1].notify("c1")
    assert await stream.wait(10)
    assert not await elsewhere.wait(0)
    hubs[0].unsubscribe("c1", stream)
    hubs[0].unsubscribe("c2", elsewhere)


async def test_a_stream_shows_who_types_at_another_process(hubs: list[SharedHub]):
    stream = hubs[0].subscribe("c1")
    hubs[1].set_typing("c1", True)
    assert await stream.wait(10)
    assert stream.typing == ""
    later = hubs[0].subscribe("c1")
    assert later.typing == ""
    hubs[1].person_types("c1", "Kim", 60)
    while stream.typing != "Kim":
        assert await stream.wait(10)
    hubs[1].person_rests("c1")
    hubs[1].set_typing("c1", False)
    while stream.typing is not None:
        assert await stream.wait(10)
    hubs[0].unsubscribe("c1", stream)
    hubs[0].unsubscribe("c1", later)


async def test_a_process_that_dies_types_for_ever_nowhere(
    hubs: list[SharedHub], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("channels.web.shared_hub._TYPING_SHOWN", 0.05)
    stream = hubs[0].subscribe("c1")
    hubs[1].set_typing("c1", True)  # and never that it is done
    while stream.typing is None:
        assert await stream.wait(10)
    while stream.typing is not None:
        assert await stream.wait(10)
    hubs[0].unsubscribe("c1", stream)


def test_a_limit_counts_what_all_processes_take(redis: Redis):
    processes = [RateLimit("4/minute", redis.url, "test") for _ in range(2)]
    assert [processes[number % 2].hit("c1") for number in range(4)] == [0, 0, 0, 0]
    assert processes[0].hit("c1") > 0
    assert processes[1].hit("c1") > 0
    assert RateLimit("4/minute", redis.url, "other").hit("c1") == 0


def test_a_limit_counts_also_while_redis_is_away():
    limit = RateLimit("1/minute", "redis://127.0.0.1:1", "test")
    assert limit.hit("c1") == 0
    assert limit.hit("c1") > 0
