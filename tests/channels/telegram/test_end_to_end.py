"""The whole product behind Telegram: shop, actions, Rasa, and both of Telegram's surfaces."""

from __future__ import annotations

import asyncio

import pytest

from tests.channels.conftest import LOOP, Everywhere
from tests.channels.dialogue import ANNA, Reader
from tests.providers import telegram_shapes as shapes
from tests.providers.telegram_driver import SECRET
from tests.providers.telegram_server import TOKEN
from tests.support.handed_over import handed_over

pytestmark = [pytest.mark.bot, pytest.mark.asyncio(loop_scope=LOOP)]


async def test_an_order_is_found_by_code_and_chosen_by_button(everywhere: Everywhere) -> None:
    anna = await everywhere.on_telegram()
    heard = Reader(anna).heard
    await anna.say("/start")
    await heard("automated assistant")
    await anna.press("Track an order")
    await heard("order number")
    await anna.say("i don't have it")
    await heard("which e-mail address did you order with")
    await anna.say(ANNA)
    await heard("six-digit code")
    code = await asyncio.to_thread(everywhere.frontdesk.shop.latest_code, ANNA)
    await anna.say(code)
    menu = await heard("which order do you mean")
    [title] = [title for title in menu.buttons if "10031" in title]
    await anna.press(title)
    await heard("is delayed")

    def retired() -> bool:
        return any(f"\u2713 {title}" in str(message) for message in anna.messages())

    await everywhere.telegram.until(retired)
    log = await asyncio.to_thread(everywhere.frontdesk.rasa.log.read_text, errors="replace")
    assert TOKEN not in log
    assert SECRET not in log


async def test_two_failed_turns_end_with_a_person(everywhere: Everywhere) -> None:
    anna = await everywhere.on_telegram()
    heard = Reader(anna).heard
    await anna.say("florp")
    assert (await heard("sorry")).buttons
    await anna.say("florp glorp")
    await heard("ticket T-")
    tickets = await asyncio.to_thread(everywhere.frontdesk.shop.tickets)
    assert any("florp glorp" in str(ticket) for ticket in tickets)


async def test_commands_and_a_voice_note_are_answered(everywhere: Everywhere) -> None:
    anna = await everywhere.on_telegram()
    heard = Reader(anna).heard
    voice = shapes.media("voice", chat=anna.chat)
    voice["message"]["from"] = anna.user
    await anna.happen(voice)
    await heard("voice messages")
    await anna.say("/help")
    await heard("find out where an order is")
    await anna.say("/human")
    await heard("ticket T-")


async def test_a_person_takes_over_and_gives_back(everywhere: Everywhere) -> None:
    person = await everywhere.on_telegram()
    await handed_over(everywhere.frontdesk, person, Reader(person).heard)
