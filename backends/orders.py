"""Orders: where is it, and what happens next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from backends.http import Rest
from backends.models import Order


class Orders(Protocol):
    """What the assistant needs to know about orders."""

    async def find(
        self, number: str, *, email: str | None = None, postcode: str | None = None
    ) -> Order:
        """The order with this number, for a customer who is not verified.

        Args:
            number: the order number, without what people type around it.
            email: the e-mail address on the order.
            postcode: the postcode of its delivery address. One of the two proofs is needed; if
                both are given, both must fit.

        Raises:
            NotFound: no such order, or the proof does not fit; the two are not told apart.
            TooManyRequests: too many misses on this number.
            InvalidInput: number or proof cannot be such a thing, or no proof was given.
            BackendUnavailable: no usable answer.
        """

    async def list(self, customer_id: str, limit: int = 5) -> tuple[Order, ...]:
        """A verified customer's orders, newest first; empty for one who never ordered.

        Args:
            customer_id: the verified customer's id.
            limit: at most so many, 1 to 50.

        Raises:
            NotFound: no such customer.
            InvalidInput: `limit` or the id is out of bounds.
            BackendUnavailable: no usable answer.
        """

    async def get(self, customer_id: str, number: str) -> Order:
        """One order of a verified customer.

        Raises:
            NotFound: no such order, or another customer's.
            InvalidInput: the number cannot be an order number.
            BackendUnavailable: no usable answer.
        """


@dataclass(frozen=True)
class _OrderList:
    orders: tuple[Order, ...]


class RestOrders:
    """`Orders` over the contract's REST interface."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def find(
        self, number: str, *, email: str | None = None, postcode: str | None = None
    ) -> Order:
        """See `Orders.find`."""
        proof = {"email": email, "postcode": postcode}
        body = {"number": number} | {name: value for name, value in proof.items() if value}
        return await self._rest.read("POST", "/orders/find", Order, body=body)

    async def list(self, customer_id: str, limit: int = 5) -> tuple[Order, ...]:
        """See `Orders.list`."""
        found = await self._rest.read(
            "GET",
            "/customers/{customer_id}/orders",
            _OrderList,
            path={"customer_id": customer_id},
            query={"limit": limit},
        )
        return found.orders

    async def get(self, customer_id: str, number: str) -> Order:
        """See `Orders.get`."""
        return await self._rest.read(
            "GET",
            "/customers/{customer_id}/orders/{number}",
            Order,
            path={"customer_id": customer_id, "number": number},
        )
