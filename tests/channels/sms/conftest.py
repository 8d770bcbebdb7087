"""What the channel's tests share: a Twilio, a server with the channel, and a customer."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.server import ChannelServer
from tests.providers.twilio import Twilio
from tests.providers.twilio_driver import PUBLIC_URL, TwilioDriver
from tests.support.shop import free_port

CHANNEL = "channels.sms.channel.SmsChannel"
SEAL = "a secret for one-time codes, in tests only"
SERVICE = "MG" + "1" * 32


def credentials(twilio_url: str, folder: Path, **further: Any) -> dict[str, Any]:
    """The channel's block of `credentials.yml`."""
    account = Twilio()
    return {
        "account_sid": account.account_sid,
        "auth_token": account.auth_token,
        "public_url": PUBLIC_URL,
        "api_url": twilio_url,
        "seal_secret": SEAL,
        "database": f"sqlite:///{folder}/sms.db",
        "rate": "10000/minute",
    } | further


@pytest.fixture(scope="session")
def twilio_url() -> str:
    """Where Twilio's API is for all tests: each has one of its own there."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, twilio_url: str) -> Iterator[ChannelServer]:
    """One server for all tests that keep to their own customers."""
    folder: Path = tmp_path_factory.mktemp("sms")
    server = ChannelServer(folder, {CHANNEL: credentials(twilio_url, folder)}, whole_rasa=True)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
async def twilio(twilio_url: str, server: ChannelServer) -> AsyncIterator[Twilio]:
    """The account, with nothing sent yet."""
    services = {SERVICE: ("+441632960000", "+441632960001")}
    async with Twilio(url=twilio_url, services=services) as twilio:
        twilio.routes[PUBLIC_URL] = server.url
        yield twilio


_numbers = iter(range(1000, 100000))


@pytest.fixture
def customer(twilio: Twilio) -> TwilioDriver:
    """A customer who never wrote before."""
    return TwilioDriver(twilio, number=f"+4477009{next(_numbers):05}")


@pytest.fixture
async def known(customer: TwilioDriver) -> TwilioDriver:
    """A customer who has been greeted."""
    await customer.say("hello")
    said = [reply.text for reply in await customer.replies(2)]
    assert said == ["I am an automated assistant.", "echo: hello"]
    return customer
