"""A customer in front of a browser: the shop's page with its chat, the mailbox in another tab."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Response, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.support.frontdesk import Frontdesk

# A loaded machine takes its time; a condition is waited for, not a time.
PATIENCE = 60_000  # ms
expect.set_options(timeout=PATIENCE)

# What the assistant has answered to the customer's last message, or said when there is none yet.
_ANSWER = """
() => {
  const root = document.querySelector("frontdesk-chat").shadowRoot;
  const rows = [...root.querySelectorAll("[data-testid=message]")];
  const last = rows.findLastIndex((row) => row.dataset.from === "customer");
  return rows.slice(last + 1)
    .map((row) => row.querySelector("[data-testid=text]").textContent).join("\\n");
}
"""
_HOLDS = f"(words) => ({_ANSWER})().toLowerCase().includes(words.toLowerCase())"


class Customer:
    """One visitor of the shop, with storage of their own.

    Attributes:
        page: the tab with the shop's page.
        problems: what went wrong in any tab: uncaught errors, dialogs, and what the shop's security
            policy has forbidden.
    """

    def __init__(self, frontdesk: Frontdesk, page: Page, problems: list[str]) -> None:
        self.frontdesk, self.page, self.problems = frontdesk, page, problems
        self._tabs: dict[str, Page] = {}

    @classmethod
    async def arrive(cls, frontdesk: Frontdesk, context: BrowserContext) -> Customer:
        """Open the shop's page; the chat is closed still."""
        context.set_default_timeout(PATIENCE)
        problems: list[str] = []
        context.on("weberror", lambda error: problems.append(str(error.error)))

        def listen(message: ConsoleMessage) -> None:
            if "Content Security Policy" in message.text:
                problems.append(message.text)

        context.on("console", listen)

        async def note(dialog: Any) -> None:
            problems.append(f"dialog: {dialog.message}")
            await dialog.dismiss()

        context.on("dialog", note)
        customer = cls(frontdesk, await context.new_page(), problems)
        await customer.page.goto(f"{frontdesk.shop.url}/")
        await expect(customer.part("launcher")).to_be_visible()
        return customer

    async def beside(self) -> Customer:
        """Open the shop's page in one more tab of the same browser."""
        twin = Customer(self.frontdesk, await self.page.context.new_page(), self.problems)
        await twin.page.goto(f"{self.frontdesk.shop.url}/")
        await expect(twin.part("launcher")).to_be_visible()
        return twin

    # -- the chat

    def part(self, name: str) -> Locator:
        """Return the part of the chat with this test id."""
        return self.page.get_by_test_id(name)

    def messages(self, sender: str | None = None) -> Locator:
        """Return the texts of all messages, or of one sender's."""
        of_sender = f'[data-from="{sender}"]' if sender else ""
        return self.page.locator(f'[data-testid="message"]{of_sender} [data-testid="text"]')

    async def texts(self) -> list[str]:
        """Return the texts of the conversation, in order, letter by letter."""
        return await self.messages().evaluate_all("all => all.map(one => one.textContent)")

    async def open_chat(self) -> None:
        """Open the chat and read who is speaking."""
        await self.part("launcher").click()
        await self.reads("automated assistant")
        await self.reads("processed automatically")

    async def write(self, text: str) -> None:
        """Send a message."""
        await self.part("input").fill(text)
        await self.part("input").press("Enter")

    async def press(self, title: str) -> None:
        """Press the button with these words in its title."""
        await self.part("quick-reply").filter(has_text=title).click()

    async def answer(self) -> str:
        """Return what has been answered so far to the customer's last message."""
        return str(await self.page.evaluate(_ANSWER))

    async def reads(self, *words: str) -> None:
        """Wait until the answer to the last message holds each of these words (in any case)."""
        for each in words:
            try:
                await self.page.wait_for_function(_HOLDS, arg=each)
            except PlaywrightTimeout:
                said = "\n".join(await self.texts())
                unsent = await self.page.locator(
                    ".meta.sending, .meta.waiting, .meta.failed"
                ).count()
                logs = "\n".join(
                    f"-- {log.name}\n" + "\n".join(log.read_text().splitlines()[-12:])
                    for log in sorted(self.frontdesk.folder.glob("*.log"))
                )
                raise AssertionError(
                    f"no answer holds {each!r}:\n{said}\nnot sent: {unsent}\n{logs}"
                ) from None

    async def rests(self) -> None:
        """Wait until the assistant is not typing and every message has been sent."""
        await expect(self.part("typing")).to_be_hidden()
        await expect(self.page.locator(".meta.sending, .meta.waiting, .meta.failed")).to_have_count(
            0
        )

    def accepted(self) -> Any:
        """Expect, while the block runs, that the server accepts a message (status 202)."""

        def is_that(response: Response) -> bool:
            return response.url.endswith("/messages") and response.status == 202

        return self.page.expect_response(is_that)

    async def talk(self, text: str, *words: str) -> None:
        """Send a message and wait for an answer that holds these words."""
        await self.write(text)
        await self.reads(*words)

    # -- other tabs

    async def tab(self, path: str) -> Page:
        """Return the tab in which this page of the shop is open; a new one the first time."""
        if path not in self._tabs:
            self._tabs[path] = await self.page.context.new_page()
            await self._tabs[path].goto(f"{self.frontdesk.shop.url}{path}")
        return self._tabs[path]

    async def mail(self, kind: str, to: str, number: int = 1) -> Locator:
        """Look into the mailbox page and return the newest e-mail of this kind.

        Args:
            kind: `code`, `password_reset` or another of the shop's kinds.
            to: the address it went to.
            number: how many of them must have arrived.
        """
        mailbox = await self.tab("/mailbox")
        mails = mailbox.locator(f'[data-testid="mail"][data-kind="{kind}"]').filter(has_text=to)
        await expect(mails).to_have_count(number)
        return mails.first

    async def code(self, to: str, number: int = 1) -> str:
        """Read the newest one-time code from the mailbox page."""
        mail = await self.mail("code", to, number)
        found = re.search(r"\b[0-9]{6}\b", await mail.get_by_test_id("mail-body").inner_text())
        assert found is not None
        return found[0]

    async def ticket(self, number: str) -> Locator:
        """Return a ticket on the shop's page of tickets, by its number."""
        page = await self.tab("/tickets")
        ticket = page.get_by_test_id("ticket").filter(has_text=number)
        await expect(ticket).to_have_count(1)
        return ticket


def ticket_number(text: str) -> str:
    """Return the ticket number in an answer."""
    found = re.search(r"\bT-[0-9]+\b", text)
    assert found is not None, f"no ticket number in {text!r}"
    return found[0]


async def transcript(ticket: Locator) -> list[tuple[str, str]]:
    """Return the lines of a ticket's transcript: who said what."""
    lines = ticket.get_by_test_id("ticket-transcript").locator("li")
    pairs = await lines.evaluate_all(
        "all => all.map(one => [one.querySelector('b').textContent,"
        " one.querySelector('.body').textContent])"
    )
    return [(who, text) for who, text in pairs]
