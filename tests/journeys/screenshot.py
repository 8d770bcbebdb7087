"""Takes the README's picture of the chat: `python -m tests.journeys.screenshot`.

It starts the whole product, has a customer track an order and writes docs/images/chat.png.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import ViewportSize, async_playwright

from ops.testing import model_for_tests
from tests.journeys.customer import Customer
from tests.support.browser import launch
from tests.support.frontdesk import Frontdesk, frontdesk
from tests.support.processes import ROOT

PICTURE = ROOT / "docs" / "images" / "chat.png"
LARGEST = 150_000  # bytes: the README is read on phones too
# The width at which a README is shown large enough to be read.
WINDOW: ViewportSize = {"width": 1180, "height": 740}


async def take(running: Frontdesk, picture: Path) -> None:
    """Have an order tracked, and take a picture of the shop's page with the chat.

    Args:
        running: a running installation.
        picture: the PNG file to write.
    """
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        context = await browser.new_context(
            viewport=WINDOW, locale="en-GB", color_scheme="light", reduced_motion="reduce"
        )
        customer = await Customer.arrive(running, context)
        await customer.open_chat()
        await customer.talk("where is my order 10023?", "e-mail address or postcode")
        await customer.talk("anna.berg@example.com", "is on its way with")
        await customer.rests()
        picture.parent.mkdir(parents=True, exist_ok=True)
        await customer.page.screenshot(path=picture, animations="disabled", caret="hide")
        await browser.close()


def main() -> int:
    """Take the picture. Gives the exit status: 1 when it is too large."""
    with tempfile.TemporaryDirectory() as folder, frontdesk(model_for_tests(), Path(folder)) as it:
        asyncio.run(take(it, PICTURE))
    size = PICTURE.stat().st_size
    print(f"{PICTURE}: {size} bytes")
    return int(size > LARGEST)


if __name__ == "__main__":
    sys.exit(main())
