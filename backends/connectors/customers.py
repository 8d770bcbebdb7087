"""Customers of a shop software."""

from __future__ import annotations

from backends.change_models import PaymentMethod
from backends.connectors.platform import Platform
from backends.errors import NotOffered
from backends.models import Customer


class ConnectedCustomers:
    """`Crm` over a `Platform`."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def customer(self, customer_id: str) -> Customer:
        """See `Crm.customer`."""
        return await self._platform.customer(customer_id)

    async def payment_methods(self, customer_id: str) -> tuple[PaymentMethod, ...]:
        """See `Crm.payment_methods`: nothing may be charged from here, so there is no choice."""
        raise NotOffered(f"payments are made at {self._platform.name}'s checkout only")
