"""`make telegram-webhook` against a small Bot API: registered, removed, or told what is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ops.problem import Problem
from ops.telegram_webhook import register
from tests.providers import telegram_shapes as shapes
from tests.providers.telegram_driver import SECRET, telegram_settings
from tests.providers.telegram_server import TelegramServer, running_telegram

PUBLIC = "https://chat.example.com"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with running_telegram() as server:
        server.updates.local = False
        yield server


def environ(telegram: TelegramServer, **further: str) -> dict[str, str]:
    return telegram_settings(telegram) | {"FRONTDESK_PUBLIC_URL": f"{PUBLIC}/"} | further


async def test_telegram_is_told_where_to_deliver(telegram: TelegramServer) -> None:
    said = await register(environ(telegram))
    address = f"{PUBLIC}/webhooks/telegram/webhook"
    assert said == f"Telegram delivers the messages to @{shapes.BOT['username']} to {address}."
    assert (telegram.updates.url, telegram.updates.secret_token) == (address, SECRET)
    assert telegram.updates.allowed == ["message", "callback_query"]
    telegram.updates.last_error = "Connection timed out"
    assert "Connection timed out" in await register(environ(telegram))


async def test_it_is_taken_back(telegram: TelegramServer) -> None:
    await register(environ(telegram))
    assert "nowhere" in await register(environ(telegram), delete=True)
    assert telegram.updates.url == ""


@pytest.mark.parametrize(
    ("further", "said"),
    [
        ({"FRONTDESK_TELEGRAM_BOT_TOKEN": ""}, "BOT_TOKEN is not set"),
        ({"FRONTDESK_TELEGRAM_BOT_TOKEN": "7000000001:" + "x" * 35}, "does not know the bot"),
        ({"FRONTDESK_PUBLIC_URL": ""}, "FRONTDESK_PUBLIC_URL is not set"),
        ({"FRONTDESK_PUBLIC_URL": "http://chat.example.com"}, "must be an https address"),
        ({"FRONTDESK_TELEGRAM_MODE": "polling"}, "MODE is polling"),
        ({"FRONTDESK_TELEGRAM_API_URL": "http://127.0.0.1:1"}, "cannot be reached"),
    ],
    ids=["no token", "wrong token", "no address", "http", "polling", "no connection"],
)
async def test_what_is_missing_is_said(
    telegram: TelegramServer, further: dict[str, str], said: str
) -> None:
    with pytest.raises(Problem, match=said) as raised:
        await register(environ(telegram, **further))
    assert "x" * 35 not in str(raised.value)
    assert telegram.updates.url == ""
