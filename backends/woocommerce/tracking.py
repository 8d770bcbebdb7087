"""Parcels, as the Shipment Tracking plugins keep them with an order: WooCommerce has none itself.

WooCommerce's own Shipment Tracking and Advanced Shipment Tracking use the same key and names.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from backends.models import OrderState, Shipment
from backends.woocommerce import shapes

_KEY = "_wc_shipment_tracking_items"
# So short a name is written in capitals: dhl, ups, usps.
_ABBREVIATION = 4


def parcels(found: shapes.Order, state: OrderState) -> tuple[Shipment, ...]:
    """The parcels that have a number; what cannot be read is left out."""
    listed = next((meta.value for meta in found.meta_data if meta.key == _KEY), None)
    items = tuple(str(line.id) for line in found.line_items)
    if not isinstance(listed, list):
        return ()
    return tuple(
        _parcel(one, items, state)
        for one in listed
        if isinstance(one, dict) and one.get("tracking_number")
    )


def _parcel(one: dict[str, Any], items: tuple[str, ...], state: OrderState) -> Shipment:
    carrier = one.get("custom_tracking_provider") or one.get("formatted_tracking_provider")
    carrier = str(carrier or one.get("tracking_provider") or "the carrier")
    carrier = carrier.replace("-", " ").strip()
    link = str(one.get("custom_tracking_link") or one.get("formatted_tracking_link") or "")
    number = str(one["tracking_number"])
    return Shipment(
        id=str(one.get("tracking_id") or number),
        carrier=carrier.upper() if len(carrier) <= _ABBREVIATION else carrier,
        tracking_number=number,
        tracking_url=link if link.startswith(("http://", "https://")) else None,
        status="delivered" if state == "delivered" else "in_transit",
        shipped_at=_day(one.get("date_shipped")),
        estimated_day=None,
        delivered_at=None,
        item_ids=items,
    )


def _day(value: object) -> datetime | None:
    """The plugins write seconds since 1970, as text or as a number."""
    text = str(value or "")
    return datetime.fromtimestamp(int(text), timezone.utc) if text.isdigit() else None
