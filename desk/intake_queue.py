"""What happened in conversations, from RabbitMQ: at least once, and kept once.

The queue holds what the desk has not acknowledged, and the desk acknowledges what is in its
database. So a desk that was killed, or away for an hour, goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from sqlalchemy.exc import SQLAlchemyError

from desk.database import Database
from desk.intake import OnEvent, take

logger = logging.getLogger(__name__)

# What Rasa publishes to; components/event_broker.py has the same name.
QUEUE = "frontdesk_desk"
_PAGE = 200  # events in one transaction
_WAITS = (1.0, 2.0, 5.0, 15.0)  # s between tries while RabbitMQ or the database is away


def is_queue(url: str) -> bool:
    """Tell whether an address is RabbitMQ's."""
    return url.startswith(("amqp://", "amqps://"))


class QueueIntake:
    """Reads the events of one queue into the desk's database."""

    def __init__(
        self, url: str, database: Database, on_event: OnEvent, changed: Callable[[], None]
    ):
        """Bind the parts; nothing is opened yet.

        Args:
            url: such as `amqp://user:password@host:5672/vhost`.
            database: the desk's own.
            on_event: is told of every new event, once.
            changed: is called when events have been kept.
        """
        self._url = url
        self._database = database
        self._on_event = on_event
        self._changed = changed

    async def run(self) -> None:
        """Read until cancelled."""
        failures = 0
        while True:
            try:
                connection = await aio_pika.connect(self._url)
                async with connection:
                    failures = 0
                    await self._follow(connection)
            except (OSError, aio_pika.exceptions.AMQPError, SQLAlchemyError) as problem:
                pause = _WAITS[min(failures, len(_WAITS) - 1)]
                failures += 1
                # its text may hold the address with the password
                logger.error(
                    "Events cannot be read from FRONTDESK_EVENTS_DB (RabbitMQ) or written to "
                    "FRONTDESK_DESK_DB (%s); trying again in %.0f s.",
                    type(problem).__name__,
                    pause,
                )
                await asyncio.sleep(pause)

    async def _follow(self, connection: aio_pika.abc.AbstractConnection) -> None:
        closed = asyncio.Event()
        connection.close_callbacks.add(lambda *_: closed.set())
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=_PAGE)
        queue = await channel.declare_queue(QUEUE, durable=True)
        waiting: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        await queue.consume(waiting.put)
        ended = asyncio.create_task(closed.wait())
        try:
            while True:
                first = asyncio.create_task(waiting.get())
                await asyncio.wait({first, ended}, return_when=asyncio.FIRST_COMPLETED)
                if not first.done():
                    first.cancel()
                    raise ConnectionError("RabbitMQ has closed the connection")
                page = [first.result()]
                with contextlib.suppress(asyncio.QueueEmpty):
                    while len(page) < _PAGE:
                        page.append(waiting.get_nowait())
                await asyncio.to_thread(self._keep, [message.body for message in page])
                await page[-1].ack(multiple=True)
                self._changed()
        finally:
            ended.cancel()

    def _keep(self, bodies: list[bytes]) -> None:
        with self._database.write() as connection:
            for body in bodies:
                take(connection, body.decode("utf-8", "replace"), self._on_event)
