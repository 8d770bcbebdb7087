"""Orders and customers of a WooCommerce shop, over its REST API."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from backends.connect import Backends, connect
from backends.errors import NotFound, NotOffered, TooManyRequests
from backends.models import Money
from tests.backends.woocommerce.conftest import ANNA, GUEST
from tests.providers.smtp_server import SmtpServer
from tests.providers.woocommerce_server import WooCommerceServer, ago
from tests.support.connector import codes_to


async def test_an_order_is_found_by_its_number_and_the_address_on_it(
    woocommerce: Backends,
) -> None:
    order = await woocommerce.orders.find("10023", email=ANNA.upper())
    assert (order.number, order.state) == ("10023", "shipped")
    assert [(i.product, i.variant, i.quantity, i.price) for i in order.items] == [
        ("Linen shirt", "blue, M", 1, Money(4990, "EUR")),
        ("Stoneware mug", "", 2, Money(1190, "EUR")),
    ]
    parcel = order.shipments[0]
    assert (parcel.carrier, parcel.tracking_number) == ("DHL", "00340434161094042557")
    assert parcel.tracking_url == "https://track.example/00340434161094042557"
    assert order.payments[0].method == "Credit card (Stripe)"
    assert (await woocommerce.orders.find("10024", postcode="506-67")).state == "pending"


@pytest.mark.parametrize(
    ("number", "proof"),
    [
        ("10023", {"email": "ben.okafor@example.com"}),
        ("10023", {"postcode": "50668"}),
        ("10031", {"email": ANNA}),
        ("55555", {"email": ANNA}),
        ("1002", {"email": ANNA}),
    ],
)
async def test_nothing_else_finds_one(
    woocommerce: Backends, number: str, proof: dict[str, Any]
) -> None:
    with pytest.raises(NotFound):
        await woocommerce.orders.find(number, **proof)


async def test_after_five_misses_a_number_is_left_in_peace(woocommerce: Backends) -> None:
    for _ in range(5):
        with pytest.raises(NotFound):
            await woocommerce.orders.find("10023", postcode="1")
    with pytest.raises(TooManyRequests):
        await woocommerce.orders.find("10023", email=ANNA)


async def test_a_number_that_a_plugin_gave_is_searched_for(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    shop.add_order(501, 71, ANNA, number="20501")
    shop.add_order(20501, 72, "ben.okafor@example.com", number="20777")
    shop.orders[10024]["billing"]["phone"] = "020501"  # a search finds this too
    assert (await woocommerce.orders.get("71", "20501")).number == "20501"
    assert (await woocommerce.orders.get("72", "20777")).number == "20777"
    with pytest.raises(NotFound):
        await woocommerce.orders.get("72", "20501")


async def test_orders_come_newest_first_and_drafts_are_none(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    shop.add_order(10029, 71, ANNA, status="checkout-draft", date_created_gmt=ago())
    found = await woocommerce.orders.list("71")
    assert [order.number for order in found] == ["10024", "10023", "10026"]
    assert [order.number for order in await woocommerce.orders.list("71", 1)] == ["10024"]
    with pytest.raises(NotFound):
        await woocommerce.orders.get("71", "10029")


async def test_a_list_is_read_over_its_pages(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    for number in range(30001, 30046):
        shop.add_order(number, 72, "ben.okafor@example.com", date_created_gmt=ago(days=number))
    assert len(await woocommerce.orders.list("72", 50)) == 46
    assert shop.asked.count("GET /orders") == 3


async def test_nobody_elses_order_is_shown(woocommerce: Backends) -> None:
    for customer, number in (("72", "10023"), ("71", "10031"), ("0", "10041"), ("71", "10041")):
        with pytest.raises(NotFound):
            await woocommerce.orders.get(customer, number)
    for customer in ("0", "cus_1", "g-10031", "g-99999"):
        with pytest.raises(NotFound):
            await woocommerce.orders.list(customer)
    with pytest.raises(NotFound):
        await woocommerce.crm.customer("99")


async def test_a_guest_is_proven_by_code_and_sees_what_they_ordered(
    woocommerce: Backends, mail: SmtpServer
) -> None:
    challenge = await woocommerce.accounts.send_code(GUEST, idempotency_key="for-the-guest")
    assert woocommerce.settled is not None
    await woocommerce.settled()
    guest = await woocommerce.accounts.verify_code(challenge.id, codes_to(mail, GUEST)[-1])
    assert (guest.id, guest.email, guest.region) == ("g-10041", GUEST, "DE")
    found = await woocommerce.orders.list(guest.id)
    assert [order.number for order in found] == ["10042", "10041"]
    assert (await woocommerce.orders.get(guest.id, "10042")).number == "10042"
    assert (await woocommerce.crm.customer(guest.id)).first_name == "Anna"
    with pytest.raises(NotFound):
        await woocommerce.orders.get(guest.id, "10023")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", "pending"),
        ("processing", "pending"),
        ("on-hold", "pending"),
        ("completed", "shipped"),
        ("cancelled", "cancelled"),
        ("failed", "cancelled"),
        ("refunded", "refunded"),
        ("ready-to-ship", "packed"),
        ("arrived", "delivered"),
    ],
)
async def test_each_status_has_its_word(
    settings: dict[str, str], shop: WooCommerceServer, status: str, state: str
) -> None:
    own = {"FRONTDESK_WOOCOMMERCE_STATUSES": "ready-to-ship=packed, wc-arrived=delivered"}
    backends = connect(settings | own)
    shop.add_order(10050, 71, ANNA, status=status)
    assert (await backends.orders.get("71", "10050")).state == state
    await backends.close()


async def test_a_status_that_nobody_has_named_is_a_persons(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    shop.add_order(10050, 71, ANNA, status="awaiting-engraving")
    shop.add_order(10060, 72, "ben.okafor@example.com", status="awaiting-engraving")
    # a stranger learns nothing of it, and one odd order does not hide the others
    with pytest.raises(NotFound):
        await woocommerce.orders.find("10050", email="ben.okafor@example.com")
    with pytest.raises(NotFound):
        await woocommerce.orders.get("72", "10050")
    assert "10050" not in [order.number for order in await woocommerce.orders.list("71")]
    with pytest.raises(NotOffered):
        await woocommerce.orders.find("10050", email=ANNA)
    with pytest.raises(NotOffered, match=r"awaiting-engraving.*FRONTDESK_WOOCOMMERCE_STATUSES"):
        await woocommerce.orders.get("71", "10050")


async def test_money_that_was_given_back_is_on_its_way_until_a_bank_had_its_days(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    fresh = await woocommerce.orders.get("71", "10026")
    assert fresh.refund == Money(4990, "EUR")
    assert fresh.refund_expected_by is not None
    assert fresh.refund_expected_by > datetime.now(timezone.utc).date()
    shop.add_order(10051, 71, ANNA, status="completed")
    shop.add_refund(10051, "10.00", ago(days=40))
    done = await woocommerce.orders.get("71", "10051")
    assert (done.state, done.refund, done.refund_expected_by) == (
        *("shipped", Money(1000, "EUR")),
        None,
    )
    assert done.refunded_at is not None
