"""Events through a real RabbitMQ: Rasa's own broker publishes, the desk keeps each once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aio_pika
import pytest
import rasa.shared.core.events  # noqa: F401 - as in Rasa's server: its broker uses it unimported
import yaml
from rasa.core.brokers.broker import EventBroker
from rasa.core.brokers.pika import PikaEventBroker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from components import event_broker
from components.event_outbox import EventOutbox
from desk import conversations, intake_queue
from desk.database import Database
from desk.intake_queue import QueueIntake, is_queue
from tests.desk.people import said
from tests.support.rabbitmq import RabbitMq, rabbitmq


@pytest.fixture(scope="module")
def server() -> Iterator[RabbitMq]:
    with rabbitmq() as server:
        if server is None:
            pytest.skip("this machine has no RabbitMQ (Debian: rabbitmq-server)")
        yield server


async def broker(url: str) -> EventBroker:
    """What Rasa makes of our endpoints.yml with this address."""
    kind = yaml.safe_load(Path("endpoints.yml").read_text())["event_broker"]["type"]
    made = await EventBroker.create(EndpointConfig(url=url, type=kind))
    assert made is not None
    return made


def texts(database: Database) -> list[str]:
    with database.read() as connection:
        return [entry.text for entry in conversations.entries(connection, "c1")]


async def until(condition: Callable[[], bool]) -> None:
    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.05)

    await asyncio.wait_for(poll(), 120)


async def test_nothing_is_lost_or_doubled_when_desk_database_and_rabbitmq_fail(
    server: RabbitMq, database: Database
) -> None:
    failing = True
    heard: list[str] = []

    def on_event(_connection: Connection, event: Mapping[str, Any]) -> None:
        if failing and event["text"] == "3":
            raise OperationalError("insert", {}, Exception("the disk is full"))
        heard.append(event["text"])

    def desk() -> asyncio.Task[None]:
        return asyncio.create_task(QueueIntake(server.url, database, on_event, lambda: None).run())

    publisher = await broker(server.url)
    assert isinstance(publisher, PikaEventBroker)
    events = [said(str(number)) for number in range(8)]
    for event in events[:3]:  # before the desk has ever run
        publisher.publish(event)
    running = desk()
    await until(lambda: texts(database) == ["0", "1", "2"])

    publisher.publish(events[3])  # the database refuses it for now
    await asyncio.sleep(0)
    publisher.publish(events[0])  # and Rasa repeats one
    await until(lambda: failing)
    running.cancel()  # the desk is killed, and away
    failing = False
    for event in events[4:6]:
        publisher.publish(event)
    running = desk()
    await until(lambda: texts(database) == ["0", "1", "2", "3", "4", "5"])

    await asyncio.to_thread(server.stop)
    publisher.publish(events[6])
    await asyncio.to_thread(server.start)
    publisher.publish(events[7])
    await until(lambda: sorted(texts(database)) == [str(number) for number in range(8)])
    assert sorted(set(heard)) == [str(number) for number in range(8)]
    running.cancel()
    await publisher.close()


async def test_what_cannot_be_read_holds_up_nothing(server: RabbitMq, database: Database) -> None:
    connection = await aio_pika.connect(server.url)
    async with connection:
        channel = await connection.channel()
        await channel.declare_queue(intake_queue.QUEUE, durable=True)
        for body in (b"\xff nonsense", b"[]", b"{}"):
            message = aio_pika.Message(body)
            await channel.default_exchange.publish(message, intake_queue.QUEUE)
    publisher = await broker(server.url)
    publisher.publish(said("after it"))
    running = asyncio.create_task(
        QueueIntake(server.url, database, lambda *_: None, lambda: None).run()
    )
    await until(lambda: "after it" in texts(database))
    running.cancel()
    await publisher.close()


async def test_the_password_is_in_no_log(
    server: RabbitMq, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    publisher = await broker(server.url)
    await publisher.close()
    assert "127.0.0.1" in caplog.text
    assert "guest:guest" not in caplog.text


async def test_a_database_is_still_the_default(tmp_path: Path) -> None:
    publisher = await broker(f"sqlite:///{tmp_path}/events.db")
    assert isinstance(publisher, EventOutbox)
    await publisher.close()


async def test_both_sides_mean_the_same_queue() -> None:
    assert event_broker.QUEUE == intake_queue.QUEUE
    assert is_queue("amqps://u:p@host/v")
    assert not is_queue("sqlite:///var/events.db")


@pytest.mark.parametrize("url", ["amqp://host/v", "amqp://u:p@host:port/v", "amqp://u@host"])
async def test_an_address_that_cannot_work_is_named(url: str) -> None:
    with pytest.raises(RasaException, match="FRONTDESK_EVENTS_DB"):
        await broker(url)
