"""What the desk shows of the shop's records, from a real shop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from backends.connect import connect
from backends.models import Money
from desk import handoffs, urgency
from desk.customers import Customers, ShopProblem, money
from desk.database import Database
from tests.desk.people import wanted
from tests.support.shop import RunningShop, running_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    with running_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
async def customers(shop: RunningShop) -> AsyncIterator[Customers]:
    clients = connect({"FRONTDESK_SHOP_URL": shop.url, "FRONTDESK_SHOP_TOKEN": shop.token})
    yield Customers(clients)
    await clients.close()


async def test_a_card_has_the_customer_and_their_latest_orders(customers: Customers) -> None:
    card = await customers.card("cus_0001")
    assert card.customer.email == "anna.berg@example.com"
    assert [order.number for order in card.orders] == ["10031", "10023", "10008", "10002"]


async def test_an_order_needs_its_owner_or_a_proof(customers: Customers) -> None:
    assert (await customers.order("cus_0001", "#10031", "")).number == "10031"
    assert (await customers.order(None, "10031", "20095")).number == "10031"
    assert (await customers.order(None, "10031", "anna.berg@example.com")).number == "10031"
    with pytest.raises(ShopProblem, match="Ask the customer"):
        await customers.order(None, "10031", " ")
    with pytest.raises(ShopProblem, match="No order fits"):
        await customers.order(None, "10031", "99999")
    with pytest.raises(ShopProblem, match="No order fits"):
        await customers.order("cus_0002", "10031", "")  # another customer's
    with pytest.raises(ShopProblem, match="No order fits"):
        await customers.order("cus_0001", "../x", "")


async def test_a_shop_that_is_away_is_said_to_be() -> None:
    clients = connect(
        {"FRONTDESK_SHOP_URL": "http://127.0.0.1:9", "FRONTDESK_SHOP_TOKEN": "x" * 16}
    )
    with pytest.raises(ShopProblem, match="does not answer"):
        await Customers(clients).card("cus_0001")
    await clients.close()


async def test_waiting_customers_are_looked_up(customers: Customers, database: Database) -> None:
    with database.write() as connection:
        known = handoffs.request(connection, wanted("c1", customer_id="cus_0001")).id
        gone = handoffs.request(connection, wanted("c2", customer_id="cus_none")).id
    seen = asyncio.Event()
    left = [2]

    def changed() -> None:
        left[0] -= 1
        if not left[0]:
            seen.set()

    watch = asyncio.create_task(customers.watch(database, changed))
    await asyncio.wait_for(seen.wait(), 60)
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch
    with database.read() as connection:
        assert handoffs.get(connection, known).facts[urgency.ASKED] == "on file"
        assert handoffs.get(connection, gone).facts[urgency.ASKED] == "not on file"


@pytest.mark.parametrize(
    ("amount", "text"), [(Money(7450, "EUR"), "74.50 EUR"), (Money(1200, "JPY"), "1,200 JPY")]
)
def test_amounts_are_written_for_people(amount: Money, text: str) -> None:
    assert money(amount) == text
