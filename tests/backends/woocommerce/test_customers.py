"""A customer of a WooCommerce shop, by name and postcode: registered, or a guest."""

from __future__ import annotations

import pytest

from backends.connect import Backends
from backends.errors import NotFound
from tests.backends.woocommerce.conftest import GUEST
from tests.providers.woocommerce_server import WooCommerceServer, address


def _ordered(shop: WooCommerceServer, number: int, email: str, first: str, last: str) -> None:
    place = address("Gartenstraße 12", "24103", "Kiel", first_name=first, last_name=last)
    shop.add_order(number, 0, email, billing={**place, "email": email, "phone": ""}, shipping=place)


async def test_a_registered_customer(woocommerce: Backends, shop: WooCommerceServer) -> None:
    shop.add_customer(76, "dan2@example.com", "Dan", "Evans", "20095")
    assert (await woocommerce.crm.find("dan EVANS", "50667")).id == "75"
    assert (await woocommerce.crm.find("Dan Evans", "20-095")).id == "76"


async def test_a_guest_is_named_by_the_first_order(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    for number in (10051, 10052):
        _ordered(shop, number, "dora.lind@example.com", "Dora", "Lind")
    found = await woocommerce.crm.find("Dora Lind", "24103")
    assert (found.id, found.first_name) == ("g-10051", "Dora")
    assert (await woocommerce.crm.find("Dora Lind", "24103", number="10052")).id == "g-10051"
    orders = await woocommerce.orders.list(found.id)
    assert {order.number for order in orders} == {"10051", "10052"}


async def test_who_ordered_before_registering_is_found_once(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    shop.add_customer(77, "dora.lind@example.com", "Dora", "Lind", "24103")
    _ordered(shop, 10051, "dora.lind@example.com", "Dora", "Lind")
    assert (await woocommerce.crm.find("Dora Lind", "24103")).id == "77"


async def test_neither_fits(woocommerce: Backends, shop: WooCommerceServer) -> None:
    _ordered(shop, 10051, "dora.lind@example.com", "Dora", "Lind")
    _ordered(shop, 10052, "dora.the.other@example.com", "Dora", "Lind")
    wrong = [
        ("Dan Evans", "50668"),
        ("Dan Evan", "50667"),
        ("Dora Lind", "24103"),  # two guests
        (GUEST, "50667"),
    ]
    for name, postcode in wrong:
        with pytest.raises(NotFound):
            await woocommerce.crm.find(name, postcode)
