"""Where Rasa tells what happens in conversations: a database, or RabbitMQ, by one setting.

`endpoints.yml` is the same for one machine and for many: only `FRONTDESK_EVENTS_DB` differs.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop
from urllib.parse import urlsplit

from rasa.core.brokers.broker import EventBroker
from rasa.core.brokers.pika import PikaEventBroker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from components.event_outbox import EventOutbox

# What the desk reads; desk/intake_queue.py has the same name.
QUEUE = "frontdesk_desk"
_PORTS = {"amqp": 5672, "amqps": 5671}


class Events(EventBroker):
    """Makes the broker that the address asks for; it is none itself."""

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig, event_loop: AbstractEventLoop | None = None
    ) -> EventBroker:
        """Make the broker from its block of `endpoints.yml`.

        Args:
            broker_config: with `url`: of a database, or `amqp://user:password@host:port/vhost`
                (`amqps://` for TLS), for which Rasa's own broker is used.
            event_loop: in which RabbitMQ is spoken to; None for the running one.

        Raises:
            RasaException: the address cannot be used.
        """
        scheme = str(broker_config.url or "").partition(":")[0]
        if scheme not in _PORTS:
            return await EventOutbox.from_endpoint_config(broker_config, event_loop)
        return await _rabbitmq(broker_config, event_loop)


class RabbitMqBroker(PikaEventBroker):
    """Rasa's own, without its habit of writing the address with the password into the log.

    Attributes:
        address: as it is set, with vhost and password. `host` is what is logged.
    """

    address = ""

    def _configure_url(self) -> str:
        return self.address


async def _rabbitmq(
    broker_config: EndpointConfig, event_loop: AbstractEventLoop | None
) -> EventBroker:
    url = str(broker_config.url)
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except ValueError as problem:
        raise RasaException(f"FRONTDESK_EVENTS_DB: {problem}") from problem
    if not parts.hostname or not parts.username or not parts.password:
        raise RasaException(
            "FRONTDESK_EVENTS_DB must be like amqp://user:password@host:5672/vhost."
        )
    broker = RabbitMqBroker(
        parts.hostname, parts.username, parts.password, port, queues=[QUEUE], event_loop=event_loop
    )
    broker.address = url
    await broker.connect()
    return broker
