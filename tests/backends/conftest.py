"""What the clients' tests share: a real demo shop for each module, and clients for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from backends.connect import Backends
from tests.support.clients import connected
from tests.support.shop import RunningShop, running_shop


@pytest.fixture(scope="module")
def live_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    with running_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
async def live(live_shop: RunningShop) -> AsyncIterator[Backends]:
    async with connected(live_shop.url, live_shop.token) as backends:
        yield backends
