"""The whole product with every channel, started once for all of the channels' end-to-end tests."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.channels.dialogue import Person
from tests.channels.web.driver import WebDriver
from tests.providers.slack_delivery import SlackDelivery
from tests.providers.slack_driver import SlackDriver, slack_settings
from tests.providers.slack_server import Channel, SlackServer, running_slack
from tests.providers.telegram_driver import SECRET, TelegramDriver, telegram_settings
from tests.providers.telegram_server import TelegramServer, running_telegram
from tests.providers.twilio import Twilio
from tests.providers.twilio_driver import PUBLIC_URL, TwilioDriver, twilio_settings
from tests.support.frontdesk import Frontdesk, frontdesk

# One loop for all of them, as the providers live in it.
LOOP = "session"
_numbers = iter(range(1000, 100000))


@dataclass
class Everywhere:
    """Frontdesk on one side, every provider on the other; each person is a new one."""

    frontdesk: Frontdesk
    slack: SlackServer
    delivery: SlackDelivery
    telegram: TelegramServer
    twilio: Twilio
    http: httpx.AsyncClient

    async def on(self, channel: str) -> Person:
        """Somebody on the channel of that name."""
        arrive = {
            "web": self.on_web,
            "slack": self.on_slack,
            "telegram": self.on_telegram,
            "sms": self.on_sms,
        }
        person: Person = await arrive[channel]()
        return person

    async def on_web(self) -> WebDriver:
        """Somebody who has opened the chat."""
        return await WebDriver(self.frontdesk.chat_url, self.http, self.frontdesk.origin).begin()

    async def on_slack(self, place: str = "D") -> SlackDriver:
        """Somebody in direct messages (D) or in a new channel (C)."""
        channel, user = (f"{letter}{secrets.token_hex(5).upper()}" for letter in (place, "U"))
        self.slack.channels[channel] = Channel()
        return SlackDriver(self.slack, self.delivery, user=user, channel=channel)

    async def on_telegram(self) -> TelegramDriver:
        """Somebody in a private chat with the bot."""
        return TelegramDriver(self.telegram)

    async def on_sms(self) -> TwilioDriver:
        """Somebody with a telephone."""
        return TwilioDriver(self.twilio, number=f"+4477009{next(_numbers):05}")


@pytest_asyncio.fixture(scope="session", loop_scope=LOOP)
async def running_everywhere(
    model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Everywhere]:
    """All of it; takes half a minute to start."""
    folder = tmp_path_factory.mktemp("everywhere")
    async with (
        running_slack() as slack,
        running_telegram() as telegram,
        Twilio() as twilio,
        httpx.AsyncClient(timeout=60) as http,
    ):
        settings = slack_settings(slack) | telegram_settings(telegram) | twilio_settings(twilio)
        with ExitStack() as stack:
            context = frontdesk(model_path, folder, settings)
            desk = await asyncio.to_thread(stack.enter_context, context)
            twilio.routes[PUBLIC_URL] = desk.rasa_url
            delivery = SlackDelivery(f"{desk.rasa_url}/webhooks/slack/events")
            await telegram.until(lambda: bool(telegram.commands))
            telegram.updates.url = f"{desk.rasa_url}/webhooks/telegram/webhook"
            telegram.updates.secret_token = SECRET
            yield Everywhere(desk, slack, delivery, telegram, twilio, http)
            telegram.updates.url = ""
            await delivery.close()
            await asyncio.to_thread(stack.close)


@pytest_asyncio.fixture(loop_scope=LOOP)
async def everywhere(running_everywhere: Everywhere) -> Everywhere:
    """All of it running, and the shop as it was seeded."""
    await asyncio.to_thread(running_everywhere.frontdesk.renew)
    return running_everywhere
