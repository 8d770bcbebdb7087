"""What one customer or one address may do, against a server with tight limits.

Each test comes from an address of its own (all of 127.0.0.0/8 is this machine), since sessions are
counted by address.
"""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.channels.web.client import Customer, Server


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(
        tmp_path_factory.mktemp("strict"),
        rate="3/minute",
        session_rate="3/minute",
        max_chars=100,
        max_streams=2,
    )
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
async def local(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    number = sum(request.node.name.encode()) % 200 + 10
    transport = httpx.AsyncHTTPTransport(local_address=f"127.0.1.{number}")
    async with httpx.AsyncClient(transport=transport, timeout=30) as client:
        yield client


async def test_one_conversation_may_write_so_often(strict, local) -> None:
    customer = await Customer(strict, local).begin()
    other = await Customer(strict, local).begin()
    answers = [await customer.say("hello", f"m{number}") for number in range(4)]
    assert [a.status_code for a in answers] == [202, 202, 202, 429]
    refused = answers[-1]
    assert refused.json()["error"]["code"] == "too_many_messages"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["access-control-expose-headers"] == "Retry-After"
    assert (await other.say("hello")).status_code == 202
    assert len(await customer.read(7)) == 7  # what was accepted is answered


async def test_one_address_may_begin_so_many_sessions(strict, local) -> None:
    url = f"{strict.api}/session"
    answers = [await local.post(url) for _ in range(5)]
    assert [a.status_code for a in answers] == [201, 201, 201, 429, 429]
    assert answers[-1].json()["error"]["code"] == "too_many_sessions"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    async with httpx.AsyncClient(
        transport=httpx.AsyncHTTPTransport(local_address="127.0.2.1")
    ) as elsewhere:
        assert (await elsewhere.post(url)).status_code == 201


async def test_the_address_of_a_client_is_not_what_it_says(strict, local) -> None:
    url = f"{strict.api}/session"
    answers = [
        await local.post(url, headers={"X-Forwarded-For": f"10.0.0.{number}"})
        for number in range(4)
    ]
    assert answers[-1].status_code == 429


async def test_one_conversation_may_be_open_so_often(strict, local) -> None:
    customer = await Customer(strict, local).begin()
    async with customer.stream(), customer.stream() as second:
        refused = await local.get(f"{strict.api}/events", headers=customer.headers)
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "too_many_streams"
        assert int(refused.headers["retry-after"]) >= 1
        await customer.say("hello")
        assert (await second.messages(3))[-1]["text"] == "echo: hello"


async def test_the_length_limit_is_a_setting(strict, local) -> None:
    customer = await Customer(strict, local).begin()
    assert (await customer.say("x" * 100)).status_code == 202
    refused = await customer.say("x" * 101)
    assert refused.status_code == 413
    assert "at most 100" in refused.json()["error"]["message"]
