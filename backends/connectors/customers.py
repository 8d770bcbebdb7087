"""Customers of a shop software."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from sqlalchemy.engine import Engine

from backends.change_models import PaymentMethod
from backends.connectors.keyed import KeyedHash
from backends.connectors.misses import Misses
from backends.connectors.orders import POSTCODE, checked_number
from backends.connectors.platform import Platform, PlatformCustomer
from backends.errors import InvalidInput, NotFound, NotOffered
from backends.likeness import name_key, postcode_key
from backends.models import Customer

_LONGEST_NAME = 200
_LETTER = re.compile(r"[^\W\d_]")


class ConnectedCustomers:
    """`Crm` over a `Platform`."""

    def __init__(
        self,
        platform: Platform,
        engine: Engine,
        keyed: KeyedHash,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._platform, self._keyed = platform, keyed
        self._misses = Misses(engine, clock)

    async def customer(self, customer_id: str) -> Customer:
        """See `Crm.customer`."""
        return await self._platform.customer(customer_id)

    async def find(self, name: str, postcode: str, *, number: str | None = None) -> Customer:
        """See `Crm.find`: the software looks for the name, and both are compared here."""
        if len(name) > _LONGEST_NAME or not _LETTER.search(name):
            raise InvalidInput("a name has 1 to 200 characters, letters among them")
        if not POSTCODE.fullmatch(postcode):
            raise InvalidInput("this cannot be a postcode")
        wanted = name_key(name), postcode_key(postcode)
        keys = self._keyed("name", wanted[0]), self._keyed("postcode", wanted[1])
        await self._misses.check(*keys)
        owner = await self._owner(number) if number else None
        # one who is found several times, as a guest is with each order, is still one
        fitting = {
            one.customer.id: one.customer
            for one in await self._platform.customers_named(name)
            if _is(one, *wanted) and (number is None or one.customer.id == owner)
        }
        if len(fitting) != 1:
            await self._misses.add(*keys)
            raise NotFound
        return next(iter(fitting.values()))

    async def payment_methods(self, customer_id: str) -> tuple[PaymentMethod, ...]:
        """See `Crm.payment_methods`: nothing may be charged from here, so there is no choice."""
        raise NotOffered(f"payments are made at {self._platform.name}'s checkout only")

    async def _owner(self, number: str) -> str | None:
        try:
            return (await self._platform.order(checked_number(number))).customer_id
        except NotFound:
            return None


def _is(one: PlatformCustomer, name: str, postcode: str) -> bool:
    known = name_key(f"{one.customer.first_name} {one.customer.last_name}")
    return known == name and postcode in {postcode_key(code) for code in one.postcodes if code}
