"""Codes and records over a small store, with a clock that a test moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

import pytest
from sqlalchemy.engine import Engine

from backends.change_models import Address
from backends.connectors.database import open_database
from backends.connectors.keyed import KeyedHash
from backends.connectors.platform import PlatformCustomer, PlatformOrder
from backends.errors import BackendError, NotFound
from backends.models import Customer, Money, Order, OrderState, Payment
from tests.support.connector import SEAL_SECRET

ANNA = Customer("71", "Anna", "Berg", "anna.berg@example.com", None, "DE", False)


@dataclass
class Clock:
    """Seconds since 1970, moved by hand."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Store:
    """A `Platform` with one customer and one order, 10023, that does what a test tells it.

    Attributes:
        fails: what each of the next calls that change something raises.
        does: whether such a call does what was asked before it raises.
        done: what was carried out.
        away: raised by every call that reads.
        people: whom a search for any name finds.
    """

    name = "Store"
    state: OrderState = "pending"
    ship_to: Address | None = Address("Lindenweg 4", "50667", "Köln", "DE")  # noqa: RUF009
    fails: list[BackendError] | None = None
    does: bool = False
    done: list[str] | None = None
    away: BackendError | None = None
    people: tuple[PlatformCustomer, ...] = (PlatformCustomer(ANNA, ("50667",)),)

    async def check(self) -> None:
        self._read()

    async def order(self, number: str) -> PlatformOrder:
        self._read()
        if number != "10023":
            raise NotFound
        money = Money(4990, "EUR")
        order = Order(
            number,
            self.state,
            datetime(2026, 11, 1, tzinfo=timezone.utc),
            None,
            None,
            (),
            (),
            (Payment("Visa ending in 4242", "paid", money, Money(0, "EUR")),),
            money,
        )
        return PlatformOrder(
            "9001", order, "71", ANNA.email, ("50667",), self.ship_to, Money(4990, "EUR")
        )

    async def orders_of(self, customer_id: str, limit: int) -> tuple[PlatformOrder, ...]:
        return (await self.order("10023"),)

    async def customer(self, customer_id: str) -> Customer:
        self._read()
        if customer_id != ANNA.id:
            raise NotFound
        return ANNA

    async def customer_by_email(self, email: str) -> Customer | None:
        self._read()
        return ANNA if email.lower() == ANNA.email else None

    async def customers_named(self, name: str) -> tuple[PlatformCustomer, ...]:
        self._read()
        return self.people

    async def may_cancel(self, order: PlatformOrder) -> None:
        self._read()

    async def may_move(self, order: PlatformOrder) -> None:
        self._read()

    async def cancel(self, order: PlatformOrder, note: str) -> None:
        self._change("cancelled")

    async def is_cancelled(self, order: PlatformOrder, note: str) -> bool:
        return order.order.state == "cancelled"

    async def move(self, order: PlatformOrder, to: Address) -> None:
        self._change("moved", to)

    def _read(self) -> None:
        if self.away is not None:
            raise self.away

    def _change(self, what: str, to: Address | None = None) -> None:
        failure = self.fails.pop(0) if self.fails else None
        if failure is None or self.does:
            self.done = [*(self.done or []), what]
            if to is not None:
                self.ship_to = to
            else:
                self.state = "cancelled"
        if failure is not None:
            raise failure


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def keyed() -> KeyedHash:
    return KeyedHash(SEAL_SECRET)


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("connector")
    engine = open_database(f"sqlite:///{folder}/connector.db")
    yield engine
    engine.dispose()
