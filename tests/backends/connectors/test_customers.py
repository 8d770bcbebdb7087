"""Customers by name and postcode, over any shop software."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from backends.connectors.customers import ConnectedCustomers
from backends.connectors.database import MISSES
from backends.connectors.keyed import KeyedHash
from backends.connectors.platform import PlatformCustomer
from backends.errors import InvalidInput, NotFound, TooManyRequests
from tests.backends.connectors.conftest import ANNA, Clock, Store

TWIN = replace(ANNA, id="72", email="anna.the.other@example.com")


@pytest.fixture
def customers(store: Store, engine: Engine, keyed: KeyedHash, clock: Clock) -> ConnectedCustomers:
    return ConnectedCustomers(store, engine, keyed, clock)


@pytest.mark.parametrize(
    ("name", "postcode"),
    [("Anna Berg", "50667"), ("berg ANNA", "50 667"), ("Ánna-Berg", "50-667")],
)
async def test_only_the_way_of_writing_may_differ(
    customers: ConnectedCustomers, name: str, postcode: str
) -> None:
    assert await customers.find(name, postcode) == ANNA
    assert await customers.find(name, postcode, number="10023") == ANNA


@pytest.mark.parametrize(
    ("name", "postcode", "number"),
    [
        ("Anna Berg", "50668", None),
        ("Anna Bergh", "50667", None),
        ("Anna", "50667", None),
        ("Anna Berg", "50667", "10024"),
    ],
)
async def test_whatever_does_not_fit_is_not_found(
    customers: ConnectedCustomers, name: str, postcode: str, number: str | None
) -> None:
    with pytest.raises(NotFound) as caught:
        await customers.find(name, postcode, number=number)
    assert str(caught.value) == str(NotFound())


async def test_of_namesakes_only_the_one_with_the_order_is_found(
    customers: ConnectedCustomers, store: Store
) -> None:
    store.people = (*store.people, PlatformCustomer(TWIN, ("50667",)))
    with pytest.raises(NotFound):
        await customers.find("Anna Berg", "50667")
    assert await customers.find("Anna Berg", "50667", number="10023") == ANNA


async def test_one_who_is_found_twice_is_one(customers: ConnectedCustomers, store: Store) -> None:
    store.people *= 2
    assert await customers.find("Anna Berg", "50667") == ANNA


async def test_who_has_no_postcode_is_never_found(
    customers: ConnectedCustomers, store: Store
) -> None:
    store.people = (PlatformCustomer(ANNA, ("", "-")),)
    with pytest.raises(NotFound):
        await customers.find("Anna Berg", "0")


async def test_five_misses_close_a_name_and_a_postcode(
    customers: ConnectedCustomers, clock: Clock, engine: Engine
) -> None:
    for n in range(5):
        with pytest.raises(NotFound):
            await customers.find("Anna Berg", f"5060{n}")
        clock.now += 60
    with pytest.raises(TooManyRequests) as caught:
        await customers.find("anna berg", "50667")
    assert caught.value.retry_after == 14 * 60
    with engine.connect() as connection:
        kept = [row.number for row in connection.execute(select(MISSES))]
    assert len(kept) == 10
    assert all(len(key) == 64 for key in kept)
    clock.now += 14 * 60
    assert await customers.find("Anna Berg", "50667") == ANNA


@pytest.mark.parametrize(
    ("name", "postcode"), [("", "50667"), ("123", "50667"), ("a" * 201, "50667"), ("Anna Berg", "")]
)
async def test_what_can_be_neither_is_refused(
    customers: ConnectedCustomers, name: str, postcode: str
) -> None:
    with pytest.raises(InvalidInput):
        await customers.find(name, postcode)
