"""Takes the documentation's pictures of the desk: `python -m tests.desk.screenshot`.

It serves a desk with a working day's conversations and writes docs/images/desk*.png.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

from desk import users
from desk.users import Role
from tests.desk.served import Served, furnish, served
from tests.desk.web import PASSWORD
from tests.support.browser import launch
from tests.support.processes import ROOT
from tests.support.shop import running_shop

PICTURES = ROOT / "docs" / "images"


async def _open(running: Served, page: Page, handoff_id: int) -> None:
    await page.goto(f"{running.url}/handoffs/{handoff_id}")
    await page.get_by_text("Latest orders").wait_for()


async def take(running: Served, folder: Path) -> None:
    """Take the pictures.

    Args:
        running: a desk without conversations yet.
        folder: where the PNG files go.
    """
    ids = furnish(running.desk)
    with running.desk.database.write() as connection:
        mara = users.add(connection, "mara", "Mara Voss", Role.AGENT, PASSWORD)
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        context = await browser.new_context(
            viewport={"width": 1180, "height": 760}, color_scheme="light", reduced_motion="reduce"
        )
        page = await context.new_page()
        await page.goto(f"{running.url}/login")
        await page.get_by_label("Login").fill("mara")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Queue").wait_for()
        await page.screenshot(path=folder / "desk-queue.png")
        running.desk.take(mara, ids["anna"])
        await _open(running, page, ids["anna"])
        await page.screenshot(path=folder / "desk.png")
        await page.emulate_media(color_scheme="dark")
        await page.set_viewport_size({"width": 390, "height": 800})
        await _open(running, page, ids["anna"])
        await page.screenshot(path=folder / "desk-phone.png")
        await browser.close()


def main() -> None:
    """Serve a desk and take its pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running_shop(folder) as shop, served(folder, shop) as running:
            asyncio.run(take(running, PICTURES))


if __name__ == "__main__":
    main()
