"""Without a public address: updates are asked for, stored, and only then confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram import Update

from channels.telegram import polling as module
from channels.telegram.channel import TelegramChannel
from channels.telegram.client import TelegramClient
from channels.telegram.polling import poll
from tests.channels.doubles import MemoryAssistant
from tests.channels.telegram.conftest import credentials
from tests.providers import telegram_shapes as shapes
from tests.providers.telegram_driver import TelegramDriver
from tests.providers.telegram_server import Fault, TelegramServer, running_telegram


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with running_telegram() as server:
        yield server


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WAITS", (0.01,))


async def test_a_customer_is_answered(telegram: TelegramServer, tmp_path: Path) -> None:
    given = credentials(telegram.root, tmp_path, mode="polling", secret_token="")
    door = TelegramChannel.from_credentials(given).door
    assert door is not None
    assistant = MemoryAssistant()
    await door.start(assistant, assistant.handle)
    try:
        anna = TelegramDriver(telegram)
        await anna.say("hello")
        assert [reply.text for reply in await anna.replies(2)] == ["I am a bot", "echo: hello"]
    finally:
        await door.stop()
        await door.close()
    assert telegram.updates.allowed == ["message", "callback_query"]


async def polled(
    telegram: TelegramServer, count: int, failures: list[Exception] | None = None
) -> list[str]:
    """What is taken until so many were, where the first tries fail."""
    taken: list[str] = []
    enough = asyncio.Event()

    async def take(update: Update) -> None:
        if failures:
            raise failures.pop()
        assert update.message is not None
        taken.append(str(update.message.text))
        if len(taken) >= count:
            enough.set()

    client = TelegramClient(telegram.token, telegram.root)
    task = asyncio.create_task(poll(client, take))
    try:
        await asyncio.wait_for(enough.wait(), 60)
        await telegram.until(lambda: not telegram.updates.pending)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await client.close()
    return taken


async def test_what_could_not_be_stored_comes_again_in_order(telegram: TelegramServer) -> None:
    for text in ("one", "two", "three"):
        telegram.offer(shapes.text(text))
    failures: list[Exception] = [RuntimeError("the database"), RuntimeError("the database")]
    assert await polled(telegram, 3, failures) == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("fault", "logged"),
    [
        (Fault(502, html=True), "cannot be reached"),
        (Fault(cut=True), "cannot be reached"),
        (Fault(429, retry_after=1), ""),
        (Fault(409, "Conflict: terminated by other getUpdates request"), "DELETE=1"),
    ],
    ids=["502", "cut", "429", "conflict"],
)
async def test_it_goes_on_after_a_failure(
    telegram: TelegramServer, fault: Fault, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail_next("getUpdates", fault)
    telegram.offer(shapes.text("one"))
    assert await polled(telegram, 1) == ["one"]
    assert logged in caplog.text
    assert telegram.token not in caplog.text


async def test_a_wrong_token_is_said_and_ends_it(
    telegram: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    async def take(update: Update) -> None: ...

    client = TelegramClient(f"{telegram.token[:-1]}X", telegram.root)
    await asyncio.wait_for(poll(client, take), 60)
    await client.close()
    assert "does not know the bot" in caplog.text
    assert telegram.token[:-1] not in caplog.text
