"""A company whose people answer in Chatwoot: from two failed turns to the assistant again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from types import SimpleNamespace

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from desk import goals
from desk.database import Database, now
from desk.schema import CONVERSATIONS
from tests.channels.dialogue import Reader
from tests.channels.web.driver import WebDriver
from tests.providers.chatwoot_server import ChatwootServer, chatwoot_server, chatwoot_settings
from tests.support.frontdesk import Frontdesk

pytestmark = [pytest.mark.bot, pytest.mark.asyncio(loop_scope="package")]


@dataclass
class House:
    """The product with a Chatwoot beside it; the desk's database."""

    frontdesk: Frontdesk
    chatwoot: ChatwootServer
    database: Database


@pytest_asyncio.fixture(loop_scope="package")
async def house(frontdesk: Frontdesk) -> AsyncIterator[House]:
    """A Chatwoot, and the desk connected to it."""
    with chatwoot_server() as server, ExitStack() as stack:
        context = frontdesk.with_desk(chatwoot_settings(server))
        database = await asyncio.to_thread(stack.enter_context, context)
        server.webhook = f"{frontdesk.desk_url}/webhooks/chatwoot"
        yield House(frontdesk, server, database)
        await asyncio.to_thread(stack.close)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""

    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.05)

    await asyncio.wait_for(poll(), 120)


def reached(database: Database) -> set[str]:
    """What the only customer came for and got, by the desk's figures."""
    with database.read() as connection:
        row = connection.execute(select(CONVERSATIONS.c.id, CONVERSATIONS.c.first_at)).one()
        begun = SimpleNamespace(conversation_id=row.id, at=row.first_at)
        [found] = goals.of(connection, [begun], now())
        return set() if found.left else found.reached


async def test_a_handoff_to_chatwoot_and_back(house: House) -> None:
    frontdesk, chatwoot = house.frontdesk, house.chatwoot
    async with httpx.AsyncClient(timeout=60) as http:
        customer = await WebDriver(frontdesk.chat_url, http, frontdesk.origin).begin()
        reader = Reader(customer)
        await customer.say("florp the wibble")
        await reader.heard("sorry")
        await customer.say("zzz yyy qqq")
        await reader.heard("Somebody from our team will join you")

        def noted() -> bool:
            return any(chatwoot.texts(number, "note") for number in list(chatwoot.conversations))

        await until(noted)
        [number] = chatwoot.conversations
        [note] = chatwoot.texts(number, "note")
        assert "Customer: florp the wibble" in note
        assert "Customer: zzz yyy qqq" in note
        odd = 'my "lamp" & where\'s order 10023? \N{SLIGHTLY SMILING FACE}'
        await customer.say(odd)
        await until(lambda: odd in chatwoot.texts(number))

        await asyncio.to_thread(chatwoot.reply, number, 'It\'s "fine": https://shop.example/?a=1&b')
        await reader.heard("Maria Lopez has joined")
        await reader.heard('It\'s "fine": https://shop.example/?a=1&b')
        await asyncio.to_thread(chatwoot.resolve, number)
        await reader.heard("Maria Lopez has closed this conversation")
        await reader.heard("How was it?")
        await customer.press("4")
        await reader.heard("anything you'd like to add")
        await customer.say("no")
        await customer.say("where is my order 10023?")
        await reader.heard("e-mail address or postcode")
        assert chatwoot.texts(number) == [odd]

        # what the customer came for is read from what the assistant recorded
        await customer.say("anna.berg@example.com")
        await reader.heard("10023", "on its way")
        await until(lambda: reached(house.database) == {"track_order"})
