"""The catalogue of a shop software, which the assistant does not read."""

from __future__ import annotations

from backends.change_models import Product
from backends.connectors.platform import Platform
from backends.errors import NotOffered


class UnreadProducts:
    """`Products` of a connector: none; the knowledge base answers instead."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def search(self, words: str, region: str) -> tuple[Product, ...]:
        """See `Products.search`."""
        raise self._unread()

    async def get(self, product_id: str, region: str) -> Product:
        """See `Products.get`."""
        raise self._unread()

    async def remind(self, customer_id: str, variant_id: str, *, idempotency_key: str) -> None:
        """See `Products.remind`."""
        raise self._unread()

    def _unread(self) -> NotOffered:
        return NotOffered(f"the catalogue of {self._platform.name} is not read")
