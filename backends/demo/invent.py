"""One made-up order: what is in it, and what happened to it until now."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from backends.demo import times
from backends.demo.catalogue import (
    CANCELLATIONS,
    CARRIERS,
    DELAYS,
    PRODUCTS,
    Product,
    Variant,
)
from backends.demo.methods import methods_of
from backends.demo.people import Person

Row = dict[str, Any]
# A product, which of its variants, how many.
Choice = tuple[Product, Variant, int]


@dataclass
class Invented:
    """The rows of one order, by table; the names are those of the columns."""

    order: Row
    items: list[Row] = field(default_factory=list)
    shipments: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)


def choose(rng: random.Random, at_least: int) -> list[Choice]:
    """What somebody might buy: a few different things."""
    products = rng.sample(PRODUCTS, max(at_least, rng.choice((1, 1, 1, 2, 2, 3))))
    return [
        (product, rng.choice(product.variants), rng.choice((1, 1, 1, 2, 4))) for product in products
    ]


def invent(
    rng: random.Random,
    *,
    number: str,
    person: Person,
    state: str,
    placed: datetime,
    now: datetime,
    choices: list[Choice],
    paid_with: str | None = None,
) -> Invented:
    """Make an order that is in this state now.

    Args:
        rng: where chance comes from.
        number: the order number.
        person: whose it is.
        state: one of the contract's.
        placed: when it was placed; long enough ago for the state.
        now: this moment.
        choices: what is in it; two or more for `partly_delivered`.
        paid_with: the kind of payment method; by chance, most often the first, when None.
    """
    order: Row = {
        "number": number,
        "customer_id": person.id,
        "email": person.email,
        "street": person.street,
        "city": person.city[0],
        "postcode": person.city[1],
        "country": person.region.code,
        "state": state,
        "placed_at": times.write(placed),
        "currency": person.region.currency,
        "total": sum(variant.price * quantity for _, variant, quantity in choices),
    }
    made = Invented(order)
    for position, (product, variant, quantity) in enumerate(choices, start=1):
        made.items.append(
            {
                "id": f"itm_{number}_{position}",
                "order_number": number,
                "position": position,
                "product": product.name,
                "variant": variant.title,
                "product_id": product.id,
                "variant_id": product.variant_id(variant),
                "quantity": quantity,
                "price": variant.price,
                "status": "pending",
                "shipment_id": None,
            }
        )
    methods = methods_of(person)
    if paid_with is not None:
        method = next(one for one in methods if one["kind"] == paid_with)
    else:
        method = methods[0] if rng.random() < 0.7 else rng.choice(methods)
    made.payments.append(
        {
            "order_number": number,
            "position": 1,
            "method": method["label"],
            "method_id": method["id"],
            "status": "paid",
            "amount": order["total"],
            "refunded": 0,
        }
    )
    _HAPPENED[state](made, rng, placed, now)
    return made


def _pending(made: Invented, rng: random.Random, placed: datetime, now: datetime) -> None:
    made.order["estimated_day"] = _day(now, rng.randint(3, 6))
    made.payments[0]["status"] = "authorised"


def _packed(made: Invented, rng: random.Random, placed: datetime, now: datetime) -> None:
    made.order["estimated_day"] = _day(now, rng.randint(2, 5))
    _status(made.items, "packed")


def _shipped(made: Invented, rng: random.Random, placed: datetime, now: datetime) -> None:
    made.order["estimated_day"] = estimated = _day(now, rng.randint(0, 3))
    today = estimated == now.date().isoformat()
    status = "out_for_delivery" if today else "in_transit"
    _ship(made, rng, made.items, placed, status, estimated=estimated)


def _delayed(made: Invented, rng: random.Random, placed: datetime, now: datetime) -> None:
    made.order["delay_reason"] = reason = rng.choice(DELAYS)
    made.order["estimated_day"] = _day(now, rng.randint(3, 8))
    if "workshop" in reason or "sending a new one" in reason:
        _status(made.items, "packed")
    else:
        estimated = made.order["estimated_day"]
        _ship(made, rng, made.items, placed, "held", estimated=estimated)


def _partly(made: Invented, rng: random.Random, placed: datetime, now: datetime) -> None:
    made.order["estimated_day"] = _day(now, rng.randint(1, 4))
    first, rest = made.items[:1], made.items[1:]
    _ship(made, rng, first, placed, "delivered", delivered=placed + timedelta(days=3))
    estimated = made.order["estimated_day"]
    _ship(made, rng, rest, placed + timedelta(days=1), "in_transit", estimated=estimated)


def _delivered(made: Invented, rng: random.Random, placed: datetime, now: datetime) -> None:
    arrived = placed + timedelta(days=rng.randint(2, 4), hours=rng.randint(1, 8))
    _ship(made, rng, made.items, placed, "delivered", delivered=arrived)


def _cancelled(made: Invented, rng: random.Random, placed: datetime, now: datetime) -> None:
    at = placed + timedelta(hours=rng.randint(1, 20))
    made.order["cancelled_at"] = times.write(at)
    made.order["cancel_reason"] = rng.choice(CANCELLATIONS)
    _status(made.items, "cancelled")
    if "payment" in made.order["cancel_reason"]:
        made.payments[0]["status"] = "authorised"
    else:
        _refund(made, rng, at, now)


def _returned(made: Invented, rng: random.Random, placed: datetime, now: datetime) -> None:
    _delivered(made, rng, placed, now)
    _status(made.items, "returned")
    back = now - timedelta(days=rng.randint(0, 3), hours=rng.randint(1, 12))
    made.order["returned_at"] = times.write(back)
    _refund(made, rng, back, now)


def _refunded(made: Invented, rng: random.Random, placed: datetime, now: datetime) -> None:
    _delivered(made, rng, placed, now)
    _status(made.items, "returned")
    back = placed + timedelta(days=rng.randint(8, 11))
    made.order["returned_at"] = times.write(back)
    _refund(made, rng, back, now)


_HAPPENED = {
    "pending": _pending,
    "packed": _packed,
    "shipped": _shipped,
    "delayed": _delayed,
    "partly_delivered": _partly,
    "delivered": _delivered,
    "cancelled": _cancelled,
    "returned": _returned,
    "refunded": _refunded,
}
# The shop gives money back within so many days; until then the refund is under way.
REFUND_TAKES = timedelta(days=6)


def _refund(made: Invented, rng: random.Random, since: datetime, now: datetime) -> None:
    order, payment = made.order, made.payments[0]
    order["refund"] = order["total"]
    done = since + REFUND_TAKES
    if done <= now:
        order["refunded_at"] = times.write(done)
        payment.update(status="refunded", refunded=order["total"])
    else:
        order["refund_expected_by"] = _day(done, rng.randint(0, 2))
        payment["status"] = "refund_pending"


def _ship(
    made: Invented,
    rng: random.Random,
    items: list[Row],
    placed: datetime,
    status: str,
    *,
    estimated: str | None = None,
    delivered: datetime | None = None,
) -> None:
    carrier, letters, page = rng.choice(CARRIERS)
    tracking = f"{letters}{rng.randrange(10**10):010d}"
    position = len(made.shipments) + 1
    shipment_id = f"shp_{made.order['number']}_{position}"
    made.shipments.append(
        {
            "id": shipment_id,
            "order_number": made.order["number"],
            "position": position,
            "carrier": carrier,
            "tracking_number": tracking,
            "tracking_url": page + tracking,
            "status": status,
            "shipped_at": times.write(placed + timedelta(hours=rng.randint(14, 26))),
            "estimated_day": estimated,
            "delivered_at": None if delivered is None else times.write(delivered),
        }
    )
    for item in items:
        item["shipment_id"] = shipment_id
    _status(items, "delivered" if delivered else "shipped")


def _status(items: list[Row], status: str) -> None:
    for item in items:
        item["status"] = status


def _day(start: datetime, days: int) -> str:
    """A day on which parcels arrive: none on Sundays."""
    day: date = start.date() + timedelta(days=days)
    if day.weekday() == 6:
        day += timedelta(days=1)
    return day.isoformat()
