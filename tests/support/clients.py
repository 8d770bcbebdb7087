"""Backends connected for a test, and closed after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backends.connect import Backends, connect

# Only for servers that a test runs itself.
TOKEN = "a-token-for-tests-only-0123456789"


@asynccontextmanager
async def connected(
    url: str, token: str = TOKEN, *, timeout: float = 5.0
) -> AsyncIterator[Backends]:
    """Clients for the shop at `url`; `timeout` is in seconds for one attempt."""
    backends = connect(
        {
            "FRONTDESK_SHOP_URL": url,
            "FRONTDESK_SHOP_TOKEN": token,
            "FRONTDESK_BACKEND_TIMEOUT": str(timeout),
        }
    )
    try:
        yield backends
    finally:
        await backends.close()
