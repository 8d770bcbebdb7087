"""Everyone can use the shop's page with the chat on it: axe finds nothing, open or closed."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Arrive

pytestmark = [pytest.mark.bot, pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


async def _no_violation(page: Page) -> None:
    """Run all of axe's rules on the page, shadow trees included."""
    result = await Axe().run(page, options={})
    assert result.violations_count == 0, result.generate_report()
    # What axe could not judge needs a look. It cannot tell the contrast of words that are half
    # scrolled out of sight or lie on a picture; the same colours are judged elsewhere.
    unsure = [
        (rule["id"], node["target"])
        for rule in result.response["incomplete"]
        for node in rule["nodes"]
        if rule["id"] != "color-contrast"
    ]
    assert unsure == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_axe_finds_nothing(arrive: Arrive, device: dict[str, Any], scheme: str) -> None:
    customer = await arrive(color_scheme=scheme, reduced_motion="reduce", **device)
    await _no_violation(customer.page)
    await customer.open_chat()
    await _no_violation(customer.page)
    await customer.talk("where is my order 10023", "e-mail address or postcode")
    await customer.talk("anna.berg@example.com", "is on its way with")  # a link among the words
    await customer.talk("florp the wibble", "sorry")
    await expect(customer.part("quick-reply").first).to_be_visible()
    await customer.rests()
    await _no_violation(customer.page)
    await customer.part("close").click()
    await expect(customer.part("panel")).to_be_hidden()
    await _no_violation(customer.page)
