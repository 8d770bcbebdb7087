"""A small WooCommerce with a few customers and orders, and clients for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from backends.connect import Backends, connect
from tests.providers.smtp_server import SmtpServer, smtp_server
from tests.providers.woocommerce_server import WooCommerceServer, ago, item, woocommerce_server
from tests.support.connector import connector_settings

ANNA, GUEST = "anna.berg@example.com", "gina.guest@example.com"


def fill(server: WooCommerceServer) -> None:
    """Put customers and orders into a shop."""
    server.add_customer(71, ANNA, "Anna", "Berg")
    server.add_customer(72, "ben.okafor@example.com", "Ben", "Okafor")
    server.add_customer(75, "dan.evans@example.com", "Dan", "Evans")
    tracking = {
        "tracking_provider": "dhl",
        "tracking_number": "00340434161094042557",
        "custom_tracking_link": "https://track.example/00340434161094042557",
        "date_shipped": "1795000000",
        "tracking_id": "abc",
    }
    shirt = item(11, "Linen shirt - blue, M", parent_name="Linen shirt")
    server.add_order(
        10023,
        71,
        ANNA,
        status="completed",
        line_items=[shirt, item(12, "Stoneware mug", "20.00", quantity=2, total_tax="3.80")],
        meta_data=[
            {"id": 1, "key": "_wc_shipment_tracking_items", "value": [tracking]},
            {"id": 2, "key": "is_vat_exempt", "value": "no"},
        ],
        date_created_gmt=ago(days=4),
    )
    server.add_order(10024, 71, ANNA, date_created_gmt=ago(days=1))
    server.add_order(10026, 71, ANNA, status="refunded", date_created_gmt=ago(days=30))
    server.add_refund(10026, "49.90", ago(hours=2))
    server.add_order(10031, 72, "ben.okafor@example.com")
    server.add_order(10041, 0, GUEST, date_created_gmt=ago(days=9))
    server.add_order(10042, 0, GUEST, date_created_gmt=ago(days=2))
    server.add_order(10071, 75, "dan.evans@example.com")
    server.add_order(10072, 75, "dan.evans@example.com")
    server.add_order(10073, 75, "dan.evans@example.com", payment_method="cod")


@pytest.fixture
def shop() -> Iterator[WooCommerceServer]:
    with woocommerce_server() as server:
        fill(server)
        yield server


@pytest.fixture(scope="module")
def mail() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def settings(shop: WooCommerceServer, mail: SmtpServer, tmp_path: Path) -> dict[str, str]:
    return {**connector_settings(mail, tmp_path), **shop.settings()}


@pytest.fixture
async def woocommerce(settings: dict[str, str]) -> AsyncIterator[Backends]:
    backends = connect(settings)
    yield backends
    await backends.close()
