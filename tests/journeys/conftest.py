"""One running Frontdesk and one Chromium for all journeys; a new customer for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.journeys.customer import Customer
from tests.support.browser import launch
from tests.support.frontdesk import Frontdesk
from tests.support.frontdesk import frontdesk as run_frontdesk

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}

Arrive = Callable[..., Awaitable[Customer]]


@pytest.fixture(scope="session")
def running_frontdesk(
    model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Frontdesk]:
    """The product, started once, which takes half a minute.

    For the session: in random order other packages' modules come between those of this one.
    """
    with run_frontdesk(model_path, tmp_path_factory.mktemp("frontdesk")) as frontdesk:
        yield frontdesk


@pytest.fixture
def frontdesk(running_frontdesk: Frontdesk) -> Frontdesk:
    """The product, all of it running, and the shop as it was seeded: no mail, no tickets."""
    running_frontdesk.renew()
    return running_frontdesk


@pytest.fixture
def actions_end(running_frontdesk: Frontdesk) -> Iterator[None]:
    """End the action server after the test, so that the next one remembers no outage."""
    yield
    running_frontdesk.actions.stop()


@pytest_asyncio.fixture(loop_scope="package", scope="package")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all journeys."""
    async with async_playwright() as playwright:
        chromium = await launch(playwright)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="package")
async def arrive(browser: Browser, frontdesk: Frontdesk) -> AsyncIterator[Arrive]:
    """A maker of customers, each with storage of their own, whose pages must not have failed."""
    customers: list[Customer] = []
    async with AsyncExitStack() as stack:

        async def come(**settings: Any) -> Customer:
            context = await stack.enter_async_context(
                await browser.new_context(**{**DESKTOP, "locale": "en-GB", **settings})
            )
            customers.append(await Customer.arrive(frontdesk, context))
            return customers[-1]

        yield come
    assert [customer.problems for customer in customers if customer.problems] == []


@pytest_asyncio.fixture(loop_scope="package")
async def customer(arrive: Arrive) -> Customer:
    """A customer on the shop's page, the chat still closed."""
    return await arrive()
