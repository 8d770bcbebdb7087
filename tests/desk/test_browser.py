"""The agents' pages in a browser: usable by everybody, by keyboard, on a phone, up to date."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from desk import conversations, handoffs
from tests.desk.people import said, wanted
from tests.desk.served import Served, furnish, served
from tests.desk.web import PASSWORD
from tests.support.browser import launch
from tests.support.shop import running_shop

pytestmark = pytest.mark.browser

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 375, "height": 740},
    "is_mobile": True,
    "has_touch": True,
}
PAGES = (
    "/",
    "/closed",
    "/replies",
    "/articles",
    "/kpis",
    "/audit",
    "/people",
    "/password",
    "/handoffs/999",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("desk")
    with running_shop(tmp_path_factory.mktemp("shop")) as shop, served(folder, shop) as desk:
        yield desk


@pytest.fixture(scope="module")
def ids(desk: Served) -> dict[str, int]:
    return furnish(desk.desk)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


async def _sign_in(browser: Browser, desk: Served, login: str, **device: Any) -> Page:
    context = await browser.new_context(reduced_motion="reduce", **device)
    page = await context.new_page()
    page.set_default_timeout(60_000)
    await page.goto(f"{desk.url}/login")
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Queue")).to_be_visible(timeout=60_000)
    return page


async def _nothing_to_mend(page: Page) -> None:
    result = await Axe().run(page, options={})
    assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"
    width = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert width <= 0, f"{page.url} is wider than the window"


@pytest.mark.parametrize(
    ("device", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"]
)
async def test_axe_finds_nothing_on_any_page(
    browser: Browser, desk: Served, ids: dict[str, int], device: dict[str, Any], scheme: str
) -> None:
    page = await _sign_in(browser, desk, "admin", color_scheme=scheme, **device)
    for path in PAGES:
        await page.goto(desk.url + path)
        await _nothing_to_mend(page)
    await page.goto(f"{desk.url}/handoffs/{ids['anna']}")
    await expect(page.get_by_text("anna.berg@example.com")).to_be_visible(timeout=60_000)
    for summary in await page.locator("details > summary").all():
        await summary.click()
    await _nothing_to_mend(page)
    await page.context.clear_cookies()
    await page.goto(f"{desk.url}/login")
    await _nothing_to_mend(page)


async def test_an_agent_works_by_keyboard_alone(
    browser: Browser, desk: Served, ids: dict[str, int]
) -> None:
    page = await _sign_in(browser, desk, "agent", **DESKTOP)
    row = page.get_by_role("listitem").filter(has_text="Code locked")
    await expect(row).to_contain_text("failed verification")
    await row.get_by_role("button", name="Take").focus()
    await page.keyboard.press("Enter")
    text = page.get_by_label("Message to the customer")
    await expect(text).to_be_focused(timeout=60_000)
    await page.keyboard.type("Hello, I am looking into it.")
    await page.keyboard.press("Enter")
    bubble = page.get_by_role("listitem").filter(has_text="I am looking into it")
    await expect(bubble).to_contain_text("on its way", timeout=60_000)
    await expect(text).to_have_value("")
    await page.get_by_label("Order number").focus()
    await page.keyboard.type("10031")
    await page.keyboard.press("Tab")
    await page.keyboard.type("20095")
    await page.keyboard.press("Enter")
    await expect(page.locator("#found")).to_contain_text("delayed", timeout=60_000)
    await page.get_by_text("Resolve", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Outcome")).to_be_visible()
    await page.get_by_label("Tags").focus()
    await page.keyboard.type("parcel")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Queue")).to_be_visible(timeout=60_000)
    await expect(row).to_have_count(0)


async def test_the_queue_is_live_and_says_who_goes_first(
    browser: Browser, desk: Served, ids: dict[str, int]
) -> None:
    page = await _sign_in(browser, desk, "lead", **DESKTOP)
    with desk.desk.database.write() as connection:
        again = wanted("web-anna-2", customer_id="cus_0001", summary="It has come broken.")
        handoffs.request(connection, again)
    # the watcher's look at the customer records tells open pages
    row = page.get_by_role("listitem").filter(has_text="It has come broken.")
    await expect(row).to_contain_text("repeat contact", timeout=60_000)
    first = page.locator(".rows .row").first
    await expect(first).to_contain_text("angry")
    assert (await page.title()).startswith("(")
    await row.get_by_role("link").click()
    earlier = page.get_by_role("complementary").get_by_role("link", name="customer asked")
    await expect(earlier).to_have_attribute("href", f"/handoffs/{ids['anna']}", timeout=60_000)


async def test_a_tired_agent_is_called_back_and_greets_nobody_by_a_gap(
    browser: Browser, desk: Served, ids: dict[str, int]
) -> None:
    page = await _sign_in(browser, desk, "admin", **DESKTOP)
    await page.goto(f"{desk.url}/handoffs/{ids['german']}")
    text = page.get_by_label("Message to the customer")
    await page.get_by_label("Saved reply").select_option(label="Hello")
    await expect(text).to_have_value("Hello, I am Admin.", timeout=60_000)

    await page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away})")
    await page.evaluate("window.away = true")
    with desk.desk.database.write() as connection:
        conversations.add(connection, said("Hallo?", "tg-1", time.time()))
    desk.desk.changed()
    await expect(page).to_have_title(re.compile(r"^\(1\) "), timeout=60_000)
    await expect(text).to_have_value("Hello, I am Admin.")
    await page.evaluate(
        "window.away = false; document.dispatchEvent(new Event('visibilitychange'))"
    )
    await expect(page).to_have_title(re.compile(r"^[^(]"), timeout=60_000)
