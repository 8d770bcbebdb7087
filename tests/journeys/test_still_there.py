"""Reloads, other pages and other tabs: the conversation is where the customer left it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.journeys.customer import Customer

pytestmark = [pytest.mark.bot, pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

ANNA = "anna.berg@example.com"


async def test_a_reload_in_mid_form_changes_nothing(customer: Customer) -> None:
    await customer.open_chat()
    await customer.talk("where is my order 10023", "e-mail address or postcode")
    await customer.part("input").fill("anna.be")  # half a word
    before = await customer.texts()
    await customer.page.reload()
    await expect(customer.part("panel")).to_be_visible()
    await expect(customer.messages()).to_have_count(len(before))
    assert await customer.texts() == before
    await expect(customer.part("input")).to_have_value("anna.be")
    await customer.talk(ANNA, "is on its way with")

    # elsewhere on the site and back
    after = await customer.texts()
    assert after[: len(before)] == before
    await customer.page.get_by_role("link", name="Sign in").click()
    await expect(customer.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await customer.page.go_back()
    await expect(customer.messages()).to_have_count(len(after))
    assert await customer.texts() == after


async def test_buttons_survive_a_reload(customer: Customer) -> None:
    await customer.open_chat()
    await customer.page.reload()
    await customer.press("Reset my password")
    await customer.reads("e-mail address of your account")
    # one greeting: the conversation went on, it did not begin again
    texts = await customer.texts()
    assert len([text for text in texts if "processed automatically" in text]) == 1
    assert len(texts) == 3


async def test_tabs_are_in_step(customer: Customer) -> None:
    await customer.open_chat()
    await customer.talk("where is my order 10023", "e-mail address or postcode")
    twin = await customer.beside()
    await expect(twin.part("panel")).to_be_hidden()
    await twin.part("launcher").click()
    await expect(twin.messages()).to_have_count(3)
    assert await twin.texts() == await customer.texts()

    await twin.talk(ANNA, "is on its way with")
    await customer.reads("is on its way with")
    assert await customer.texts() == await twin.texts()
    await customer.page.bring_to_front()
    await customer.talk("thank you!", "welcome")
    await twin.reads("welcome")
    assert await twin.texts() == await customer.texts()
    assert len(await customer.texts()) == 7
