"""A small Shopify with a few customers and orders, and clients for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from backends.connect import Backends, connect
from tests.providers.shopify_server import ShopifyServer, shopify_server
from tests.providers.shopify_shop import ago, ahead, card, line, parcel, tracked
from tests.providers.smtp_server import SmtpServer, smtp_server
from tests.support.connector import connector_settings


def fill(server: ShopifyServer) -> None:
    """Put customers and orders into a store."""
    shop = server.shop
    shop.add_customer(71, "anna.berg@example.com", "Anna", "Berg", tags=["VIP"])
    shop.add_customer(72, "ben.okafor@example.com", "Ben", "Okafor")
    sent = [line(1, "Linen shirt", variantTitle="blue / M"), line(2, "Stoneware mug", quantity=2)]
    way = parcel(
        501,
        "IN_TRANSIT",
        sent,
        trackingInfo=tracked("00340434161094042557"),
        estimatedDeliveryAt=ahead(days=2),
    )
    shop.add_order(
        "#10023", 71, sent, displayFulfillmentStatus="FULFILLED", fulfillments=[way],
        createdAt=ago(days=4),
    )  # fmt: skip
    shop.add_order("#10024", 71, [line(3, "Reading lamp")], createdAt=ago(days=1))
    came = [line(4, "Wool blanket", variantTitle="Default Title")]
    there = parcel(502, "DELIVERED", came, deliveredAt=ago(days=10), trackingInfo=tracked("X1"))
    shop.add_order(
        "#10025", 71, came, displayFulfillmentStatus="FULFILLED", fulfillments=[there],
        createdAt=ago(days=20),
    )  # fmt: skip
    back = [card(), card("REFUND", "49.90", ago(hours=2))]
    shop.add_order(
        "#10026", 71, [line(5, "Kettle")], cancelledAt=ago(hours=2), cancelReason="CUSTOMER",
        displayFinancialStatus="REFUNDED", transactions=back, createdAt=ago(days=30),
    )  # fmt: skip
    shop.add_order("#10031", 72, [line(6, "Reading lamp")])
    shop.add_customer(74, "cleo.dubois@example.com", "Cleo", "Dubois")
    blanket = [line(8, "Wool blanket"), line(9, "Reading lamp")]
    here = parcel(503, "DELIVERED", blanket, deliveredAt=ago(days=3))
    shop.add_order("#10061", 74, blanket, displayFulfillmentStatus="FULFILLED", fulfillments=[here])
    shop.add_customer(
        75, "dan.evans@example.com", "Dan", "Evans", defaultAddress={"countryCodeV2": "DE"}
    )
    shop.add_order("#10071", 75, [line(10, "Reading lamp")])
    shop.add_order("#10072", 75, [line(11, "Stoneware mug")])
    shop.add_order("#10099", None, [line(7, "Kettle")], email=None)


@pytest.fixture
def store() -> Iterator[ShopifyServer]:
    with shopify_server() as server:
        fill(server)
        yield server


@pytest.fixture(scope="module")
def mail() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def settings(store: ShopifyServer, mail: SmtpServer, tmp_path: Path) -> dict[str, str]:
    return {**connector_settings(mail, tmp_path), **store.settings()}


@pytest.fixture
async def shopify(settings: dict[str, str]) -> AsyncIterator[Backends]:
    backends = connect(settings)
    yield backends
    await backends.close()
