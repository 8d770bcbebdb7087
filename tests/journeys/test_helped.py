"""Customers who get what they came for."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.journeys.customer import Customer

pytestmark = [pytest.mark.bot, pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

ANNA = "anna.berg@example.com"
BEN = "ben.okafor@example.com"


async def test_an_order_is_tracked_by_its_number(customer: Customer) -> None:
    await customer.open_chat()
    await customer.talk("where is my order 10023?", "e-mail address or postcode", "10023")
    await customer.talk(ANNA, "order 10023", "is on its way with", "tracking number")
    assert "Wool blanket" in await customer.answer()


async def test_the_code_from_the_mailbox_proves_who_it_is(customer: Customer) -> None:
    await customer.open_chat()
    await customer.press("Track an order")
    await customer.reads("order number")
    await customer.talk("I don't have it here", "which e-mail address")
    await customer.talk(ANNA, "six-digit code")
    code = await customer.code(ANNA)
    await customer.page.bring_to_front()
    await customer.talk(code, "Thank you, Anna", "Which order do you mean")
    # it opens nothing any more, and still no page keeps it
    await expect(customer.messages("customer").last).to_have_text("[one-time code]")

    offered = await customer.part("quick-reply").all_inner_texts()
    assert [title for title in offered if "100" in title], offered
    await customer.press("10031")
    await customer.reads("order 10031", "is delayed")
    # the others were answered with this one: no button is left that would choose again
    await expect(customer.part("quick-reply").filter(has_text="10023")).to_have_count(0)
    # known by now: no second code for the next question
    await customer.talk("and 10008?", "order 10008", "was delivered")


async def test_a_password_is_reset_by_the_link_in_the_mailbox(customer: Customer) -> None:
    await customer.open_chat()
    await customer.talk("I forgot my password", "e-mail address of your account")
    await customer.talk(BEN, f"If {BEN} belongs to an account", "link to set a new password")

    mail = await customer.mail("password_reset", BEN)
    tab = await customer.tab("/mailbox")
    await mail.get_by_role("link").click()
    await expect(tab.get_by_role("heading", name="Choose a new password")).to_be_visible()
    await tab.get_by_label("New password").fill("kettle-on-a-green-hill")
    await tab.get_by_label("The same again").fill("kettle-on-a-green-hill")
    await tab.get_by_role("button", name="Set password").click()
    await tab.get_by_role("link", name="Sign in with it").click()

    await tab.get_by_label("Username").fill("ben_okafor")
    await tab.get_by_label("Password").fill("kettle-on-the-wrong-hill")
    await tab.get_by_role("button", name="Sign in").click()
    await expect(tab.get_by_role("alert")).to_be_visible()
    await tab.get_by_label("Password").fill("kettle-on-a-green-hill")
    await tab.get_by_label("Username").fill("ben_okafor")
    await tab.get_by_role("button", name="Sign in").click()
    await expect(tab.get_by_role("heading", name="Hello, Ben")).to_be_visible()
