"""What WooCommerce answers, in its own names.

https://developer.woocommerce.com/docs/apis/rest-api/v3/
"""

from __future__ import annotations

from dataclasses import dataclass, field

from backends.woocommerce.answers import Listing


@dataclass(frozen=True)
class Place:
    """A shipping address; of billing it is the same and more."""

    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    address_1: str = field(repr=False)
    address_2: str = field(repr=False)
    city: str = field(repr=False)
    state: str
    postcode: str = field(repr=False)
    country: str


@dataclass(frozen=True)
class Billing(Place):
    """Who pays."""

    email: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True)
class LineItem:
    """One line; `total` is for all its pieces, without tax."""

    id: int
    name: str
    product_id: int
    variation_id: int
    quantity: int
    total: str
    total_tax: str
    parent_name: str | None


@dataclass(frozen=True)
class RefundLine:
    """One refund as the order names it; `total` is negative."""

    id: int
    reason: str | None
    total: str


@dataclass(frozen=True)
class Meta:
    """What a plugin keeps with the order."""

    key: str
    value: object = field(repr=False)


@dataclass(frozen=True)
class Order:
    """An order. Times are in GMT, without saying so."""

    id: int
    number: str
    status: str
    currency: str
    date_created_gmt: str
    date_modified_gmt: str | None
    date_paid_gmt: str | None
    date_completed_gmt: str | None
    total: str
    customer_id: int
    billing: Billing
    shipping: Place
    payment_method: str
    payment_method_title: str
    line_items: tuple[LineItem, ...]
    refunds: tuple[RefundLine, ...]
    meta_data: tuple[Meta, ...] = ()


@dataclass(frozen=True)
class Orders(Listing):
    """A page of orders."""

    rows: tuple[Order, ...]


@dataclass(frozen=True)
class Refund:
    """One refund with its day."""

    id: int
    date_created_gmt: str
    amount: str
    reason: str | None


@dataclass(frozen=True)
class Refunds(Listing):
    """A page of refunds."""

    rows: tuple[Refund, ...]


@dataclass(frozen=True)
class CustomerPlace:
    """As much of a customer's address as is needed."""

    country: str
    postcode: str = field(repr=False)
    phone: str | None = field(repr=False)


@dataclass(frozen=True)
class Customer:
    """A registered customer."""

    id: int
    email: str = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    billing: CustomerPlace
    shipping: CustomerPlace | None = None


@dataclass(frozen=True)
class Customers(Listing):
    """A page of customers."""

    rows: tuple[Customer, ...]


@dataclass(frozen=True)
class Gateway:
    """A way to pay, and what it can do."""

    id: str
    method_supports: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """Something was made."""

    id: int
