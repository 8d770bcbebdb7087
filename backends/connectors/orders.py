"""Orders of a shop software: shown to who proves that they are theirs, and to nobody else."""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable

from sqlalchemy.engine import Engine

from backends.connectors.keyed import KeyedHash
from backends.connectors.misses import Misses
from backends.connectors.platform import Platform, PlatformOrder
from backends.errors import InvalidInput, NotFound, NotOffered
from backends.likeness import postcode_key
from backends.models import Order

MOST_ORDERS = 50
_NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,185}", re.ASCII)
POSTCODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,15}", re.ASCII)


class ConnectedOrders:
    """`Orders` over a `Platform`."""

    def __init__(
        self,
        platform: Platform,
        engine: Engine,
        keyed: KeyedHash,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._platform, self._keyed = platform, keyed
        self._misses = Misses(engine, clock)

    async def find(
        self, number: str, *, email: str | None = None, postcode: str | None = None
    ) -> Order:
        """See `Orders.find`."""
        number = checked_number(number)
        proofs = ((email, _EMAIL), (postcode, POSTCODE))
        given = [(text, shape) for text, shape in proofs if text]
        if not given or not all(shape.fullmatch(text) for text, shape in given):
            raise InvalidInput("an e-mail address or a postcode is needed as a proof")
        key = self._keyed("order", number)
        await self._misses.check(key)
        try:
            found = await self._platform.order(number)
        except NotFound:
            found = None
        if found is None or not _fits(found, email, postcode):
            await self._misses.add(key)
            raise NotFound
        return _told(found)

    async def list(self, customer_id: str, limit: int = 5) -> tuple[Order, ...]:
        """See `Orders.list`."""
        if not 1 <= limit <= MOST_ORDERS:
            raise InvalidInput(f"the limit must be from 1 to {MOST_ORDERS}")
        found = await self._platform.orders_of(customer_id, limit)
        clear = tuple(one for one in found if one.unreadable is None)
        return tuple(_told(one) for one in clear or found)

    async def get(self, customer_id: str, number: str) -> Order:
        """See `Orders.get`."""
        return (await own_order(self._platform, customer_id, number)).order


async def own_order(platform: Platform, customer_id: str, number: str) -> PlatformOrder:
    """An order of a verified customer.

    Raises:
        NotFound: no such order, or another customer's.
        InvalidInput: the number cannot be one.
        NotOffered: it is there, and theirs, but cannot be told of.
        BackendUnavailable: no usable answer.
    """
    found = await platform.order(checked_number(number))
    if found.customer_id is None or found.customer_id != customer_id:
        raise NotFound
    _told(found)
    return found


def _told(found: PlatformOrder) -> Order:
    """The order, once it is known to be theirs who asks: a stranger learns of it nothing at all."""
    if found.unreadable is not None:
        raise NotOffered(found.unreadable)
    return found.order


def checked_number(number: str) -> str:
    """The order number, if it can be one.

    Raises:
        InvalidInput: it cannot.
    """
    if not _NUMBER.fullmatch(number):
        raise InvalidInput("an order number has 1 to 40 letters, digits and hyphens")
    return number


def _fits(found: PlatformOrder, email: str | None, postcode: str | None) -> bool:
    fits = True
    if email:
        known = (found.email or "").strip().lower().encode()
        fits &= bool(known) and hmac.compare_digest(known, email.lower().encode())
    if postcode:
        fits &= postcode_key(postcode) in {postcode_key(code) for code in found.postcodes if code}
    return fits
