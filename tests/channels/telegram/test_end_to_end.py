"""The whole product behind Telegram: shop, actions, Rasa, and both of Telegram's surfaces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.providers import telegram_shapes as shapes
from tests.providers.shown import ShownReply
from tests.providers.telegram_driver import SECRET, TelegramDriver, telegram_settings
from tests.providers.telegram_server import TOKEN, TelegramServer, running_telegram
from tests.support.frontdesk import Frontdesk, frontdesk
from tests.support.handed_over import handed_over

LOOP = "session"
pytestmark = [pytest.mark.bot, pytest.mark.asyncio(loop_scope=LOOP)]

ANNA = "anna.berg@example.com"


@dataclass
class Whole:
    """Telegram on one side, Frontdesk on the other."""

    telegram: TelegramServer
    desk: Frontdesk


@pytest_asyncio.fixture(scope="session", loop_scope=LOOP)
async def running(
    model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Whole]:
    async with running_telegram() as telegram:
        with ExitStack() as stack:
            folder = tmp_path_factory.mktemp("whole")
            context = frontdesk(model_path, folder, telegram_settings(telegram))
            desk = await asyncio.to_thread(stack.enter_context, context)
            await telegram.until(lambda: bool(telegram.commands))
            telegram.updates.url = f"{desk.rasa_url}/webhooks/telegram/webhook"
            telegram.updates.secret_token = SECRET
            yield Whole(telegram, desk)
            telegram.updates.url = ""
            await asyncio.to_thread(stack.close)


@pytest_asyncio.fixture(loop_scope=LOOP)
async def whole(running: Whole) -> Whole:
    """All of it running, and the shop as it was seeded."""
    await asyncio.to_thread(running.desk.renew)
    return running


async def heard(person: TelegramDriver, words: str) -> ShownReply:
    """Read until a reply has these words."""
    said: list[str] = []
    while True:
        try:
            replies = await person.replies()
        except asyncio.TimeoutError as problem:
            raise AssertionError(f"{words!r} was never said; said was {said}") from problem
        for reply in replies:
            said.append(reply.text)
            if words.lower() in reply.text.lower():
                return reply


async def test_an_order_is_found_by_code_and_chosen_by_button(whole: Whole) -> None:
    anna = TelegramDriver(whole.telegram)
    await anna.say("/start")
    await heard(anna, "automated assistant")
    await anna.press("Track an order")
    await heard(anna, "order number")
    await anna.say("i don't have it")
    await heard(anna, "which e-mail address did you order with")
    await anna.say(ANNA)
    await heard(anna, "six-digit code")
    code = await asyncio.to_thread(whole.desk.shop.latest_code, ANNA)
    await anna.say(code)
    menu = await heard(anna, "which order do you mean")
    [title] = [title for title in menu.buttons if "10031" in title]
    await anna.press(title)
    await heard(anna, "is delayed")

    def retired() -> bool:
        return any(f"\u2713 {title}" in str(message) for message in anna.messages())

    await whole.telegram.until(retired)
    log = await asyncio.to_thread(whole.desk.rasa.log.read_text, errors="replace")
    assert TOKEN not in log
    assert SECRET not in log


async def test_two_failed_turns_end_with_a_person(whole: Whole) -> None:
    anna = TelegramDriver(whole.telegram)
    await anna.say("florp")
    assert (await heard(anna, "sorry")).buttons
    await anna.say("florp glorp")
    await heard(anna, "ticket T-")
    tickets = await asyncio.to_thread(whole.desk.shop.tickets)
    assert any("florp glorp" in str(ticket) for ticket in tickets)


async def test_commands_and_a_voice_note_are_answered(whole: Whole) -> None:
    anna = TelegramDriver(whole.telegram)
    voice = shapes.media("voice", chat=anna.chat)
    voice["message"]["from"] = anna.user
    await anna.happen(voice)
    await heard(anna, "voice messages")
    await anna.say("/help")
    await heard(anna, "find out where an order is")
    await anna.say("/human")
    await heard(anna, "ticket T-")


async def test_a_person_takes_over_and_gives_back(whole: Whole) -> None:
    person = TelegramDriver(whole.telegram)
    await handed_over(whole.desk, person, lambda words: heard(person, words))
