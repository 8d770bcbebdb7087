"""What the shop knows about a customer, for the agent who talks to them; nothing is changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from backends.connect import Backends
from backends.errors import BackendError, InvalidInput, NotFound, TooManyRequests
from backends.models import Customer, Money, Order
from desk import urgency
from desk.database import Database

logger = logging.getLogger(__name__)

_ORDERS = 5  # on the card
_POLL = 2.0  # s between looks for customers whose records were not asked for
_AWAY = 15.0  # s until the shop is asked again after it failed
# A currency without minor units shows its amounts as they are; all others have two digits here.
_WHOLE = frozenset({"JPY", "KRW", "ISK", "CLP", "VND"})


class ShopProblem(Exception):
    """The shop gave nothing; the message says why, for the agent."""


@dataclass(frozen=True)
class Card:
    """A proven customer and what they ordered last, the newest first."""

    customer: Customer
    orders: tuple[Order, ...]


class Customers:
    """Looks customers and orders up over the shop's contract."""

    def __init__(self, shop: Backends):
        """Bind the clients; whoever made them closes them."""
        self._shop = shop

    async def card(self, customer_id: str) -> Card:
        """Return what the agent sees beside the conversation.

        Raises:
            ShopProblem: the shop does not know the customer, or did not answer.
        """
        try:
            customer, orders = await asyncio.gather(
                self._shop.crm.customer(customer_id),
                self._shop.orders.list(customer_id, _ORDERS),
            )
        except BackendError as problem:
            raise ShopProblem(_why(problem, "The shop has no customer of this number.")) from None
        return Card(customer, orders)

    async def order(self, customer_id: str | None, number: str, proof: str) -> Order:
        """Look an order up, as the assistant would.

        Args:
            customer_id: the proven customer, who sees their own orders; None for nobody proven.
            number: the order's number.
            proof: e-mail address or postcode on the order; needed unless somebody is proven.

        Raises:
            ShopProblem: nothing can be shown; also when the proof does not fit.
        """
        number, proof = number.strip().lstrip("#"), proof.strip()
        missing = "No order fits these details."
        try:
            if customer_id is not None:
                return await self._shop.orders.get(customer_id, number)
            if not proof:
                raise ShopProblem("Ask the customer for the e-mail address or postcode on it.")
            kind = "email" if "@" in proof else "postcode"
            return await self._shop.orders.find(number, **{kind: proof})
        except BackendError as problem:
            raise ShopProblem(_why(problem, missing)) from None

    async def watch(self, database: Database, changed: Callable[[], None]) -> None:
        """Have VIPs go first, for ever: ask the records about each waiting, proven customer."""
        while True:
            pause = _POLL
            try:
                for handoff_id, customer_id in await asyncio.to_thread(_unasked, database):
                    vip = await self._is_vip(customer_id)
                    await asyncio.to_thread(_note, database, handoff_id, vip)
                    changed()
            except BackendError as problem:
                logger.warning("customer records: %s; asked again later.", type(problem).__name__)
                pause = _AWAY
            except SQLAlchemyError as problem:
                logger.error("customer records: the database failed (%s).", type(problem).__name__)
            await asyncio.sleep(pause)

    async def _is_vip(self, customer_id: str) -> bool | None:
        try:
            return (await self._shop.crm.customer(customer_id)).vip
        except (NotFound, InvalidInput):
            return None


def money(amount: Money) -> str:
    """Write an amount for people."""
    if amount.currency in _WHOLE:
        return f"{amount.amount:,} {amount.currency}"
    return f"{amount.amount / 100:,.2f} {amount.currency}"


def _why(problem: BackendError, missing: str) -> str:
    if isinstance(problem, (NotFound, InvalidInput)):
        return missing
    if isinstance(problem, TooManyRequests):
        return "This order was tried too often. Wait some minutes."
    return "The shop does not answer at the moment. Try again."


def _unasked(database: Database) -> list[tuple[int, str]]:
    with database.read() as connection:
        return urgency.unasked(connection)


def _note(database: Database, handoff_id: int, vip: bool | None) -> None:
    with database.write() as connection:
        urgency.note_customer(connection, handoff_id, vip)
