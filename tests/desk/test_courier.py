"""What waits for Rasa arrives once and in order, whatever fails in between."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from desk import conversations, deliveries, handoffs
from desk.courier import Courier
from desk.database import Database
from desk.rasa import Rasa
from desk.schema import DELIVERIES
from desk.states import Event
from tests.desk.people import add_user, wanted
from tests.desk.rasa_stub import TOKEN, RasaStub


@pytest.fixture
async def stub() -> AsyncIterator[RasaStub]:
    stub = RasaStub()
    await stub.start()
    yield stub
    await stub.stop()


@contextlib.asynccontextmanager
async def _running(database: Database, stub: RasaStub) -> AsyncIterator[Courier]:
    rasa = Rasa(stub.url, TOKEN)
    courier = Courier(database, rasa, lambda: None)
    task = asyncio.create_task(courier.run())
    try:
        yield courier
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await rasa.close()


def _say(database: Database, *texts: str, conversation_id: str = "c1") -> None:
    with database.write() as connection:
        conversations.ensure(connection, conversation_id, "web", 1)
        for text in texts:
            event = deliveries.message(text, "agent", "Anna")
            deliveries.add(connection, conversation_id, [event])


def _states(database: Database) -> list[str]:
    with database.read() as connection:
        query = DELIVERIES.select().order_by(DELIVERIES.c.id)
        return [row.state for row in connection.execute(query)]


@pytest.mark.parametrize(
    "faults",
    [[], ["before"], ["after"], ["before", "after", "ok", "after", "before"]],
    ids=lambda faults: "-".join(faults) or "none",
)
async def test_each_arrives_once_and_in_order(
    database: Database, stub: RasaStub, faults: list[str]
) -> None:
    stub.faults.extend(faults)
    _say(database, "one", "two", "three")
    async with _running(database, stub):
        await stub.until(lambda: _states(database) == ["sent"] * 3)
    assert stub.texts("c1") == ["one", "two", "three"]
    metadata = next(e for e in stub.trackers["c1"] if e["event"] == "bot")["metadata"]
    assert (metadata["from"], metadata["name"]) == ("agent", "Anna")


async def test_a_desk_that_was_killed_while_sending_does_not_send_again(
    database: Database, stub: RasaStub
) -> None:
    _say(database, "one")
    with database.write() as connection:
        (due,) = deliveries.due(connection)
        deliveries.begin(connection, due)
    rasa = Rasa(stub.url, TOKEN)
    await rasa.append("c1", due.body)  # it arrived, and then the desk was killed
    await rasa.close()
    async with _running(database, stub):
        await stub.until(lambda: _states(database) == ["sent"])
    assert stub.texts("c1") == ["one"]


async def test_what_an_earlier_try_is_still_doing_is_waited_for(
    database: Database, stub: RasaStub
) -> None:
    _say(database, "one")
    with database.write() as connection:
        (due,) = deliveries.due(connection)
        deliveries.begin(connection, due)
    # A turn held the conversation; the desk was killed while its request waited for the end of it.
    stub.busy = asyncio.Event()
    rasa = Rasa(stub.url, TOKEN)
    earlier = asyncio.create_task(rasa.append("c1", due.body))
    await stub.until(lambda: stub.posts == 1)
    async with _running(database, stub):
        await stub.until(lambda: stub.posts == 2)
        stub.busy.set()
        await stub.until(lambda: _states(database) == ["sent"])
    await earlier
    await rasa.close()
    assert stub.texts("c1") == ["one"]


async def test_a_message_has_the_same_key_at_each_try(database: Database, stub: RasaStub) -> None:
    _say(database, "one", "one")
    with database.read() as connection:
        (first,), (again,) = deliveries.due(connection), deliveries.due(connection)
    stub.faults.append("before")
    async with _running(database, stub):
        await stub.until(lambda: _states(database) == ["sent", "sent"])
    said = [event for event in stub.trackers["c1"] if event["event"] == "bot"]
    keys = [event["metadata"]["message_key"] for event in said]
    assert first.body[0]["metadata"]["message_key"] == again.body[0]["metadata"]["message_key"]
    assert keys[0] == first.body[0]["metadata"]["message_key"]
    assert len(set(keys)) == 2


async def test_one_that_rasa_refuses_holds_up_no_other(database: Database, stub: RasaStub) -> None:
    stub.faults.append("bad")
    _say(database, "one", "two")
    async with _running(database, stub):
        await stub.until(lambda: _states(database) == ["failed", "sent"])
    assert stub.texts("c1") == ["two"]


async def test_an_intent_is_triggered_once(database: Database, stub: RasaStub) -> None:
    stub.faults.append("after")
    with database.write() as connection:
        conversations.ensure(connection, "c1", "web", 1)
        deliveries.add_intent(connection, "c1", "leave_message")
    async with _running(database, stub):
        await stub.until(lambda: _states(database) == ["sent"])
    assert [event["event"] for event in stub.trackers["c1"]].count("user") == 1


async def test_the_tracker_is_told_the_state_as_it_is_when_it_is_told(
    database: Database, stub: RasaStub
) -> None:
    with database.write() as connection:
        agent = add_user(connection)
        one = handoffs.request(connection, wanted("c1"))
        handoffs.change(connection, one.id, Event.TAKE, to=agent)
        deliveries.add(connection, "c1", [deliveries.status()])
        handoffs.change(connection, one.id, Event.BACK)  # before anything could be sent
    async with _running(database, stub):
        await stub.until(lambda: _states(database) == ["sent"])
    assert stub.status("c1") is None


async def test_the_tracker_is_told_of_which_handoff_the_state_is(
    database: Database, stub: RasaStub
) -> None:
    with database.write() as connection:
        one = handoffs.request(connection, wanted("c1"))
        deliveries.add(connection, "c1", [deliveries.status()])
    async with _running(database, stub):
        await stub.until(lambda: _states(database) == ["sent"])
    (event,) = (event for event in stub.trackers["c1"] if event["event"] == "slot")
    assert (event["value"], event["metadata"][deliveries.HANDOFF]) == ("queued", one.id)


async def test_with_a_wrong_token_it_goes_on_trying(database: Database, stub: RasaStub) -> None:
    _say(database, "one")
    wrong = Rasa(stub.url, "wrong")
    task = asyncio.create_task(Courier(database, wrong, lambda: None).run())
    await stub.until(lambda: stub.posts >= 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await wrong.close()
    assert _states(database) == ["waiting"]
    async with _running(database, stub):
        await stub.until(lambda: _states(database) == ["sent"])
    assert stub.texts("c1") == ["one"]
