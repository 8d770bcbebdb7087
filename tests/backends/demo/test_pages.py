import asyncio
import re

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from tests.backends.demo.conftest import ANNA, BEN
from tests.support.browser import launch

EVIL = "<img src=x onerror=alert(1)> \" ' & {{ 7*7 }} \u202e\0"
PAGES = ["/", "/mailbox", "/tickets", "/changes", "/login"]


def ticket(**other):
    return {
        "reason": EVIL[:100],
        "summary": EVIL,
        "channel": EVIL[:50],
        "conversation_id": EVIL,
        "transcript": [
            {"who": "customer", "text": EVIL, "at": "2031-05-14T09:58:00Z"},
            {"who": "assistant", "text": "Sorry?", "at": "2031-05-14T09:58:01Z"},
        ],
        "slots": {EVIL: EVIL},
        "contact": EVIL,
        "priority": "high",
        **other,
    }


def test_the_storefront_embeds_the_chat_with_one_tag(shop):
    page = httpx.get(f"{shop.url}/")
    tags = re.findall(r"<script[^>]*>", page.text)
    assert tags == [
        '<script type="module" src="http://127.0.0.1:5005/webhooks/web/frontdesk-chat.js">'
    ]
    assert "frontdesk-chat>" not in page.text
    for word in ("10023", ANNA, "/mailbox", "Demo shop"):
        assert word in page.text


def test_headers(shop):
    for path in (*PAGES, "/reset/x"):
        answer = httpx.get(f"{shop.url}{path}")
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self' http://127.0.0.1:5005;" in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_everything_is_escaped(shop):
    opened = shop.change("/tickets", ticket()).json()
    shop.change(f"/tickets/{opened['id']}/notes", {"text": EVIL})
    shop.change("/tickets", ticket(contact="a'b&c=d@example.com"))
    for path in ("/tickets", "/mailbox"):
        text = httpx.get(f"{shop.url}{path}").text
        assert "<img" not in text
        assert "49" not in re.sub(r"[0-9:TZ-]{5,}", "", text)
    assert "&lt;img src=x" in httpx.get(f"{shop.url}/tickets").text
    assert "a&#39;b&amp;c=d@example.com" in httpx.get(f"{shop.url}/mailbox").text
    answer = httpx.post(f"{shop.url}/login", data={"username": EVIL, "password": EVIL})
    assert answer.status_code == 403
    assert "<img" not in answer.text


@pytest.fixture
async def browser():
    async with async_playwright() as playwright:
        chromium = await launch(playwright)
        yield chromium
        await chromium.close()


async def change(shop, *args):
    return await asyncio.to_thread(shop.change, *args)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(375, 740), (1280, 800)], ids=["phone", "desktop"])
async def test_axe_finds_nothing_and_nothing_overflows(shop, browser, scheme, size):
    await change(shop, "/tickets", ticket(summary="x" * 400))
    await change(shop, "/accounts/codes", {"email": ANNA})
    await change(shop, "/accounts/password-resets", {"email": ANNA})
    link = next(mail for mail in shop.mails(ANNA) if mail["kind"] == "password_reset")["body"]
    reset = re.search(r"/reset/\S+", link)[0]
    page = await browser.new_page(
        color_scheme=scheme, viewport={"width": size[0], "height": size[1]}
    )
    for path in (*PAGES, reset, "/reset/used"):
        await page.goto(f"{shop.url}{path}", wait_until="load")
        found = await Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0], path


@pytest.mark.browser
async def test_new_mail_appears_and_focus_stays(shop, browser):
    page = await browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    await page.goto(f"{shop.url}/mailbox")
    mails = page.get_by_test_id("mail")
    assert await mails.count() == 0
    assert await page.get_by_text("Nothing has arrived yet.").is_visible()

    await change(shop, "/accounts/password-resets", {"email": ANNA})
    link = page.get_by_test_id("mail-body").get_by_role("link")
    await link.wait_for()
    assert await page.get_by_text("Nothing has arrived yet.").is_hidden()
    await link.focus()
    await change(shop, "/accounts/username-reminders", {"email": BEN})
    await mails.nth(1).wait_for()
    assert await page.get_by_test_id("mail-to").all_inner_texts() == [BEN, ANNA]
    assert await page.evaluate("document.activeElement.href") == await link.get_attribute("href")
    assert await page.get_by_role("status").inner_text() == "1 new message"
    assert errors == []


@pytest.mark.browser
async def test_a_note_appears_in_its_ticket(shop, browser):
    page = await browser.new_page()
    opened = (await change(shop, "/tickets", ticket())).json()
    await page.goto(f"{shop.url}/tickets")
    assert EVIL[:28] in await page.get_by_test_id("ticket-transcript").inner_text()
    await change(shop, f"/tickets/{opened['id']}/notes", {"text": "and it is urgent"})
    await page.get_by_test_id("ticket-note").get_by_text("and it is urgent").wait_for()
    assert await page.get_by_test_id("ticket").count() == 1


@pytest.mark.browser
async def test_a_new_password_by_keyboard(shop, browser):
    await change(shop, "/accounts/password-resets", {"email": ANNA})
    page = await browser.new_page()
    await page.goto(f"{shop.url}/mailbox")
    await page.get_by_test_id("mail-body").get_by_role("link").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("New password").focus()
    await page.keyboard.type("too short")
    await page.keyboard.press("Tab")
    await page.keyboard.type("too short")
    # The browser itself would stop it, so that the server's own word is seen without its help.
    await page.evaluate("document.querySelector('form').noValidate = true")
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").get_by_text("at least 10").wait_for()
    await page.get_by_label("New password").focus()
    await page.keyboard.type("seven warm candles")
    await page.keyboard.press("Tab")
    await page.keyboard.type("seven warm candles")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Your new password is set").wait_for()
    await page.get_by_role("main").get_by_role("link").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Username").focus()
    await page.keyboard.type("anna.berg")
    await page.keyboard.press("Tab")
    await page.keyboard.type("seven warm candles")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Hello, Anna").wait_for()
