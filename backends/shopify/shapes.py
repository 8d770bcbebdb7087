"""What the queries of `documents.py` give back, in Shopify's own names.

https://shopify.dev/docs/api/admin-graphql/2026-07
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class MoneyV2:
    """An amount as a decimal number."""

    amount: str
    currencyCode: str


@dataclass(frozen=True)
class MoneyBag:
    """An amount in the currency that the customer pays in."""

    presentmentMoney: MoneyV2


@dataclass(frozen=True)
class Id:
    """A reference to something."""

    id: str


@dataclass(frozen=True)
class PageInfo:
    """Whether there is more behind a page of a list."""

    hasNextPage: bool
    endCursor: str | None


@dataclass(frozen=True)
class MailingAddress:
    """Where something goes."""

    address1: str | None = field(repr=False)
    address2: str | None = field(repr=False)
    zip: str | None = field(repr=False)
    city: str | None = field(repr=False)
    provinceCode: str | None
    countryCodeV2: str | None
    firstName: str | None = field(repr=False)
    lastName: str | None = field(repr=False)
    company: str | None = field(repr=False)
    phone: str | None = field(repr=False)


@dataclass(frozen=True)
class LineItem:
    """One line of an order; `currentQuantity` is what of it was not removed or given back."""

    id: str
    title: str
    variantTitle: str | None
    quantity: int
    currentQuantity: int
    unfulfilledQuantity: int
    discountedUnitPriceSet: MoneyBag
    product: Id | None
    variant: Id | None


@dataclass(frozen=True)
class LineItems:
    """A page of them."""

    nodes: tuple[LineItem, ...]
    pageInfo: PageInfo


@dataclass(frozen=True)
class FulfillmentLineItem:
    """What of a line is in a parcel."""

    lineItem: Id


@dataclass(frozen=True)
class FulfillmentLineItems:
    """The first of them."""

    nodes: tuple[FulfillmentLineItem, ...]


@dataclass(frozen=True)
class TrackingInfo:
    """How a parcel is followed."""

    company: str | None
    number: str | None
    url: str | None


@dataclass(frozen=True)
class Fulfillment:
    """One parcel."""

    id: str
    status: str
    displayStatus: str | None
    createdAt: datetime
    updatedAt: datetime
    inTransitAt: datetime | None
    deliveredAt: datetime | None
    estimatedDeliveryAt: datetime | None
    trackingInfo: tuple[TrackingInfo, ...]
    fulfillmentLineItems: FulfillmentLineItems


@dataclass(frozen=True)
class PaymentDetails:
    """Of a card; both None for anything else."""

    company: str | None
    number: str | None


@dataclass(frozen=True)
class Transaction:
    """Money that moved, or was to."""

    kind: str
    status: str
    gateway: str | None
    formattedGateway: str | None
    amountSet: MoneyBag
    createdAt: datetime
    processedAt: datetime | None
    paymentDetails: PaymentDetails | None


@dataclass(frozen=True)
class Cancellation:
    """How an order came to be cancelled."""

    staffNote: str | None


@dataclass(frozen=True)
class Order:
    """An order."""

    id: str
    name: str
    email: str | None = field(repr=False)
    createdAt: datetime
    cancelledAt: datetime | None
    cancelReason: str | None
    cancellation: Cancellation | None
    displayFinancialStatus: str | None
    displayFulfillmentStatus: str
    returnStatus: str
    customer: Id | None
    totalPriceSet: MoneyBag
    netPaymentSet: MoneyBag
    shippingAddress: MailingAddress | None
    billingAddress: MailingAddress | None
    lineItems: LineItems
    fulfillments: tuple[Fulfillment, ...]
    transactions: tuple[Transaction, ...]


@dataclass(frozen=True)
class OrderPage:
    """A page of orders."""

    nodes: tuple[Order, ...]
    pageInfo: PageInfo


@dataclass(frozen=True)
class FoundOrders:
    """Answer of `ORDER_BY_NAME`."""

    orders: OrderPage


@dataclass(frozen=True)
class OrdersOfCustomer:
    """A customer with a page of their orders."""

    orders: OrderPage


@dataclass(frozen=True)
class CustomerOrders:
    """Answer of `ORDERS_OF_CUSTOMER`."""

    customer: OrdersOfCustomer | None


@dataclass(frozen=True)
class OrderLines:
    """An order with a further page of its lines."""

    lineItems: LineItems


@dataclass(frozen=True)
class MoreLines:
    """Answer of `MORE_LINES`."""

    order: OrderLines | None


@dataclass(frozen=True)
class EmailAddress:
    """A customer's e-mail address."""

    emailAddress: str = field(repr=False)


@dataclass(frozen=True)
class PhoneNumber:
    """A customer's phone number."""

    phoneNumber: str = field(repr=False)


@dataclass(frozen=True)
class CustomerPlace:
    """As much of a customer's default address as is needed."""

    countryCodeV2: str | None
    zip: str | None = field(repr=False)


@dataclass(frozen=True)
class Customer:
    """A customer."""

    id: str
    firstName: str | None = field(repr=False)
    lastName: str | None = field(repr=False)
    tags: tuple[str, ...]
    defaultEmailAddress: EmailAddress | None
    defaultPhoneNumber: PhoneNumber | None
    defaultAddress: CustomerPlace | None


@dataclass(frozen=True)
class OneCustomer:
    """Answer of `CUSTOMER`."""

    customer: Customer | None


@dataclass(frozen=True)
class CustomerByIdentifier:
    """Answer of `CUSTOMER_BY_EMAIL`."""

    customerByIdentifier: Customer | None


@dataclass(frozen=True)
class CustomerPage:
    """A page of customers."""

    nodes: tuple[Customer, ...]
    pageInfo: PageInfo


@dataclass(frozen=True)
class CustomersByWords:
    """Answer of `CUSTOMERS_BY_WORDS`."""

    customers: CustomerPage


@dataclass(frozen=True)
class Scope:
    """One thing that the app may do."""

    handle: str


@dataclass(frozen=True)
class Installation:
    """What the store allowed the app."""

    accessScopes: tuple[Scope, ...]


@dataclass(frozen=True)
class Installed:
    """Answer of `SCOPES`."""

    currentAppInstallation: Installation
