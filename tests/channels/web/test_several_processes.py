"""The web channel where three processes share its port and know of each other by Redis only."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from tests.channels.server import TOKEN
from tests.channels.web.client import Customer, Server
from tests.support.redis import redis_server

PROCESSES = 3
HEARTBEAT = 60  # s; a stream that learnt of nothing would look that late
GREETING = "I am an automated assistant."


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("several")
    with redis_server() as redis:
        if redis is None:
            pytest.skip("there is no redis-server")
        server = Server(
            folder,
            heartbeat=HEARTBEAT,
            further={"channels.model_route.ModelRoute": {"token": TOKEN}},
            workers=PROCESSES,
            redis_url=redis.url,
        )
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client with a connection for each request: each may reach another process."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=60, limits=limits) as client:
        yield client


async def test_no_message_is_lost_doubled_or_answered_out_of_order(several, http) -> None:
    texts = [f"message {number}" for number in range(12)]

    async def talk() -> list[str]:
        customer = await Customer(several, http).begin()
        for text in texts:  # each is accepted, not answered, before the next is sent
            assert (await customer.say(text)).status_code == 202
        messages = await customer.read(1 + 2 * len(texts))
        answers = [message["text"] for message in messages if message["from"] == "assistant"]
        assert answers == [GREETING, *(f"echo: {text}" for text in texts)]
        return [customer.conversation]

    talks = await asyncio.gather(*(talk() for _ in range(20)))
    for (conversation,) in talks:
        assert [one["text"] for one in several.handled(conversation)] == texts


async def test_a_message_that_comes_twice_at_once_is_accepted_once(several, http) -> None:
    customer = await Customer(several, http).begin()
    answers = await asyncio.gather(*(customer.say("once", "the-same") for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [202]
    await customer.read(3)
    assert [one["text"] for one in several.handled(customer.conversation)] == ["once"]


async def test_every_stream_gets_an_answer_at_once_whichever_process_made_it(several, http) -> None:
    customer = await Customer(several, http).begin()
    await customer.read(1)
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(customer.stream(1)) for _ in range(12)]
        began = time.monotonic()
        assert (await customer.say("hello")).status_code == 202
        for messages in await asyncio.gather(*(stream.messages(2) for stream in streams)):
            assert [message["text"] for message in messages] == ["hello", "echo: hello"]
        assert time.monotonic() - began < HEARTBEAT / 2


async def test_a_limit_holds_for_all_processes_together(several, http) -> None:
    customer = await Customer(several, http).begin()

    async def type_once() -> int:
        answer = await http.post(f"{several.api}/typing", headers=customer.headers)
        return answer.status_code

    answers = await asyncio.gather(*(type_once() for _ in range(90)))
    assert sorted(answers) == [204] * 60 + [429] * 30


async def test_a_new_model_reaches_every_process(several, http) -> None:
    url, headers = f"{several.url}/live-model/", {"Authorization": f"Bearer {TOKEN}"}
    answer = await http.put(url, json={"model_file": "new"}, headers=headers)
    assert answer.status_code == 204, answer.text
    lines = (several.folder / "models.jsonl").read_text().splitlines()
    loaded = [json.loads(line) for line in lines]
    assert {pid for pid, _ in loaded} == {one.pid for one in several.worker_processes()}
    assert {model for _, model in loaded} == {"new"}
