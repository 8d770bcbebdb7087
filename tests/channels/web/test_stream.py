import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.database import Database
from channels.inbox import InboxMessage
from channels.web.hub import Hub, TooManyStreams
from channels.web.log import METADATA, Draft, EventLog, UnknownConversation
from channels.web.stream import EventStream, StalledReader

FOREVER = 2**40  # a time far in the future (s since 1970)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    database = Database(f"sqlite:///{tmp_path}/web.db", METADATA)
    await database.open()
    log = EventLog(database)
    await log.create(InboxMessage("c", "channel:opening", "/start_conversation"))
    yield log
    await database.close()


def words(text: str) -> Draft:
    return Draft("assistant", {"text": text})


class Client:
    """Takes what a stream writes."""

    def __init__(self) -> None:
        self.frames: list[str] = []

    async def write(self, text: str) -> None:
        self.frames.append(text)

    @property
    def ids(self) -> list[int]:
        return [int(f.split("id: ")[1].split("\n")[0]) for f in self.frames if f.startswith("id: ")]


def stream(log: EventLog, hub: Hub, client: Client, **options: float) -> EventStream:
    return EventStream(log, "c", hub.subscribe("c"), client.write, **{"heartbeat": 30, **options})


async def test_events_written_at_any_moment_arrive_once_and_in_order(log: EventLog) -> None:
    hub, client = Hub(9), Client()
    for number in range(150):  # more than a page of the log
        await log.append("c", words(f"before {number}"))
    running = asyncio.create_task(stream(log, hub, client).run(0, FOREVER))

    async def talk(who: str) -> None:
        for number in range(40):
            await log.append("c", words(f"{who} {number}"))
            hub.notify("c")

    await asyncio.gather(talk("a"), talk("b"))
    await hub.close(0.01)
    await asyncio.wait_for(running, 30)
    assert client.ids == list(range(1, 231))


async def test_an_event_logged_without_a_wake_up_comes_with_the_heartbeat(log: EventLog) -> None:
    hub, client = Hub(9), Client()
    seen = asyncio.Event()

    async def write(text: str) -> None:
        client.frames.append(text)
        if client.ids:
            seen.set()

    subscription = hub.subscribe("c")
    running = asyncio.create_task(
        EventStream(log, "c", subscription, write, heartbeat=0.1).run(0, FOREVER)
    )
    await log.append("c", words("by another process"))
    await asyncio.wait_for(seen.wait(), 30)
    running.cancel()
    assert client.ids == [1]


async def test_typing_is_told_to_those_who_come_later_too(log: EventLog) -> None:
    hub, client = Hub(9), Client()
    hub.set_typing("c", True)
    running = asyncio.create_task(stream(log, hub, client, heartbeat=0.05).run(0, FOREVER))
    hub.set_typing("other", True)

    async def frames(wanted: str) -> None:
        while not any(wanted in frame for frame in client.frames):
            await asyncio.sleep(0.005)

    await asyncio.wait_for(frames('{"on": true}'), 30)
    hub.set_typing("c", False)
    await asyncio.wait_for(frames('{"on": false}'), 30)
    running.cancel()
    typing = [f for f in client.frames if "typing" in f]
    assert typing == [f'event: typing\ndata: {{"on": {on}}}\n\n' for on in ("true", "false")]


async def test_a_person_who_types_is_named_until_they_rest(log: EventLog) -> None:
    hub, client = Hub(9), Client()
    hub.set_typing("c", True)
    hub.person_types("c", "Maria", 60.0)
    running = asyncio.create_task(stream(log, hub, client, heartbeat=0.05).run(0, FOREVER))

    async def frames(wanted: str) -> None:
        while not any(wanted in frame for frame in client.frames):
            await asyncio.sleep(0.005)

    await asyncio.wait_for(frames('{"on": true, "name": "Maria"}'), 30)
    hub.person_rests("c")
    await asyncio.wait_for(frames('{"on": true}'), 30)  # the assistant is still at work
    hub.set_typing("c", False)
    hub.person_types("c", "Maria", 0.01)
    await asyncio.wait_for(frames('{"on": false}'), 30)  # said no more, it ends by itself
    running.cancel()


async def test_a_frame_is_one_line_of_ascii_whatever_was_said(log: EventLog) -> None:
    text = "a\u2028b\nc\rd \u0085 <script> 📦 data: x\n\nid: 7"
    hub, client = Hub(9), Client()
    await log.append("c", words(text))
    await hub.close(0)
    await stream(log, hub, client).run(0, FOREVER)
    frame = client.frames[-1]
    assert frame.isascii()
    lines = frame.split("\n")
    assert lines[:2] == ["id: 1", "event: message"]
    assert json.loads(lines[2].removeprefix("data: "))["text"] == text
    assert lines[3:] == ["", ""]


async def test_a_stream_ends_with_its_session(log: EventLog) -> None:
    client = Client()
    end = time.time() + 0.3
    await asyncio.wait_for(stream(log, Hub(9), client).run(0, end), 30)
    assert time.time() >= end


async def test_a_reader_that_does_not_read_is_given_up(log: EventLog) -> None:
    async def blocked(_text: str) -> None:
        await asyncio.Event().wait()

    subscription = Hub(9).subscribe("c")
    dead = EventStream(log, "c", subscription, blocked, heartbeat=30, send_timeout=0.05)
    with pytest.raises(StalledReader):
        await asyncio.wait_for(dead.run(0, FOREVER), 30)


async def test_closing_waits_for_the_streams_and_no_longer_than_it_should() -> None:
    hub = Hub(9)
    subscription = hub.subscribe("c")
    started = time.monotonic()
    await hub.close(0.1)
    assert 0.05 <= time.monotonic() - started < 5
    assert subscription.closed
    hub.unsubscribe("c", subscription)
    await hub.close(30)
    assert hub.subscribe("c").closed  # one that came too late ends at once


async def test_a_conversation_has_so_many_streams_and_no_more() -> None:
    hub = Hub(2)
    first = hub.subscribe("c")
    hub.subscribe("c")
    with pytest.raises(TooManyStreams):
        hub.subscribe("c")
    hub.subscribe("other")
    hub.unsubscribe("c", first)
    hub.subscribe("c")


async def test_ids_rise_by_one_also_when_many_write_at_once(log: EventLog) -> None:
    ids = await asyncio.gather(*(log.append("c", words(str(n))) for n in range(50)))
    assert sorted(ids) == list(range(1, 51))
    assert await log.last_id("c") == 50


async def test_a_message_is_accepted_once_also_when_sent_many_times_at_once(log: EventLog) -> None:
    draft = Draft("customer", {"text": "hello"}, "m1")
    message = InboxMessage("c", "m1", "hello", {"masked": []})
    accepted = await asyncio.gather(*(log.accept(draft, message) for _ in range(20)))
    assert {a.event_id for a in accepted} == {1}
    assert [a.duplicate for a in accepted].count(False) == 1
    assert [e.content["text"] for e in await log.after("c", 0)] == ["hello"]


async def test_an_unknown_conversation_is_refused_everywhere(log: EventLog) -> None:
    with pytest.raises(UnknownConversation):
        await log.append("nobody", words("x"))
    with pytest.raises(UnknownConversation):
        await log.accept(Draft("customer", {"text": "x"}, "m"), InboxMessage("nobody", "m", "x"))
    with pytest.raises(UnknownConversation):
        await log.last_id("nobody")
    assert await log.after("nobody", 0) == []
    assert await log.inbox.waiting_conversations() == ["c"]
