"""A browser, a chat server that can be broken, and a page with the widget on it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    async_playwright,
    expect,
)

from tests.support.browser import launch
from tests.support.chat_stub import ChatStub

# Browser tests share two cores with everything else; a condition is waited for, not a time.
PATIENCE = 20_000  # ms
expect.set_options(timeout=PATIENCE)

# Whatever a test is about, a page must not break its own security policy or throw.
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""


@dataclass
class Chat:
    """A page with the widget, and the widget's parts as a customer finds them."""

    page: Page

    def part(self, name: str) -> Locator:
        """Return the element with this test id."""
        return self.page.get_by_test_id(name)

    @property
    def panel(self) -> Locator:
        """The chat's window."""
        return self.part("panel")

    @property
    def input(self) -> Locator:
        """The field one writes in."""
        return self.part("input")

    def messages(self, sender: str | None = None) -> Locator:
        """Return the texts of all messages, or of one sender's."""
        of_sender = f'[data-from="{sender}"]' if sender else ""
        return self.page.locator(f'[data-testid="message"]{of_sender} [data-testid="text"]')

    async def texts(self) -> list[str]:
        """Return the texts in the log, in order, letter by letter."""
        return await self.messages().evaluate_all("all => all.map(one => one.textContent)")

    async def open(self) -> None:
        """Open the panel and wait for the greeting."""
        await self.part("launcher").click()
        await expect(self.messages("assistant").first).to_be_visible()

    async def write(self, text: str) -> None:
        """Send a text by the keyboard."""
        await self.input.fill(text)
        await self.input.press("Enter")


class Visitors:
    """Opens pages of the shop; every visitor has storage of their own."""

    def __init__(self, browser: Browser, stub: ChatStub, stack: AsyncExitStack) -> None:
        self._browser = browser
        self._stub = stub
        self._stack = stack
        self.pages: list[Page] = []
        self.errors: list[str] = []

    async def __call__(
        self, path: str = "", script: str = "", clock: bool = False, **settings: Any
    ) -> Chat:
        """Return a page of a new visitor.

        `script` runs before the page's own; with `clock` the page's time runs as the test says.
        """
        context = await self._stack.enter_async_context(
            await self._browser.new_context(
                **{"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **settings}
            )
        )
        context.set_default_timeout(PATIENCE)
        await context.add_init_script(_WATCH)
        if clock:
            await context.clock.install()
        if script:
            await context.add_init_script(script)
        return await self.tab(context, path)

    async def tab(self, context: BrowserContext, path: str = "") -> Chat:
        """Return one more tab of the same visitor."""
        page = await context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.pages.append(page)
        await page.goto(self._stub.page_url + path)
        chat = Chat(page)
        await expect(chat.part("launcher")).to_be_attached()
        return chat


@pytest_asyncio.fixture(loop_scope="package", scope="package")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of the widget."""
    async with async_playwright() as playwright:
        chromium = await launch(playwright)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="package")
async def stub() -> AsyncIterator[ChatStub]:
    """A chat server and a site that embeds its widget, on free ports."""
    server = ChatStub()
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="package")
async def visit(browser: Browser, stub: ChatStub) -> AsyncIterator[Visitors]:
    """A maker of visitors, whose pages must have had no error at the end."""
    async with AsyncExitStack() as stack:
        visitors = Visitors(browser, stub, stack)
        yield visitors
        violations = [
            await page.evaluate("window.violations")
            for page in visitors.pages
            if not page.is_closed()
        ]
    assert visitors.errors == []
    assert [each for each in violations if each] == []


@pytest_asyncio.fixture(loop_scope="package")
async def chat(visit: Visitors) -> Chat:
    """A page of a new visitor, the panel still closed."""
    return await visit()


async def until(page: Page, condition: str, argument: Any = None) -> None:
    """Wait until a JavaScript function returns something true."""
    await page.wait_for_function(condition, arg=argument)
