"""What was acknowledged is not lost: the server is killed, stopped and started again."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.channels.server import TOKEN
from tests.channels.web.client import Customer, Server, Stream

# For a start or an end on a machine that is busy with other tests.
START_SECONDS = 200


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def make(**credentials: object) -> Server:
        servers.append(Server(tmp_path, **credentials))
        return servers[-1]

    yield make
    for server in servers:
        if server.process is not None and server.process.poll() is None:
            server.kill()


async def greeted(server: Server, http: httpx.AsyncClient) -> Customer:
    customer = await Customer(server, http).begin()
    await customer.read(1)
    return customer


async def rest(stream: Stream) -> list[dict]:
    """Read a stream to its end."""
    messages = await stream.until(lambda _messages: False, timeout=60)
    assert stream.ended
    return messages


async def test_a_killed_server_goes_on_where_it_was(make_server, http) -> None:
    server = make_server().start()
    busy = await greeted(server, http)
    done = await greeted(server, http)
    for text in ("wait gate", "second", "third"):
        assert (await busy.say(text, text.replace(" ", "-"))).status_code == 202
    async with busy.stream(1) as stream:
        before = await stream.messages(3)
    # Handled to the end, tracker saved, and then the process is gone before it could note that.
    await done.say("die", "die")
    assert server.process is not None
    assert await asyncio.to_thread(server.process.wait, START_SECONDS) == 9

    (server.folder / "loading").touch()
    server.launch()
    starting = await asyncio.to_thread(server.await_answer, 503)
    assert starting.json()["error"]["code"] == "starting"
    for answer in (await busy.say("too early"), await http.post(f"{server.api}/session")):
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "starting"
        assert int(answer.headers["retry-after"]) >= 1
    async with busy.stream(before[-1]["id"]) as stream:  # reading needs no model
        server.allow("gate")
        (server.folder / "loading").unlink()
        answers = await stream.messages(3)
    assert [m["text"] for m in answers] == ["waited: wait gate", "echo: second", "echo: third"]
    assert (await busy.say("second", "second")).status_code == 200  # still known
    assert (await busy.say("fourth")).status_code == 202
    everything = await busy.read(9)
    assert [m["id"] for m in everything] == list(range(1, 10))
    assert everything[-1]["text"] == "echo: fourth"

    assert [m["text"] for m in server.handled(done.conversation)] == ["die"]
    assert (await done.say("hello")).status_code == 202
    assert [m["text"] for m in (await done.read(5))[2:]] == ["echo: die", "hello", "echo: hello"]
    # A reply is seen before its message is noted as done: only the stop waits for that.
    assert await asyncio.to_thread(server.stop) == 0
    handled = [m["text"] for m in server.handled(busy.conversation, "done")]
    assert handled == ["wait gate", "second", "third", "fourth"]


async def test_a_stopping_server_finishes_what_it_accepted(make_server, http) -> None:
    server = make_server().start()
    customer = await greeted(server, http)
    await customer.say("wait gate")
    await customer.say("second")
    async with customer.stream(1) as stream:
        await stream.messages(2)
        assert server.process is not None
        server.process.terminate()
        await asyncio.to_thread(server.await_answer, 503)
        for answer in (
            await customer.say("too late"),
            await http.post(f"{server.api}/session"),
            await http.get(f"{server.api}/events", headers=customer.headers),
            await http.get(f"{server.api}/health"),
        ):
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "stopping"
            assert int(answer.headers["retry-after"]) >= 1
        server.allow("gate")
        last = await rest(stream)
    assert [m["text"] for m in last] == ["waited: wait gate", "echo: second"]
    assert await asyncio.to_thread(server.stop) == 0


async def test_what_takes_too_long_at_the_stop_is_done_after_the_start(make_server, http) -> None:
    server = make_server(drain_timeout=1).start()
    customer = await greeted(server, http)
    await customer.say("wait gate")
    async with customer.stream(1) as stream:
        await stream.messages(1)
        assert server.process is not None
        server.process.terminate()
        assert await rest(stream) == []  # no apology: it is not given up
    assert await asyncio.to_thread(server.stop) == 0
    assert "they go on at the next start" in server.log()

    server.allow("gate")
    await asyncio.to_thread(server.start)
    assert (await customer.read(3))[-1]["text"] == "waited: wait gate"
    assert await asyncio.to_thread(server.stop) == 0


async def test_a_message_that_kills_the_server_is_given_up_in_the_end(make_server, http) -> None:
    server = make_server().start()
    customer = await greeted(server, http)
    await customer.say("crash")
    for _ in range(3):
        assert server.process is not None
        assert await asyncio.to_thread(server.process.wait, START_SECONDS) == 9
        server.launch()
    await asyncio.to_thread(server.await_answer)
    (_, _, sorry) = await customer.read(3)
    assert sorry["from"] == "system"
    assert (await customer.say("hello")).status_code == 202
    assert (await customer.read(5))[-1]["text"] == "echo: hello"
    assert await asyncio.to_thread(server.stop) == 0


async def test_without_its_database_the_server_does_not_start(make_server) -> None:
    server = make_server(database="sqlite:////proc/nowhere/web.db").launch()
    assert server.process is not None
    assert await asyncio.to_thread(server.process.wait, START_SECONDS) != 0
    assert "FRONTDESK_WEB_DB" in server.log()
    assert "/proc/nowhere/web.db" in server.log()


async def test_a_reply_from_elsewhere_arrives_after_a_restart(make_server, http) -> None:
    server = make_server(whole_rasa=True).start()
    customer = await greeted(server, http)
    await customer.say("hello")
    await customer.read(3)
    assert await asyncio.to_thread(server.stop) == 0
    await asyncio.to_thread(server.start)
    answer = await http.post(
        f"{server.url}/conversations/{customer.conversation}/tracker/events",
        params={"token": TOKEN, "output_channel": "latest", "execute_side_effects": "true"},
        json=[
            {
                "event": "bot",
                "text": "Ann here.",
                "data": {},
                "metadata": {"from": "agent", "name": "Ann"},
            }
        ],
    )
    assert answer.status_code == 200, answer.text
    (message,) = await customer.read(1, last=3)
    assert (message["from"], message["name"], message["text"]) == ("agent", "Ann", "Ann here.")
