"""What the backends talk about: immutable values, in the names of the contract.

Every `datetime` is aware and in UTC; every `date` is a day as the customer would say it.
Personal fields are left out of `repr`, so that a value in a log line or a traceback shows none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

OrderState = Literal[
    "pending",
    "packed",
    "shipped",
    "delayed",
    "partly_delivered",
    "delivered",
    "cancelled",
    "return_requested",
    "exchange_requested",
    "returned",
    "refunded",
]
ItemStatus = Literal[
    "pending",
    "packed",
    "shipped",
    "delivered",
    "cancelled",
    "return_requested",
    "exchange_requested",
    "returned",
]
PaymentStatus = Literal["authorised", "paid", "refund_pending", "refunded"]
ShipmentStatus = Literal[
    "announced", "in_transit", "out_for_delivery", "delivered", "held", "returning"
]
TicketStatus = Literal["open", "waiting", "solved"]
Who = Literal["customer", "assistant"]


@dataclass(frozen=True)
class Money:
    """An amount of money.

    Attributes:
        amount: in minor units of the currency (cents for EUR, yen for JPY).
        currency: three letters of ISO 4217.
    """

    amount: int
    currency: str


@dataclass(frozen=True)
class OrderItem:
    """One line of an order; `price` is that of one piece.

    `product_id` and `variant_id` are those of the catalogue; None when it no longer has them.
    """

    id: str
    product: str
    variant: str
    quantity: int
    price: Money
    status: ItemStatus
    product_id: str | None = None
    variant_id: str | None = None


@dataclass(frozen=True)
class Shipment:
    """One parcel; `item_ids` are the `OrderItem.id` values inside it.

    `held` means stopped on its way, `returning` on its way back to the shop.
    """

    id: str
    carrier: str
    tracking_number: str
    tracking_url: str | None
    status: ShipmentStatus
    shipped_at: datetime | None
    estimated_day: date | None
    delivered_at: datetime | None
    item_ids: tuple[str, ...]


@dataclass(frozen=True)
class Payment:
    """How the order was paid; `refunded` is the part that was given back so far."""

    method: str
    status: PaymentStatus
    amount: Money
    refunded: Money


@dataclass(frozen=True)
class Order:
    """An order with everything needed to say where it is and what happens next.

    Attributes:
        number: what the customer sees on the confirmation.
        state: where it is; the contract says what each word means for the customer.
        estimated_day: when the last part should arrive; None if unknown or nothing more comes.
        delay_reason: one clause fit for the customer's eyes, when the state is `delayed`.
        shipments: in the order in which they left; empty before the first one leaves.
        refund: what was or will be given back over all payments; None if nothing is.
        refund_expected_by: by when the customer should see it; None if there is none or it is done.
        cancel_reason: one clause fit for the customer's eyes.
        returned_at: when the goods came back to the shop.
        refunded_at: when the money was given back.
    """

    number: str
    state: OrderState
    placed_at: datetime
    estimated_day: date | None
    delay_reason: str | None
    items: tuple[OrderItem, ...]
    shipments: tuple[Shipment, ...]
    payments: tuple[Payment, ...]
    total: Money
    refund: Money | None = None
    refund_expected_by: date | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    returned_at: datetime | None = None
    refunded_at: datetime | None = None


@dataclass(frozen=True)
class Customer:
    """A customer on file; `id` is the shop's, `region` two letters of ISO 3166-1."""

    id: str
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    email: str = field(repr=False)
    phone: str | None = field(repr=False)
    region: str
    vip: bool


@dataclass(frozen=True)
class CodeChallenge:
    """A one-time code on its way; the same answer whether or not an account exists.

    Attributes:
        id: what `verify_code` wants back.
        sent_to_hint: the address as the customer gave it, masked ("a…@example.org").
        expires_at: when the code stops being valid.
    """

    id: str
    sent_to_hint: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class TranscriptLine:
    """One message of a conversation."""

    who: Who
    text: str = field(repr=False)
    at: datetime


@dataclass(frozen=True)
class NewTicket:
    """A ticket to be opened, with all that a person needs to take over.

    Attributes:
        reason: a short machine-readable cause, such as `customer_asked`.
        summary: one or two sentences for the agent.
        channel: where the conversation runs, such as `web`.
        conversation_id: the conversation's id on that channel.
        transcript: every message so far, oldest first.
        slots: what the assistant has gathered, by slot name.
        customer_id: the verified customer, or None.
        contact: an e-mail address or phone number for the answer, or None.
        priority: `low`, `normal`, `high` or `urgent`.
    """

    reason: str
    summary: str = field(repr=False)
    channel: str
    conversation_id: str
    transcript: tuple[TranscriptLine, ...] = field(repr=False)
    slots: dict[str, str] = field(repr=False)
    customer_id: str | None
    contact: str | None = field(repr=False)
    priority: str


@dataclass(frozen=True)
class Ticket:
    """A ticket that the shop has taken.

    Attributes:
        id: the shop's id, for further calls.
        number: what the customer is told, such as `T-100123`.
        status: where it stands.
        created_at: when it was opened.
        answer_by: when somebody will have answered: the shop's promise.
    """

    id: str
    number: str
    status: TicketStatus
    created_at: datetime
    answer_by: datetime


@dataclass(frozen=True)
class Accepted:
    """The shop has taken it; says no more."""

    status: Literal["accepted"]
