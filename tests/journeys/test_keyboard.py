"""One whole journey without a mouse: chat, mailbox, code, choice, person, close."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import Arrive
from tests.journeys.customer import Customer, ticket_number

pytestmark = [pytest.mark.bot, pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

ANNA = "anna.berg@example.com"

# The name of what has the focus, in the chat's shadow tree too.
_FOCUSED = """
() => {
  let one = document.activeElement;
  while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  return (one.getAttribute("aria-label") || one.textContent || "").trim();
}
"""
_POINTER = """
window.pointed = 0;
for (const kind of ["pointerdown", "mousedown", "touchstart"])
  addEventListener(kind, () => (window.pointed += 1), true);
"""
# More than there are things to reach on any of these pages.
MOST_TABS = 60


class Typist:
    """Does everything in a page by keys."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def key(self, name: str) -> None:
        """Press a key."""
        await self.page.keyboard.press(name)

    async def type(self, text: str) -> None:
        """Type a text where the focus is, and Enter."""
        await self.page.keyboard.type(text)
        await self.key("Enter")

    async def go_to(self, name: str, key: str = "Tab") -> None:
        """Press Tab (or Shift+Tab) until something whose name holds these words has the focus."""
        seen = []
        for _ in range(MOST_TABS):
            focused = str(await self.page.evaluate(_FOCUSED))
            if name in focused and len(focused) < 80:
                return
            seen.append(focused[:40])
            await self.key(key)
        raise AssertionError(f"{name!r} was not reached by {key}: {seen}")


async def test_a_whole_journey_by_keyboard(arrive: Arrive) -> None:
    customer: Customer = await arrive()
    await customer.page.context.add_init_script(_POINTER)
    await customer.page.reload()
    shop = Typist(customer.page)

    await shop.go_to("Open chat")
    await shop.key("Enter")
    await customer.reads("automated assistant")
    await shop.go_to("Track an order", "Shift+Tab")  # the focus was in the field, below it
    await shop.key("Space")
    await customer.reads("order number")
    await expect(customer.part("input")).to_be_focused()
    await shop.type(ANNA)
    await customer.reads("six-digit code")

    # to the mailbox in another tab, by the page's own link
    await shop.key("Escape")
    await expect(customer.part("panel")).to_be_hidden()
    await shop.go_to("Mailbox", "Shift+Tab")
    async with customer.page.context.expect_page() as opened:
        await shop.key("Control+Enter")
    mailbox = await opened.value
    body = mailbox.get_by_test_id("mail").filter(has_text=ANNA).get_by_test_id("mail-body")
    await expect(body).to_have_count(1)
    found = re.search(r"\b[0-9]{6}\b", await body.inner_text())
    assert found is not None
    await mailbox.close()

    await shop.go_to("Open chat")
    await shop.key("Enter")
    await expect(customer.part("input")).to_be_focused()
    await shop.type(found[0])
    await customer.reads("Which order do you mean")
    await shop.go_to("10031", "Shift+Tab")
    await shop.key("Enter")
    await customer.reads("is delayed")
    await expect(customer.part("input")).to_be_focused()

    # two lines in one message, then a person
    await shop.page.keyboard.type("thanks")
    await shop.key("Shift+Enter")
    await shop.type("a lot")
    await customer.reads("welcome")
    await expect(customer.messages("customer").last).to_have_text("thanks\na lot")
    await shop.go_to("Talk to a person", "Shift+Tab")
    await shop.key("Enter")
    await customer.reads("ticket T-")
    number = ticket_number(await customer.answer())
    await shop.key("Escape")
    await expect(customer.part("panel")).to_be_hidden()
    await expect(customer.part("launcher")).to_be_focused()

    await shop.go_to("Tickets", "Shift+Tab")
    await shop.key("Enter")
    await expect(customer.page.get_by_test_id("ticket-number").first).to_have_text(number)
    assert await customer.page.evaluate("window.pointed") == 0
