"""A customer of a Shopify store, by name and postcode."""

from __future__ import annotations

import pytest

from backends.connect import Backends
from backends.errors import NotFound
from tests.providers.shopify_server import MOST_COST, ShopifyServer

LIVES = {"countryCodeV2": "DE", "zip": "24103"}


@pytest.fixture(autouse=True)
def people(store: ShopifyServer) -> None:
    """Two of the same name, in two towns, and one with an accent."""
    store.shop.add_customer(81, "dora.lind@example.com", "Dora", "Lind", defaultAddress=LIVES)
    elsewhere = {**LIVES, "zip": "20095"}
    store.shop.add_customer(82, "dora2@example.com", "Dora", "Lind", defaultAddress=elsewhere)
    store.shop.add_customer(83, "rene.orr@example.com", "René", "Orr", defaultAddress=LIVES)


async def test_name_and_postcode_find_the_one(shopify: Backends, store: ShopifyServer) -> None:
    found = await shopify.crm.find("dora lind", "24 103")
    assert (found.id, found.email) == ("81", "dora.lind@example.com")
    assert (await shopify.crm.find("Lind, Dora", "20095")).id == "82"
    assert store.asked[-1] == "CustomersByWords"
    assert max(store.costs) < MOST_COST


async def test_neither_fits(shopify: Backends) -> None:
    for name, postcode in (("Dora Lind", "24104"), ("Dora Lin", "24103"), ("Anna Berg", "24103")):
        with pytest.raises(NotFound):
            await shopify.crm.find(name, postcode)


async def test_an_accent_is_found_as_it_is_on_file(shopify: Backends) -> None:
    assert (await shopify.crm.find("RENÉ ORR", "24103")).id == "83"


async def test_words_of_the_search_are_only_words(shopify: Backends, store: ShopifyServer) -> None:
    store.shop.add_customer(84, "not.or@example.com", "Not", "Or", defaultAddress=LIVES)
    assert (await shopify.crm.find('"Not" OR:', "24103")).id == "84"


async def test_the_one_is_found_on_a_later_page(shopify: Backends, store: ShopifyServer) -> None:
    for number in range(100, 145):
        store.shop.add_customer(number, f"d{number}@example.com", "Dora", f"Lind {number}")
    store.shop.add_customer(
        199, "late@example.com", "Dora", "Lind", defaultAddress={**LIVES, "zip": "80331"}
    )
    assert (await shopify.crm.find("Dora Lind", "80331")).id == "199"
    assert store.asked.count("CustomersByWords") == 3


async def test_too_many_to_look_at_are_none(shopify: Backends, store: ShopifyServer) -> None:
    for number in range(100, 205):
        store.shop.add_customer(number, f"d{number}@example.com", "Dora", f"Lind {number}")
    with pytest.raises(NotFound):
        await shopify.crm.find("Dora Lind", "24103")
