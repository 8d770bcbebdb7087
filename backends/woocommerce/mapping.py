"""WooCommerce's orders and customers in our words. docs/connectors.md explains each choice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone

from backends import decimals
from backends.change_models import Address
from backends.connectors import paid_with, places
from backends.connectors.platform import PlatformOrder
from backends.errors import BackendUnavailable
from backends.models import (
    Customer,
    ItemStatus,
    Money,
    Order,
    OrderItem,
    OrderState,
    Payment,
    PaymentStatus,
)
from backends.policy import Policy
from backends.woocommerce import shapes, tracking

# Not placed yet, or thrown away.
NO_ORDER = frozenset({"checkout-draft", "auto-draft", "trash"})
_STATES: dict[str, OrderState] = {
    "pending": "pending",
    "on-hold": "pending",
    "processing": "pending",
    "completed": "shipped",
    "cancelled": "cancelled",
    "failed": "cancelled",
    "refunded": "refunded",
}
_ITEMS: dict[OrderState, ItemStatus] = {
    "packed": "packed",
    "shipped": "shipped",
    "delayed": "shipped",
    "partly_delivered": "shipped",
    "delivered": "delivered",
    "cancelled": "cancelled",
    "return_requested": "return_requested",
    "exchange_requested": "exchange_requested",
    "returned": "returned",
    "refunded": "returned",
}


def moment(text: str | None) -> datetime | None:
    """A time in GMT that does not say so.

    Raises:
        BackendUnavailable: it is none.
    """
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)
    except ValueError:
        raise BackendUnavailable(
            "a time of WooCommerce's is none", code="unreadable_answer"
        ) from None


def customer(found: shapes.Customer, country: str) -> Customer:
    """A registered customer; `country` is of those who have no address."""
    return Customer(
        id=str(found.id),
        first_name=found.first_name,
        last_name=found.last_name,
        email=found.email,
        phone=found.billing.phone or None,
        region=found.billing.country or country,
        vip=False,
    )


def guest(found: shapes.Order, customer_id: str, country: str) -> Customer:
    """Who ordered without registering, as the order has them."""
    who = found.billing
    return Customer(
        id=customer_id,
        first_name=who.first_name,
        last_name=who.last_name,
        email=who.email,
        phone=who.phone or None,
        region=who.country or country,
        vip=False,
    )


def order(
    found: shapes.Order,
    refunds: tuple[shapes.Refund, ...],
    customer_id: str | None,
    *,
    statuses: Mapping[str, OrderState],
    policy: Policy,
) -> PlatformOrder:
    """An order.

    Args:
        found: as WooCommerce has it.
        refunds: all of its refunds.
        customer_id: whose it is.
        statuses: what the statuses of plugins mean.
        policy: how long refunds take.
    """
    known = statuses.get(found.status) or _STATES.get(found.status)
    state = known or "pending"
    method = paid_with.method(found.payment_method, found.payment_method_title)
    total = _money(found.total, found.currency)
    back = sum(_money(one.amount, found.currency).amount for one in refunds)
    paid = moment(found.date_paid_gmt) is not None
    given = Money(back, found.currency)
    days = [day for one in refunds if (day := moment(one.date_created_gmt))]
    left_at = max(days, default=None)
    expected = paid_with.arrives(left_at, method, policy) if left_at else None
    cancelled_at = moment(found.date_modified_gmt) if state == "cancelled" else None
    parcels = tracking.parcels(found, state)
    goes_to = _ship_to(found)
    return PlatformOrder(
        id=str(found.id),
        order=Order(
            number=found.number,
            state=state,
            placed_at=moment(found.date_created_gmt) or datetime.now(timezone.utc),
            estimated_day=None,
            delay_reason=None,
            items=tuple(_item(line, found.currency, state) for line in found.line_items),
            shipments=parcels,
            payments=(Payment(method, _payment(paid, total, given), total, given),),
            total=total,
            refund=given if refunds else None,
            refund_expected_by=expected,
            cancelled_at=cancelled_at,
            cancel_reason="the payment failed" if found.status == "failed" else None,
            refunded_at=left_at if state == "refunded" or expected is None else None,
        ),
        customer_id=customer_id,
        email=found.billing.email or None,
        postcodes=tuple(one.postcode for one in (found.shipping, found.billing) if one.postcode),
        ship_to=goes_to,
        left=Money(max(total.amount - back, 0) if paid else 0, found.currency),
        unreadable=None if known else _why_unreadable(found.status),
    )


def _payment(paid: bool, total: Money, given: Money) -> PaymentStatus:
    if not paid:
        return "authorised"
    return "refunded" if given.amount and given.amount >= total.amount else "paid"


def _why_unreadable(status: str) -> str:
    return (
        f"nobody has said what WooCommerce's status {status!r} means: add it to "
        "FRONTDESK_WOOCOMMERCE_STATUSES"
    )


def _money(amount: str, currency: str) -> Money:
    try:
        return decimals.money(amount or "0", currency)
    except ValueError:
        raise BackendUnavailable(
            "an amount of WooCommerce's is none", code="unreadable_answer"
        ) from None


def _ship_to(found: shapes.Order) -> Address | None:
    """Where it goes: to the billing address when it names no other."""
    place = found.shipping if found.shipping.address_1 else found.billing
    if not place.address_1:
        return None
    street = ", ".join(part.strip() for part in (place.address_1, place.address_2) if part)
    city = places.city_words(place.city.strip(), place.state, place.country)
    return Address(street, place.postcode.strip(), city, place.country)


def _item(line: shapes.LineItem, currency: str, state: OrderState) -> OrderItem:
    product = line.parent_name or line.name
    whole = _money(line.total, currency).amount + _money(line.total_tax, currency).amount
    return OrderItem(
        id=str(line.id),
        product=product,
        variant=line.name.removeprefix(product).strip(" -–"),
        quantity=line.quantity,
        price=Money(round(whole / line.quantity) if line.quantity else whole, currency),
        status=_ITEMS.get(state, "pending"),
        product_id=str(line.product_id) if line.product_id else None,
        variant_id=str(line.variation_id or line.product_id) if line.product_id else None,
    )
