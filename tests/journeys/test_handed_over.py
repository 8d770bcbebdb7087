"""Customers whom the assistant cannot help, or who want a person: the team gets all of it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.journeys.customer import Customer, ticket_number, transcript

pytestmark = [pytest.mark.bot, pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


async def test_nonsense_twice_brings_a_person(customer: Customer) -> None:
    await customer.open_chat()
    greeting = await customer.answer()
    menu = await customer.part("quick-reply").all_inner_texts()
    await customer.talk("florp the wibble", "sorry")
    apology = await customer.answer()
    guesses = await customer.part("quick-reply").all_inner_texts()
    assert 2 <= len(guesses) <= 4  # three at most, and a person
    await customer.talk("zzz yyy qqq", "passed this conversation to our team", "answer to?")
    number = ticket_number(await customer.answer())
    await customer.talk("anna.berg@example.com", "The answer goes to anna.berg@example.com")

    ticket = await customer.ticket(number)
    await expect(ticket.get_by_test_id("ticket-reason")).to_have_text("not_understood")
    await expect(ticket.get_by_test_id("ticket-contact")).to_have_text("anna.berg@example.com")
    assert await transcript(ticket) == [
        ("assistant", f"{greeting}\n[{' · '.join(menu)}]"),
        ("customer", "florp the wibble"),
        ("assistant", f"{apology}\n[{' · '.join(guesses)}]"),
        ("customer", "zzz yyy qqq"),
    ]


async def test_two_unreadable_answers_in_a_form_bring_a_person(customer: Customer) -> None:
    await customer.open_chat()
    await customer.press("Track an order")
    await customer.reads("order number")
    await customer.talk("qwertz", "couldn't find an order number")
    await customer.talk("asdfgh", "passed this conversation to our team")
    ticket = await customer.ticket(ticket_number(await customer.answer()))
    await expect(ticket.get_by_test_id("ticket-reason")).to_have_text("invalid_order_number")
    said = [text for who, text in await transcript(ticket) if who == "customer"]
    assert said == ["Track an order", "qwertz", "asdfgh"]


async def test_a_person_is_asked_for_in_the_middle_of_a_form(customer: Customer) -> None:
    await customer.open_chat()
    await customer.talk("where is my order 10023", "e-mail address or postcode")
    await customer.talk("oh come on, just let me talk to a human", "ticket T-", "answer to?")
    number = ticket_number(await customer.answer())
    ticket = await customer.ticket(number)
    await expect(ticket.get_by_test_id("ticket-reason")).to_have_text("customer_asked")
    await expect(ticket).to_contain_text("10023")  # what was known already is told to the team
    assert ("customer", "oh come on, just let me talk to a human") in await transcript(ticket)

    # the form is left: an e-mail address is where to answer, and no proof for an order
    await customer.page.bring_to_front()
    await customer.talk("you can write to carla.diaz@example.com", "goes to carla.diaz@example.com")
    await expect(ticket.get_by_test_id("ticket-contact")).to_have_text("carla.diaz@example.com")


async def test_the_button_for_a_person_works_in_a_form_too(customer: Customer) -> None:
    await customer.open_chat()
    await customer.talk("reset my password please", "e-mail address of your account")
    await customer.part("human").click()
    await customer.reads("ticket T-")
    ticket = await customer.ticket(ticket_number(await customer.answer()))
    assert (await transcript(ticket))[-1] == ("customer", "I would like to talk to a person")
