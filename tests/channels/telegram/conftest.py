"""What the Telegram channel's HTTP tests share: a small Telegram and a server with the channel."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.channels.server import TOKEN as RASA_TOKEN
from tests.channels.server import ChannelServer
from tests.providers import telegram_shapes as shapes
from tests.providers.telegram_driver import SECRET, TelegramDriver
from tests.providers.telegram_server import TOKEN, TelegramServer, running_telegram

CHANNEL = "channels.telegram.channel.TelegramChannel"
TYPING = "channels.typing_route.TypingRoute"
# One loop for all of them, as the small Telegram lives in it.
LOOP = "session"
STOP_TEXT = "Silence & peace from now on."


def credentials(root: str, folder: Path, **further: Any) -> dict[str, Any]:
    """The channel's block of `credentials.yml`."""
    return {
        "bot_token": TOKEN,
        "secret_token": SECRET,
        "api_url": root,
        "seal_secret": secrets.token_urlsafe(32),
        "database": f"sqlite:///{folder / 'telegram.db'}",
        "rate": "1000/minute",
        "stop_text": STOP_TEXT,
    } | further


@dataclass
class House:
    """Telegram on one side, our server on the other."""

    telegram: TelegramServer
    server: ChannelServer

    @property
    def webhook(self) -> str:
        """Where Telegram delivers."""
        return f"{self.server.url}/webhooks/telegram/webhook"

    def person(self, **place: Any) -> TelegramDriver:
        """Somebody new, in private or in `chat`."""
        return TelegramDriver(self.telegram, **place)

    def group(self, forum: bool = False) -> dict[str, Any]:
        """A new group."""
        shape = shapes.FORUM if forum else shapes.SUPERGROUP
        return {**shape, "id": -1002_000_000_000 - secrets.randbelow(10**9)}


@pytest_asyncio.fixture(scope="session", loop_scope=LOOP)
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A server to which Telegram delivers; both live as long as the tests."""
    folder = tmp_path_factory.mktemp("telegram")
    async with running_telegram() as telegram:
        channels = {CHANNEL: credentials(telegram.root, folder), TYPING: {"token": RASA_TOKEN}}
        server = ChannelServer(folder, channels, whole_rasa=True)
        made = House(telegram, server)
        try:
            await asyncio.to_thread(server.start)
            await telegram.until(lambda: bool(telegram.commands))
            telegram.updates.url, telegram.updates.secret_token = made.webhook, SECRET
            yield made
        finally:
            telegram.updates.url = ""
            await asyncio.to_thread(server.stop)
