"""Processes that die in mid-conversation: an honest answer each time, and nothing is lost."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.journeys.customer import Customer
from tests.journeys.line import Line, client
from tests.support.frontdesk import Frontdesk, paused

pytestmark = [
    pytest.mark.bot,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("actions_end"),
]

ANNA = "anna.berg@example.com"


async def test_the_action_server_dies_then_the_shop(
    frontdesk: Frontdesk, customer: Customer
) -> None:
    await customer.open_chat()
    await customer.talk("where is my order 10023", "e-mail address or postcode")

    frontdesk.actions.kill()
    await customer.talk(ANNA, "isn't working", "Your message is kept", "ask for a person")
    await asyncio.to_thread(frontdesk.actions.start)
    await customer.talk(ANNA, "order 10023", "is on its way with")

    await asyncio.to_thread(frontdesk.shop.stop)
    await customer.talk("and 10031?", "the shop's system isn't answering", "Nothing is lost")
    await asyncio.to_thread(frontdesk.shop.start)
    await customer.talk("and 10031?", "order 10031", "is delayed")
    assert "passed" not in "".join(await customer.texts()), "handed over without need"


async def test_a_ticket_reaches_a_team_whose_system_was_away(
    frontdesk: Frontdesk, customer: Customer
) -> None:
    await customer.open_chat()
    await asyncio.to_thread(frontdesk.shop.stop)
    await customer.talk("can I talk to a person", "isn't answering", "kept this whole conversation")
    await asyncio.to_thread(frontdesk.shop.start)
    tickets = await customer.tab("/tickets")  # the page looks again by itself
    await expect(tickets.get_by_test_id("ticket")).to_have_count(1)
    transcript = tickets.get_by_test_id("ticket-transcript")
    await expect(transcript).to_contain_text("can I talk to a person")


async def test_a_message_accepted_before_the_server_was_killed_is_answered_once(
    frontdesk: Frontdesk, customer: Customer
) -> None:
    question, other = "where is my order 10023", "are you a bot?"
    await customer.open_chat()
    async with client(frontdesk) as http:
        line = await Line.begin(http, "198.51.100.1")
        await line.answered(0)
        # With a silent action server the kill comes surely before anything was said.
        with paused(frontdesk.actions):
            async with customer.accepted():
                await customer.write(question)
            await expect(customer.part("typing")).to_be_visible()
            assert (await line.post(other, "only-once")).status_code == 202
            frontdesk.rasa.kill()

    await expect(customer.part("banner")).to_have_text("Reconnecting…")
    await expect(customer.part("typing")).to_be_hidden()
    await customer.write(ANNA)  # while nobody is there
    await asyncio.to_thread(frontdesk.rasa.start)
    await customer.reads("is on its way with")
    await expect(customer.part("banner")).to_be_hidden()
    texts = await customer.texts()
    assert [texts[1], texts[3]] == [question, ANNA]
    assert "e-mail address or postcode" in texts[2]
    assert len(texts) == 5, texts

    async with client(frontdesk) as http:
        line = Line(http, line.token)
        again = await line.post(other, "only-once")
        assert (again.status_code, again.json()["duplicate"]) == (200, True)
        # Answers come in the order of the messages: behind this one's nothing is outstanding.
        last = await line.post("thank you")
        messages = await line.answered(last.json()["event_id"])
    assert [message["from"] for message in messages] == [
        "assistant",
        *("customer", "assistant"),
        *("customer", "assistant"),
    ]
    assert messages[1]["text"] == other
    assert "automated assistant" in messages[2]["text"]
