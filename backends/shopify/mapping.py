"""Shopify's orders and customers in our words. docs/connectors.md explains each choice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

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
    Shipment,
    ShipmentStatus,
)
from backends.policy import Policy
from backends.shopify import shapes

_PARCEL: dict[str, ShipmentStatus] = {
    "LABEL_PRINTED": "announced",
    "LABEL_PURCHASED": "announced",
    "CONFIRMED": "announced",
    "SUBMITTED": "announced",
    "OUT_FOR_DELIVERY": "out_for_delivery",
    "READY_FOR_PICKUP": "out_for_delivery",
    "DELIVERED": "delivered",
    "PICKED_UP": "delivered",
    "ATTEMPTED_DELIVERY": "held",
    "FAILURE": "held",
    "NOT_DELIVERED": "returning",
}
_NO_PARCEL = frozenset({"CANCELLED", "ERROR", "FAILURE"})
_BACK: dict[str, OrderState] = {
    "RETURN_REQUESTED": "return_requested",
    "IN_PROGRESS": "return_requested",
    "INSPECTION_COMPLETE": "returned",
    "RETURNED": "returned",
}
# Somebody is at work on it already, so that nothing of it can be changed.
_AT_WORK = frozenset({"IN_PROGRESS", "PENDING_FULFILLMENT"})
_CANCELLED_BECAUSE = {
    "CUSTOMER": "you asked for it",
    "INVENTORY": "something of it was not in stock any more",
    "DECLINED": "the payment was declined",
}
_PAYING = frozenset({"SALE", "CAPTURE"})
_UNDER_WAY = frozenset({"PENDING", "AWAITING_RESPONSE"})


def number_id(gid: str) -> str:
    """The last part of a global id: `7` of `gid://shopify/Order/7`."""
    return gid.rpartition("/")[2]


def customer(found: shapes.Customer, country: str) -> Customer:
    """A customer.

    Args:
        found: as Shopify has them.
        country: of those who have no address.
    """
    region = found.defaultAddress.countryCodeV2 if found.defaultAddress else None
    email, phone = found.defaultEmailAddress, found.defaultPhoneNumber
    return Customer(
        id=number_id(found.id),
        first_name=found.firstName or "",
        last_name=found.lastName or "",
        email=email.emailAddress if email else "",
        phone=phone.phoneNumber if phone else None,
        region=region or country,
        vip=any(tag.strip().lower() == "vip" for tag in found.tags),
    )


def order(
    found: shapes.Order, lines: tuple[shapes.LineItem, ...], *, prefix: str, policy: Policy
) -> PlatformOrder:
    """An order.

    Args:
        found: as Shopify has it.
        lines: all its lines.
        prefix: what stands before an order's number in its name.
        policy: how long refunds take.
    """
    parcels = tuple(_parcel(one) for one in found.fulfillments if one.status not in _NO_PARCEL)
    state = _state(found, parcels)
    days = [parcel.estimated_day for parcel in parcels if parcel.status != "delivered"]
    payments = _payments(found.transactions)
    refund = _Refund.of(found.transactions, policy)
    addresses = [one for one in (found.shippingAddress, found.billingAddress) if one]
    return PlatformOrder(
        id=found.id,
        order=Order(
            number=found.name.removeprefix(prefix),
            state=state,
            placed_at=found.createdAt,
            estimated_day=max((day for day in days if day), default=None),
            delay_reason=None,
            items=tuple(_item(line, parcels, state) for line in lines),
            shipments=parcels,
            payments=payments,
            total=_money(found.totalPriceSet),
            refund=refund.amount,
            refund_expected_by=refund.expected_by,
            cancelled_at=found.cancelledAt,
            cancel_reason=_CANCELLED_BECAUSE.get(found.cancelReason or ""),
            # an order all of whose money was given back has the day on which that was done
            refunded_at=refund.left_at if state == "refunded" else refund.done_at,
        ),
        customer_id=number_id(found.customer.id) if found.customer else None,
        email=found.email,
        postcodes=tuple(one.zip for one in addresses if one.zip),
        ship_to=address(found.shippingAddress),
        left=_money(found.netPaymentSet),
        cancel_note=found.cancellation.staffNote if found.cancellation else None,
    )


def address(found: shapes.MailingAddress | None) -> Address | None:
    """Where an order goes, as customers write it."""
    if found is None:
        return None
    street = ", ".join(part.strip() for part in (found.address1, found.address2) if part)
    country = found.countryCodeV2 or ""
    city = places.city_words((found.city or "").strip(), found.provinceCode, country)
    return Address(street, (found.zip or "").strip(), city, country)


def _money(bag: shapes.MoneyBag) -> Money:
    try:
        return decimals.money(bag.presentmentMoney.amount, bag.presentmentMoney.currencyCode)
    except ValueError:
        raise BackendUnavailable(
            "an amount of Shopify's is none", code="unreadable_answer"
        ) from None


def _state(found: shapes.Order, parcels: tuple[Shipment, ...]) -> OrderState:
    if found.cancelledAt is not None:
        return "cancelled"
    if found.displayFinancialStatus == "REFUNDED":
        return "refunded"
    if back := _BACK.get(found.returnStatus):
        return back
    on_its_way = [parcel for parcel in parcels if parcel.status != "delivered"]
    if found.displayFulfillmentStatus == "FULFILLED":
        if parcels and not on_its_way:
            return "delivered"
        late = any(one.displayStatus == "DELAYED" for one in found.fulfillments)
        partly = len(on_its_way) < len(parcels)
        return "partly_delivered" if partly else "delayed" if late else "shipped"
    if found.displayFulfillmentStatus == "PARTIALLY_FULFILLED":
        return "partly_delivered" if len(on_its_way) < len(parcels) else "shipped"
    return "packed" if found.displayFulfillmentStatus in _AT_WORK else "pending"


def _parcel(found: shapes.Fulfillment) -> Shipment:
    tracking = found.trackingInfo[0] if found.trackingInfo else None
    status = _PARCEL.get(found.displayStatus or "", "in_transit")
    expected = found.estimatedDeliveryAt
    return Shipment(
        id=number_id(found.id),
        carrier=(tracking.company if tracking else None) or "the carrier",
        tracking_number=(tracking.number if tracking else None) or "",
        tracking_url=tracking.url if tracking else None,
        status=status,
        shipped_at=found.inTransitAt or found.createdAt,
        estimated_day=expected.date() if expected else None,
        delivered_at=(found.deliveredAt or found.updatedAt) if status == "delivered" else None,
        item_ids=tuple(number_id(one.lineItem.id) for one in found.fulfillmentLineItems.nodes),
    )


def _item(line: shapes.LineItem, parcels: tuple[Shipment, ...], state: OrderState) -> OrderItem:
    variant = line.variantTitle or ""
    return OrderItem(
        id=number_id(line.id),
        product=line.title,
        variant="" if variant == "Default Title" else variant,
        quantity=line.currentQuantity or line.quantity,
        price=_money(line.discountedUnitPriceSet),
        status=_item_status(line, parcels, state),
        product_id=number_id(line.product.id) if line.product else None,
        variant_id=number_id(line.variant.id) if line.variant else None,
    )


def _item_status(
    line: shapes.LineItem, parcels: tuple[Shipment, ...], state: OrderState
) -> ItemStatus:
    if state == "cancelled":
        return "cancelled"
    if line.currentQuantity == 0 and line.quantity:
        return "returned"
    if line.unfulfilledQuantity:
        return "packed" if state == "packed" else "pending"
    mine = [parcel for parcel in parcels if number_id(line.id) in parcel.item_ids]
    # a line beyond those that are listed with a parcel: in any of them
    return "delivered" if all(one.delivered_at for one in mine or parcels) else "shipped"


def _payments(transactions: Iterable[shapes.Transaction]) -> tuple[Payment, ...]:
    paid: dict[str, list[Money]] = defaultdict(list)
    held: dict[str, list[Money]] = defaultdict(list)
    back: dict[str, list[Money]] = defaultdict(list)
    waiting: set[str] = set()
    for one in transactions:
        label, amount = _label(one), _money(one.amountSet)
        if one.kind == "REFUND" and one.status in {"SUCCESS", *_UNDER_WAY}:
            back[label].append(amount)
            if one.status != "SUCCESS":
                waiting.add(label)
        elif one.kind in _PAYING and one.status == "SUCCESS":
            paid[label].append(amount)
        elif one.kind == "AUTHORIZATION" and one.status == "SUCCESS":
            held[label].append(amount)
    found = []
    for label in [*paid, *(label for label in held if label not in paid)]:
        amounts = paid.get(label) or held[label]
        currency = amounts[0].currency
        total = sum(part.amount for part in amounts)
        given = sum(part.amount for part in back.get(label, ()))
        found.append(
            Payment(
                label,
                _payment_status(total, given, label in paid, label in waiting),
                Money(total, currency),
                Money(given, currency),
            )
        )
    return tuple(found)


def _payment_status(amount: int, given: int, paid: bool, waiting: bool) -> PaymentStatus:
    if waiting:
        return "refund_pending"
    if given and given >= amount:
        return "refunded"
    return "paid" if paid else "authorised"


def _label(one: shapes.Transaction) -> str:
    details = one.paymentDetails
    if details and (details.number or details.company):
        return paid_with.card(details.company, details.number)
    return paid_with.method(one.gateway or "", one.formattedGateway)


@dataclass(frozen=True)
class _Refund:
    """What was given back: how much, when it left the shop, by when the customer should see it."""

    amount: Money | None = None
    left_at: datetime | None = None
    expected_by: date | None = None

    @property
    def done_at(self) -> datetime | None:
        """When it was given back, once a bank had its days to pass it on."""
        return None if self.expected_by else self.left_at

    @classmethod
    def of(cls, transactions: Iterable[shapes.Transaction], policy: Policy) -> _Refund:
        wanted = {"SUCCESS", *_UNDER_WAY}
        back = [one for one in transactions if one.kind == "REFUND" and one.status in wanted]
        if not back:
            return cls()
        amounts = [_money(one.amountSet) for one in back]
        total = Money(sum(part.amount for part in amounts), amounts[0].currency)
        if any(one.status != "SUCCESS" for one in back):
            return cls(total)
        last = max(back, key=lambda one: one.processedAt or one.createdAt)
        left_us = last.processedAt or last.createdAt
        return cls(total, left_us, paid_with.arrives(left_us, _label(last), policy))
