"""Putting times, amounts and items into words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timezone

from backends.decimals import written
from backends.models import Money, Order, OrderItem, Shipment

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def money(amount: Money) -> str:
    """An amount as a customer reads it, such as "€49.90"."""
    value = written(amount)
    sign = _SIGNS.get(amount.currency)
    return f"{sign}{value}" if sign else f"{value} {amount.currency}"


def day(value: date | datetime | None) -> str:
    """A day in words, such as "Thursday 26 November"; "a day we don't know yet" for None."""
    if value is None:
        return "a day we don't know yet"
    return f"{value:%A} {value.day} {value:%B}"


def moment(value: datetime, now: datetime | None = None) -> str:
    """A promise in words, such as "today by 15:40 (UTC)" or "by Tuesday 24 November, 12:00 (UTC)".

    Args:
        value: when, aware.
        now: the present, aware; the clock's if None.
    """
    value = value.astimezone(timezone.utc)
    today = (now or datetime.now(timezone.utc)).astimezone(timezone.utc).date()
    time = f"{value:%H:%M} (UTC)"
    if value.date() == today:
        return f"today by {time}"
    if (value.date() - today).days == 1:
        return f"tomorrow, {day(value)}, by {time}"
    return f"by {day(value)}, {time}"


def things(items: Iterable[OrderItem]) -> str:
    """Order items in words, such as "2 × Linen shirt (blue, M) and 1 more"; never empty."""
    listed = list(items)
    if not listed:
        return "nothing"
    words = []
    for item in listed[:3]:
        variant = f" ({item.variant})" if item.variant else ""
        times = f"{item.quantity} × " if item.quantity > 1 else ""
        words.append(f"{times}{item.product}{variant}")
    if len(listed) > len(words):
        words.append(f"{len(listed) - len(words)} more")
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def minutes(seconds: float) -> str:
    """A waiting time in whole minutes, at least one: "1 minute", "14 minutes"."""
    whole = max(1, round(seconds / 60))
    return "1 minute" if whole == 1 else f"{whole} minutes"


def tracking_line(shipments: Iterable[Shipment]) -> str:
    """Carrier, number and link of the parcels that are under way; "" if there are none."""
    lines = []
    for parcel in shipments:
        if parcel.delivered_at is None and parcel.tracking_number:
            link = f": {parcel.tracking_url}" if parcel.tracking_url else ""
            lines.append(f"{parcel.carrier}, tracking number {parcel.tracking_number}{link}")
    return f"It's with {' and '.join(lines)}." if lines else ""


def refund_method(order: Order) -> str:
    """What a refund goes back to, such as "card ending in 4242", of the payments of an order."""
    refunded = [p for p in order.payments if p.status in {"refund_pending", "refunded"}]
    paid = (refunded or list(order.payments))[:1]
    return paid[0].method if paid else "original payment method"


def refund_line(order: Order) -> str:
    """What happens to the money of a cancelled, returned or refunded order; "" if nothing does."""
    if order.refund is None:
        return ""
    method = refund_method(order)
    amount = money(order.refund)
    if order.state == "refunded":
        return f"{amount} went back to your {method}."
    if order.refund_expected_by is not None:
        return f"{amount} goes back to your {method}, by {day(order.refund_expected_by)}."
    return f"{amount} goes back to your {method}."
