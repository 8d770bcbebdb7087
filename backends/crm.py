"""Customers: who somebody is, once it is verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from backends.change_models import PaymentMethod
from backends.http import Rest
from backends.models import Customer


class Crm(Protocol):
    """What the assistant needs to know about customers."""

    async def customer(self, customer_id: str) -> Customer:
        """One customer; ask for verified ones only.

        Raises:
            NotFound: no such customer.
            InvalidInput: this cannot be a customer's id.
            BackendUnavailable: no usable answer.
        """

    async def find(self, name: str, postcode: str, *, number: str | None = None) -> Customer:
        """The one customer with this name and postcode, as the policy may accept for a proof.

        Args:
            name: first and last name, as the customer writes them.
            postcode: of the default address.
            number: of an order of theirs, which narrows it.

        Raises:
            NotFound: none has both, or more than one has; the two are never told apart.
            TooManyRequests: this name or this postcode was tried too often.
            InvalidInput: one of them cannot be what it should be.
            BackendUnavailable: no usable answer.
        """

    async def payment_methods(self, customer_id: str) -> tuple[PaymentMethod, ...]:
        """What a verified customer can pay with, and be paid back to; the usual one first.

        Raises:
            NotFound: no such customer.
            InvalidInput: this cannot be a customer's id.
            BackendUnavailable: no usable answer.
        """


@dataclass(frozen=True)
class _MethodList:
    payment_methods: tuple[PaymentMethod, ...]


class RestCrm:
    """`Crm` over the contract's REST interface."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def customer(self, customer_id: str) -> Customer:
        """See `Crm.customer`."""
        return await self._rest.read(
            "GET", "/customers/{customer_id}", Customer, path={"customer_id": customer_id}
        )

    async def find(self, name: str, postcode: str, *, number: str | None = None) -> Customer:
        """See `Crm.find`."""
        body = {"name": name, "postcode": postcode, **({"number": number} if number else {})}
        return await self._rest.read("POST", "/customers/find", Customer, body=body)

    async def payment_methods(self, customer_id: str) -> tuple[PaymentMethod, ...]:
        """See `Crm.payment_methods`."""
        found = await self._rest.read(
            "GET",
            "/customers/{customer_id}/payment-methods",
            _MethodList,
            path={"customer_id": customer_id},
        )
        return found.payment_methods
