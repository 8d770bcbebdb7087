"""Orders and customers of a Shopify store, over its schema."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from backends.change_models import Address
from backends.connect import Backends, connect
from backends.errors import InvalidInput, NotFound, TooManyRequests
from backends.models import Money
from tests.providers.shopify_server import MOST_COST, ShopifyServer
from tests.providers.shopify_shop import ago, bag, card, line, parcel

ANNA, BEN = "71", "72"


async def test_an_order_is_found_by_its_number_and_the_address_on_it(shopify: Backends) -> None:
    order = await shopify.orders.find("10023", email="Anna.Berg@example.com")
    assert (order.number, order.state) == ("10023", "shipped")
    assert [(i.product, i.variant, i.quantity, i.status) for i in order.items] == [
        ("Linen shirt", "blue / M", 1, "shipped"),
        ("Stoneware mug", "", 2, "shipped"),
    ]
    assert order.total == Money(4990, "EUR")
    parcel = order.shipments[0]
    assert (parcel.carrier, parcel.tracking_number) == ("DHL", "00340434161094042557")
    assert parcel.status == "in_transit" and parcel.item_ids == ("1", "2")
    assert order.estimated_day == parcel.estimated_day is not None
    assert order.payments[0].method == "Visa ending in 4242"


@pytest.mark.parametrize("postcode", ["50667", " 506 67".strip()])
async def test_or_by_the_postcode(shopify: Backends, postcode: str) -> None:
    assert (await shopify.orders.find("10024", postcode=postcode)).state == "pending"


@pytest.mark.parametrize(
    ("number", "proof"),
    [
        ("10023", {"email": "ben.okafor@example.com"}),
        ("10023", {"postcode": "50668"}),
        ("10023", {"email": "anna.berg@example.com", "postcode": "1"}),
        ("10031", {"email": "anna.berg@example.com"}),
        ("55555", {"email": "anna.berg@example.com"}),
        ("1002", {"email": "anna.berg@example.com"}),  # a part of a number is none
        ("10099", {"email": "anna.berg@example.com"}),  # nobody's, without an address
    ],
)
async def test_nothing_else_finds_one(
    shopify: Backends, number: str, proof: dict[str, Any]
) -> None:
    with pytest.raises(NotFound) as caught:
        await shopify.orders.find(number, **proof)
    assert str(caught.value) == str(NotFound())


async def test_after_five_misses_a_number_is_left_in_peace(shopify: Backends) -> None:
    for _ in range(5):
        with pytest.raises(NotFound):
            await shopify.orders.find("10023", postcode="1")
    with pytest.raises(TooManyRequests) as caught:
        await shopify.orders.find("10023", email="anna.berg@example.com")
    assert 0 < caught.value.retry_after <= 15 * 60
    assert (await shopify.orders.find("10024", postcode="50667")).number == "10024"


@pytest.mark.parametrize("number", ['10023" OR name:"10031', "10 023", "", "#10023", "x" * 41])
async def test_what_cannot_be_a_number_is_not_asked_for(
    shopify: Backends, store: ShopifyServer, number: str
) -> None:
    with pytest.raises(InvalidInput):
        await shopify.orders.find(number, email="anna.berg@example.com")
    assert store.asked == []


async def test_a_customers_orders_come_newest_first_over_pages(
    shopify: Backends, store: ShopifyServer
) -> None:
    orders = await shopify.orders.list(ANNA)
    assert [order.number for order in orders] == ["10024", "10023", "10025", "10026"]
    assert store.asked == ["OrdersOfCustomer"] * 2
    assert [order.number for order in await shopify.orders.list(ANNA, 3)] == [
        *("10024", "10023", "10025")
    ]


@pytest.mark.parametrize(("prefix", "name"), [("none", "20001"), ("EN-", "EN-20001")])
async def test_an_orders_name_may_begin_otherwise(
    settings: dict[str, str], store: ShopifyServer, prefix: str, name: str
) -> None:
    store.shop.add_order(name, 71, [line(1, "Thing")])
    backends = connect({**settings, "FRONTDESK_SHOPIFY_ORDER_PREFIX": prefix})
    assert (await backends.orders.get(ANNA, "20001")).number == "20001"
    await backends.close()


async def test_nobody_elses_order_is_shown(shopify: Backends) -> None:
    assert (await shopify.orders.get(ANNA, "10023")).number == "10023"
    for customer, number in ((BEN, "10023"), (ANNA, "10031"), (ANNA, "10099"), ("7", "10023")):
        with pytest.raises(NotFound):
            await shopify.orders.get(customer, number)
    for customer in ("73", "cus_0001", "71/../72"):
        with pytest.raises(NotFound):
            await shopify.orders.list(customer)


async def test_an_order_with_many_lines_is_read_to_its_end(
    shopify: Backends, store: ShopifyServer
) -> None:
    store.shop.add_order("#10040", 71, [line(100 + n, f"Thing {n}") for n in range(75)])
    order = await shopify.orders.get(ANNA, "10040")
    assert [item.product for item in order.items] == [f"Thing {n}" for n in range(75)]
    assert store.asked == ["OrderByName", "MoreLines", "MoreLines"]


async def test_no_query_comes_near_to_what_one_may_cost(
    shopify: Backends, store: ShopifyServer
) -> None:
    store.shop.add_order("#10040", 71, [line(100 + n, f"Thing {n}") for n in range(75)])
    await shopify.orders.list(ANNA)
    await shopify.accounts.send_code("anna.berg@example.com", idempotency_key="k" * 8)
    await shopify.crm.customer(ANNA)
    assert max(store.costs) < MOST_COST * 0.7


_RETURNS = {"displayFulfillmentStatus": "FULFILLED"}


@pytest.mark.parametrize(
    ("state", "more", "status"),
    [
        ("pending", {"displayFulfillmentStatus": "ON_HOLD"}, None),
        ("pending", {"displayFulfillmentStatus": "SCHEDULED"}, None),
        ("packed", {"displayFulfillmentStatus": "IN_PROGRESS"}, None),
        ("shipped", _RETURNS, "MARKED_AS_FULFILLED"),
        ("delayed", _RETURNS, "DELAYED"),
        ("delivered", _RETURNS, "PICKED_UP"),
        ("shipped", {"displayFulfillmentStatus": "PARTIALLY_FULFILLED"}, "IN_TRANSIT"),
        ("partly_delivered", {"displayFulfillmentStatus": "PARTIALLY_FULFILLED"}, "DELIVERED"),
        ("return_requested", {**_RETURNS, "returnStatus": "RETURN_REQUESTED"}, "DELIVERED"),
        ("return_requested", {**_RETURNS, "returnStatus": "IN_PROGRESS"}, "DELIVERED"),
        ("returned", {**_RETURNS, "returnStatus": "RETURNED"}, "DELIVERED"),
        ("delivered", {**_RETURNS, "returnStatus": "RETURN_FAILED"}, "DELIVERED"),
        ("refunded", {**_RETURNS, "displayFinancialStatus": "REFUNDED"}, "DELIVERED"),
        ("cancelled", {"cancelledAt": ago(hours=1), "cancelReason": "INVENTORY"}, None),
    ],
)
async def test_each_state_has_its_word(
    shopify: Backends,
    store: ShopifyServer,
    state: str,
    more: dict[str, Any],
    status: str | None,
) -> None:
    things = [line(200, "Thing")]
    parcels = [parcel(600, status, things)] if status else []
    store.shop.add_order("#10050", 71, things, fulfillments=parcels, **more)
    order = await shopify.orders.get(ANNA, "10050")
    assert order.state == state
    if status in {"DELIVERED", "PICKED_UP"}:
        assert order.shipments[0].delivered_at is not None


async def test_money_that_has_left_the_shop_is_on_its_way_until_a_bank_had_its_days(
    shopify: Backends, store: ShopifyServer
) -> None:
    fresh = await shopify.orders.get(ANNA, "10026")
    assert fresh.refund == Money(4990, "EUR")
    assert fresh.refunded_at is None
    assert fresh.refund_expected_by is not None
    assert fresh.refund_expected_by > datetime.now(timezone.utc).date()
    assert fresh.payments[0].status == "refunded"

    old = [card(), card("REFUND", "10.00", ago(days=40))]
    store.shop.add_order("#10051", 71, [line(1, "Thing")], transactions=old)
    done = await shopify.orders.get(ANNA, "10051")
    assert (done.refund, done.refund_expected_by) == (Money(1000, "EUR"), None)
    assert done.refunded_at is not None

    waiting = [card(), card("REFUND", "10.00", status="PENDING", processedAt=None)]
    store.shop.add_order("#10052", 71, [line(1, "Thing")], transactions=waiting)
    under_way = await shopify.orders.get(ANNA, "10052")
    assert (under_way.refunded_at, under_way.refund_expected_by) == (None, None)
    assert under_way.payments[0].status == "refund_pending"


async def test_money_without_cents(shopify: Backends, store: ShopifyServer) -> None:
    yen = bag("1200", "JPY")
    things = [line(1, "Thing", discountedUnitPriceSet=yen)]
    paid = [card(amountSet=yen, paymentDetails=None, gateway="paypal")]
    store.shop.add_order(
        "#10053", 71, things, totalPriceSet=yen, netPaymentSet=yen, transactions=paid
    )
    order = await shopify.orders.get(ANNA, "10053")
    assert order.total == order.items[0].price == Money(1200, "JPY")
    assert order.payments[0].method == "PayPal"


async def test_a_customer(shopify: Backends, store: ShopifyServer) -> None:
    anna = await shopify.crm.customer(ANNA)
    assert (anna.first_name, anna.email, anna.vip) == ("Anna", "anna.berg@example.com", True)
    assert anna.region == "US"  # FRONTDESK_SHOP_COUNTRY, for she has no address
    with pytest.raises(NotFound):
        await shopify.crm.customer("73")


async def test_an_order_knows_where_it_goes(shopify: Backends) -> None:
    assert shopify.platform is not None
    found = await shopify.platform.order("10024")
    assert found.ship_to == Address("Lindenweg 4", "50667", "Köln", "DE")
