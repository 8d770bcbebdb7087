"""Changing an order or a profile: what is asked for, what it would come to, what was done.

Immutable values in the names of the contract, like those of `backends.models`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from backends.models import CodeChallenge, Money

PaymentKind = Literal["card", "paypal", "bank_transfer", "gift_card"]
ProblemKind = Literal["late", "lost", "damaged", "wrong_item", "missing_item"]
Remedy = Literal["replacement", "refund", "person"]
ChangeKind = Literal[
    "cancel",
    "address",
    "payment",
    "items",
    "return",
    "exchange",
    "problem",
    "reorder",
    "invoice",
    "consents",
    "default_address",
    "email",
    "phone",
    "two_factor",
    "close_account",
]
# How a customer is reached: each can be changed once the old and the new one are proven.
ContactKind = Literal["email", "phone"]
# Where the codes for signing in go.
TwoFactor = Literal["email", "text", "off"]


@dataclass(frozen=True)
class Address:
    """Where parcels go; `country` is two letters of ISO 3166-1."""

    street: str = field(repr=False)
    postcode: str = field(repr=False)
    city: str = field(repr=False)
    country: str


@dataclass(frozen=True)
class PaymentMethod:
    """What a customer can pay with, or be paid back to.

    Attributes:
        id: the shop's.
        kind: what it is.
        label: as the customer would say it ("card ending in 4242"); never a whole number.
        balance: what a gift card still holds; None for the others.
    """

    id: str
    kind: PaymentKind
    label: str
    balance: Money | None = None


@dataclass(frozen=True)
class Variant:
    """One kind of a product.

    Attributes:
        id: the shop's.
        title: as it stands on an order, such as `moss, 130 x 180 cm`; empty for the only kind.
        options: what sets it apart from its siblings, such as `{"colour": "moss"}`.
        price: of one piece.
        available: pieces that can be sent now.
    """

    id: str
    title: str
    options: dict[str, str]
    price: Money
    available: int


@dataclass(frozen=True)
class Product:
    """One thing to buy, with all its kinds; at least one."""

    id: str
    name: str
    description: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class ItemChange:
    """One line of an order to change.

    Attributes:
        item_id: the line.
        variant_id: what it is changed for; None when it goes back.
        quantity: how many of the line's pieces; None for all of them.
    """

    item_id: str
    variant_id: str | None = None
    quantity: int | None = None


@dataclass(frozen=True)
class OrderChange:
    """What a customer wants done to an order; which fields count depends on `kind`.

    Attributes:
        kind: what to do.
        reason: of a cancellation, one of the policy's.
        address: the new delivery address.
        payment_method_id: what the difference, or all of it, is paid with or paid back to.
        items: the lines, for `items`, `return`, `exchange` and `problem`.
        problem: what went wrong, for `problem`.
        remedy: what the customer wants for it.
    """

    kind: ChangeKind
    reason: str | None = None
    address: Address | None = None
    payment_method_id: str | None = None
    items: tuple[ItemChange, ...] = ()
    problem: ProblemKind | None = None
    remedy: Remedy | None = None


@dataclass(frozen=True)
class ProfileChange:
    """What a customer wants changed about themselves; which fields count depends on `kind`.

    Attributes:
        kind: what to do, one of the contract's `ProfileChange`.
        newsletter: for `consents`: whether advertising may come by e-mail; None: as it is.
        sms: for `consents`: whether it may come by text; None: as it is.
        address: the new default delivery address.
        pending_orders: whether orders that can still be changed go there, too.
        email: the new address.
        phone: the new number, E.164.
        two_factor: where the codes for signing in are to go.
    """

    kind: ChangeKind
    newsletter: bool | None = None
    sms: bool | None = None
    address: Address | None = None
    pending_orders: bool | None = None
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    two_factor: TwoFactor | None = None


@dataclass(frozen=True)
class ProfileValues:
    """What of a profile is as it says afterwards; None: not changed.

    Attributes:
        newsletter: whether advertising may come by e-mail.
        sms: whether it may come by text.
        email: the e-mail address.
        phone: the phone number, E.164.
        two_factor: where the codes for signing in go.
        closes_on: the day on which a closed account is gone.
    """

    newsletter: bool | None = None
    sms: bool | None = None
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    two_factor: TwoFactor | None = None
    closes_on: date | None = None


@dataclass(frozen=True)
class ContactCodes:
    """Two codes on their way before a contact is changed: to the one on file and to the new one."""

    old: CodeChallenge
    new: CodeChallenge


@dataclass(frozen=True)
class OutcomeLine:
    """What becomes of one line of the order.

    Attributes:
        item_id: the line.
        product: its name.
        variant: the kind it is now.
        quantity: how many pieces it is about.
        new_variant: the kind it will be; None when it is not changed for another.
        new_price: of one piece of the new kind.
    """

    item_id: str
    product: str
    variant: str
    quantity: int
    new_variant: str | None = None
    new_price: Money | None = None


@dataclass(frozen=True)
class BusinessDays:
    """From `least` to `most` business days; both 0: at once."""

    least: int
    most: int


@dataclass(frozen=True)
class Outcome:
    """Exactly what a change does: what the customer says yes to.

    Attributes:
        kind: the change's.
        quote: stands for this very outcome; whoever carries the change out names it, and nothing
            is done when the outcome would be another by then.
        lines: the lines it is about; empty when it is about the whole order.
        refund: what is paid back; None when nothing is.
        charge: what is to be paid; None when nothing is.
        fee: what was taken off the refund; None when nothing was.
        method: label of the payment method for refund or charge.
        refund_days: how long a refund takes, from the change or from the arrival of the goods.
        refund_when: from when the days count: `now` or `goods_back`.
        ship_to: the delivery address, or the default one, afterwards, when it is changed.
        label_sent: whether a label to send something back comes by e-mail.
        remedy: what is done about a problem.
        total: what the order costs afterwards; None for a profile.
        orders: numbers of the pending orders that go to the new default address, too.
        profile: of a profile what it is afterwards; None for an order.
    """

    kind: ChangeKind
    quote: str
    lines: tuple[OutcomeLine, ...]
    total: Money | None
    refund: Money | None = None
    charge: Money | None = None
    fee: Money | None = None
    method: str | None = None
    refund_days: BusinessDays | None = None
    refund_when: Literal["now", "goods_back"] | None = None
    ship_to: Address | None = None
    label_sent: bool = False
    remedy: Remedy | None = None
    orders: tuple[str, ...] = ()
    profile: ProfileValues | None = None


@dataclass(frozen=True)
class MadeBy:
    """Through whom a change came, for the shop's own records.

    Attributes:
        channel: such as `web`.
        conversation_id: the conversation's id on that channel.
        proof: what proved the customer, such as `code`.
    """

    channel: str
    conversation_id: str
    proof: str


@dataclass(frozen=True)
class ChangeRecord:
    """A change that was made.

    Attributes:
        id: the shop's.
        reference: what the customer is told, such as `C-1007`.
        order_number: the order it was made to; None for a profile.
        made_at: when.
        outcome: what was done.
        new_order_number: the order that a reorder or replacement became; None for the others.
    """

    id: str
    reference: str
    order_number: str | None
    made_at: datetime
    outcome: Outcome
    new_order_number: str | None = None
