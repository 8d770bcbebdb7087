"""The data of a small Shopify store, and how its schema's fields are answered from them."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

Row = dict[str, Any]
NOW = datetime.now(timezone.utc).replace(microsecond=0)
_WORD = re.compile(r'"([^"]*)"')
_NAME = re.compile(r'name:"([^"]*)"')


def ago(**span: float) -> str:
    """A moment in the past, as Shopify writes it."""
    return (NOW - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ahead(**span: float) -> str:
    """A moment to come."""
    return (NOW + timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def bag(amount: str, currency: str = "EUR") -> Row:
    """An amount in both currencies."""
    money = {"amount": amount, "currencyCode": currency}
    return {"presentmentMoney": money, "shopMoney": money}


def address(street: str, zip_code: str, city: str, country: str = "DE", **more: str) -> Row:
    """A mailing address."""
    return {
        **{"address1": street, "zip": zip_code, "city": city, "countryCodeV2": country},
        **{"firstName": "Anna", "lastName": "Berg", **more},
    }


def card(kind: str = "SALE", amount: str = "49.90", at: str = "", **more: Any) -> Row:
    """A payment by card that succeeded."""
    return {
        "kind": kind,
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "formattedGateway": "Shopify Payments",
        "amountSet": bag(amount),
        "createdAt": at or ago(days=3),
        "processedAt": at or ago(days=3),
        "paymentDetails": {
            "__typename": "CardPaymentDetails",
            "company": "Visa",
            "number": "•••• •••• •••• 4242",
        },
        **more,
    }


def line(number: int, title: str, price: str = "49.90", **more: Any) -> Row:
    """A line of an order; nothing of it was sent."""
    quantity = more.get("quantity", 1)
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": title,
        "quantity": quantity,
        "currentQuantity": quantity,
        "unfulfilledQuantity": quantity,
        "discountedUnitPriceSet": bag(price),
        "product": {"id": f"gid://shopify/Product/{number}"},
        "variant": {"id": f"gid://shopify/ProductVariant/{number}"},
        **more,
    }


@dataclass
class Shop:
    """A store with customers and orders.

    Attributes:
        scopes: what the app may do.
        job_looks: how often a job is looked at until it is done.
        refuses: the message by which mutations are refused; empty: they are not.
        forgets: whether an update answers well and changes nothing.
        notes: staff notes of the cancellations that were carried out, in order.
        moves: addresses that orders were given, in order.
    """

    scopes: list[str] = field(
        default_factory=lambda: ["read_orders", "write_orders", "read_customers"]
    )
    job_looks: int = 0
    refuses: str = ""
    forgets: bool = False
    notes: list[str] = field(default_factory=list)
    moves: list[Row] = field(default_factory=list)
    customers: dict[str, Row] = field(default_factory=dict)
    orders: list[Row] = field(default_factory=list)
    jobs: dict[str, Row] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def add_customer(self, number: int, email: str, first: str, last: str, **more: Any) -> Row:
        """A customer."""
        gid = f"gid://shopify/Customer/{number}"
        self.customers[gid] = {
            "id": gid,
            "firstName": first,
            "lastName": last,
            "tags": [],
            "defaultEmailAddress": {"emailAddress": email},
            "orders": lambda info, **given: self._page(
                [one for one in self.orders if one["customer"] and one["customer"]["id"] == gid],
                **given,
            ),
            **more,
        }
        return self.customers[gid]

    def add_order(self, name: str, customer: int | None, lines: list[Row], **more: Any) -> Row:
        """An order, paid by card, of which nothing was sent."""
        owner = self.customers[f"gid://shopify/Customer/{customer}"] if customer else None
        transactions = more.pop("transactions", [card()])
        fulfillments = more.pop("fulfillments", [])
        row: Row = {
            "id": f"gid://shopify/Order/{9000 + next(self.numbers)}",
            "name": name,
            "email": owner["defaultEmailAddress"]["emailAddress"] if owner else None,
            "createdAt": ago(days=3),
            "displayFinancialStatus": "PAID",
            "displayFulfillmentStatus": "UNFULFILLED",
            "returnStatus": "NO_RETURN",
            "customer": owner,
            "totalPriceSet": bag("49.90"),
            "netPaymentSet": bag("49.90"),
            "shippingAddress": address("Lindenweg 4", "50667", "Köln"),
            "billingAddress": address("Lindenweg 4", "50667", "Köln"),
            **more,
        }
        row["lineItems"] = lambda info, **given: _connection(lines, **given)
        row["transactions"] = lambda info, first=50, **_: row["_money"][:first]
        row["fulfillments"] = lambda info, first=50, **_: fulfillments[:first]
        row["_money"], row["_sent"] = transactions, bool(fulfillments)
        self.orders.append(row)
        return row

    def order(self, name: str) -> Row:
        """The order with this name."""
        return next(one for one in self.orders if one["name"] == name)

    # What the schema asks for

    def root(self) -> dict[str, Callable[..., Any]]:
        """The fields of both roots."""
        return {
            "currentAppInstallation": lambda info: {
                "accessScopes": [{"handle": one, "description": one} for one in self.scopes]
            },
            "customer": lambda info, id: self.customers.get(id),
            "customerByIdentifier": self._by_identifier,
            "customers": self._by_words,
            "order": lambda info, id: next((o for o in self.orders if o["id"] == id), None),
            "orders": self._search,
            "job": self._job,
            "orderCancel": self._cancel,
            "orderUpdate": self._update,
        }

    def _by_identifier(self, info: Any, identifier: Row) -> Row | None:
        wanted = identifier.get("emailAddress", "").lower()
        every = self.customers.values()
        return next(
            (c for c in every if c["defaultEmailAddress"]["emailAddress"].lower() == wanted), None
        )

    def _by_words(self, info: Any, query: str = "", **given: Any) -> Row:
        """Whoever has all the words somewhere; accents count, as they may at Shopify."""
        words = [word.lower() for word in _WORD.findall(query)]
        fits = [
            one
            for one in self.customers.values()
            if all(
                word in f"{one['firstName']} {one['lastName']} {one['defaultEmailAddress']}".lower()
                for word in words
            )
        ]
        return _connection(fits, **given)

    def _search(self, info: Any, query: str = "", **given: Any) -> Row:
        name = _NAME.fullmatch(query)
        # a search that is not understood is left out
        fits = [one for one in self.orders if not name or name[1].lower() in one["name"].lower()]
        return self._page(fits, **given)

    def _page(self, orders: list[Row], **given: Any) -> Row:
        key = "createdAt" if given.pop("sortKey", "ID") == "CREATED_AT" else "id"
        ordered = sorted(orders, key=lambda one: one[key], reverse=given.pop("reverse", False))
        return _connection(ordered, **given)

    def _job(self, info: Any, id: str) -> Row | None:
        job = self.jobs.get(id)
        if job and not job["done"]:
            job["looks"] -= 1
            if job["looks"] < 0:
                job["finish"]()
        return job

    def _cancel(self, info: Any, orderId: str, **given: Any) -> Row:
        order = next((one for one in self.orders if one["id"] == orderId), None)
        wrong = self.refuses or (
            "Order does not exist"
            if order is None
            else "Order has already been cancelled"
            if order.get("cancelledAt")
            else "Cannot cancel a fulfilled order"
            if order["_sent"]
            else ""
        )
        if wrong or order is None:
            return {"job": None, "orderCancelUserErrors": [{"message": wrong, "code": "INVALID"}]}
        job: Row = {"id": f"gid://shopify/Job/{next(self.numbers)}", "done": False}
        job["looks"] = self.job_looks

        def finish() -> None:
            job["done"] = True
            order["cancelledAt"], order["cancelReason"] = ago(), given["reason"]
            order["cancellation"] = {"staffNote": given.get("staffNote")}
            self.notes.append(given.get("staffNote") or "")
            if (given.get("refundMethod") or {}).get("originalPaymentMethodsRefund"):
                left = order["netPaymentSet"]["presentmentMoney"]["amount"]
                if float(left):
                    back = card("REFUND", left, ago())
                    order["_money"] = [*order["_money"], back]
                order["netPaymentSet"] = bag("0.00")
                order["displayFinancialStatus"] = "REFUNDED"

        job["finish"] = finish
        self.jobs[job["id"]] = job
        if not self.job_looks:
            finish()
        return {"job": job, "orderCancelUserErrors": []}

    def _update(self, info: Any, input: Row) -> Row:
        order = next((one for one in self.orders if one["id"] == input["id"]), None)
        given = dict(input.get("shippingAddress") or {})
        wrong = self.refuses or (
            "Order does not exist"
            if order is None
            else "Shipping address province is required"
            if given.get("countryCode") in {"US", "CA"} and not given.get("provinceCode")
            else ""
        )
        if wrong or order is None:
            return {"order": None, "userErrors": [{"field": ["shippingAddress"], "message": wrong}]}
        given["countryCodeV2"] = given.pop("countryCode")
        if not self.forgets:
            order["shippingAddress"] = given
            self.moves.append(given)
        return {"order": order, "userErrors": []}


def _connection(rows: list[Row], first: int = 50, after: str | None = None, **_: Any) -> Row:
    start = int(after) if after else 0
    page = rows[start : start + first]
    end = start + len(page)
    more = end < len(rows)
    return {
        "nodes": page,
        "pageInfo": {
            "endCursor": str(end) if page else None,
            "hasNextPage": more,
            "hasPreviousPage": start > 0,
        },
    }


def parcel(number: int, status: str, lines: list[Row], **more: Any) -> Row:
    """A parcel with these lines, which are all sent with it."""
    for one in lines:
        one["unfulfilledQuantity"] = 0
    return {
        "id": f"gid://shopify/Fulfillment/{number}",
        "status": "SUCCESS",
        "displayStatus": status,
        "createdAt": ago(days=2),
        "updatedAt": ago(days=1),
        "trackingInfo": lambda info, first=1: [],
        "fulfillmentLineItems": lambda info, **given: _connection(
            [{"id": one["id"], "lineItem": one, "quantity": one["quantity"]} for one in lines],
            **given,
        ),
        **more,
    }


def tracked(number: str, company: str = "DHL") -> Callable[..., list[Row]]:
    """The answer of `trackingInfo` for a parcel with a number."""
    info = [{"company": company, "number": number, "url": f"https://track.example/{number}"}]
    return lambda _info, first=1: info[:first]
