"""What the Slack channel's HTTP tests share: a small Slack and a server with the channel."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.channels.server import ChannelServer
from tests.providers.slack_delivery import SIGNING_SECRET, SlackDelivery
from tests.providers.slack_driver import SlackDriver
from tests.providers.slack_server import TOKEN, Channel, SlackServer, running_slack

CHANNEL = "channels.slack.channel.SlackChannel"
# One loop for all of them, as the small Slack lives in it.
LOOP = "session"


@dataclass
class House:
    """Slack on one side, our server on the other."""

    slack: SlackServer
    server: ChannelServer
    delivery: SlackDelivery

    def direct(self) -> SlackDriver:
        """A new person in direct messages."""
        return self._person("D")

    def in_channel(self) -> SlackDriver:
        """A new person in a new channel."""
        return self._person("C")

    def _person(self, kind: str) -> SlackDriver:
        channel, user = (f"{letter}{secrets.token_hex(5).upper()}" for letter in (kind, "U"))
        self.slack.channels[channel] = Channel()
        return SlackDriver(self.slack, self.delivery, user=user, channel=channel)


@pytest_asyncio.fixture(scope="session", loop_scope=LOOP)
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A server that is connected to a workspace; both live as long as the tests."""
    folder = tmp_path_factory.mktemp("slack")
    async with running_slack() as slack:
        settings = {
            "bot_token": TOKEN,
            "signing_secret": SIGNING_SECRET,
            "api_url": slack.url,
            "seal_secret": secrets.token_urlsafe(32),
            "database": f"sqlite:///{folder / 'slack.db'}",
            "rate": "1000/minute",
        }
        server = ChannelServer(folder, {CHANNEL: settings})
        delivery = SlackDelivery(f"{server.url}/webhooks/slack/events")
        try:
            await asyncio.to_thread(server.start)
            yield House(slack, server, delivery)
        finally:
            await delivery.close()
            await asyncio.to_thread(server.stop)
