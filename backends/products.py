"""Products: what there is, in which kinds, for how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from backends.change_models import Product
from backends.http import Rest
from backends.models import Accepted


class Products(Protocol):
    """What the assistant needs to know about the catalogue."""

    async def search(self, words: str, region: str) -> tuple[Product, ...]:
        """The products that fit some words, the best first; all of them for none.

        Args:
            words: the customer's, at most 100 characters count.
            region: ISO 3166-1 alpha-2; decides the currency.

        Raises:
            BackendUnavailable: no usable answer.
        """

    async def get(self, product_id: str, region: str) -> Product:
        """One product with all its kinds.

        Raises:
            NotFound: there is none with this id.
            BackendUnavailable: no usable answer.
        """

    async def remind(self, customer_id: str, variant_id: str, *, idempotency_key: str) -> None:
        """Have the shop write to a customer when a kind is back in stock.

        Raises:
            NotFound: no such customer or kind.
            BackendUnavailable: no usable answer.
        """


@dataclass(frozen=True)
class _ProductList:
    products: tuple[Product, ...]


class RestProducts:
    """`Products` over the contract's REST interface."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def search(self, words: str, region: str) -> tuple[Product, ...]:
        """See `Products.search`."""
        query = {"search": words[:100], "region": region}
        found = await self._rest.read("GET", "/products", _ProductList, query=query)
        return found.products

    async def get(self, product_id: str, region: str) -> Product:
        """See `Products.get`."""
        return await self._rest.read(
            "GET",
            "/products/{product_id}",
            Product,
            path={"product_id": product_id},
            query={"region": region},
        )

    async def remind(self, customer_id: str, variant_id: str, *, idempotency_key: str) -> None:
        """See `Products.remind`."""
        await self._rest.change(
            "PUT",
            "/customers/{customer_id}/reminders/{variant_id}",
            Accepted,
            path={"customer_id": customer_id, "variant_id": variant_id},
            idempotency_key=idempotency_key,
        )
