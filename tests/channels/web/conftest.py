"""What the web channel's tests share: a server process and a customer."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.channels.web.client import Customer, Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with generous limits for all tests that keep to their own conversations."""
    folder: Path = tmp_path_factory.mktemp("web")
    server = Server(folder, whole_rasa=True, heartbeat=1, turn_timeout=4)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client."""
    async with httpx.AsyncClient(timeout=30) as client:
        yield client


@pytest.fixture
async def customer(server: Server, http: httpx.AsyncClient) -> Customer:
    """A customer with a new session, greeted."""
    customer = await Customer(server, http).begin()
    assert (await customer.read(1))[0]["text"] == "I am an automated assistant."
    return customer
