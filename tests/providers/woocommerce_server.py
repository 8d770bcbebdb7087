"""A small WooCommerce: what its published REST API, version 3, says of orders, refunds, notes,
customers and payment gateways, with faults on demand.

https://developer.woocommerce.com/docs/apis/rest-api/v3/
"""

from __future__ import annotations

import base64
import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BASE = "/wp-json/wc/v3"
KEY, SECRET = "ck_of_woocommerce_in_tests", "cs_of_woocommerce_in_tests"
STATUSES = {"pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed"}
WORDPRESS = b"<!DOCTYPE html><html><body><p>There has been a critical error.</p></body></html>"

Row = dict[str, Any]


class Refused(Exception):
    """An answer in WordPress's error shape."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "data": {"status": status}}


def ago(**span: float) -> str:
    """A moment in the past, in GMT and without saying so, as WooCommerce writes it."""
    return (datetime.now(timezone.utc) - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%S")


def item(number: int, name: str, total: str = "49.90", **more: Any) -> Row:
    """A line of an order."""
    return {
        **{"id": number, "name": name, "product_id": number, "variation_id": 0, "quantity": 1},
        **{"subtotal": total, "total": total, "total_tax": "0.00", "parent_name": None},
        "price": float(total),
        "meta_data": [],
        **more,
    }


def address(street: str, postcode: str, city: str, country: str = "DE", **more: str) -> Row:
    """A shipping address."""
    return {
        **{"first_name": "Anna", "last_name": "Berg", "company": "", "address_1": street},
        **{"address_2": "", "city": city, "state": "", "postcode": postcode, "country": country},
        **more,
    }


@dataclass
class WooCommerceServer:
    """One shop.

    Attributes:
        url: its address.
        permissions: of the key: `read` or `read_write`.
        faults: what happens to the next calls, one each: a status (in JSON); `html`, a critical
            error of WordPress; `page`, a page of HTML with status 200; `limited`, 429 with
            `Retry-After`; `hangs`; `lost`, which does what was asked and hangs up.
        spares_reads: whether faults wait for a call that changes something.
        orders, customers: by id.
        gateways: what each payment method supports.
        refuses_refunds: whether the bank says no.
        written: notes that customers got by e-mail, in order.
        asked: method and path of each call, in order.
    """

    url: str
    permissions: str = "read_write"
    faults: list[int | str] = field(default_factory=list)
    spares_reads: bool = False
    orders: dict[int, Row] = field(default_factory=dict)
    refunds: dict[int, list[Row]] = field(default_factory=dict)
    customers: dict[int, Row] = field(default_factory=dict)
    gateways: dict[str, list[str]] = field(
        default_factory=lambda: {
            "stripe": ["products", "refunds"],
            "cod": ["products"],
            "ppcp-gateway": ["products", "refunds"],
        }
    )
    refuses_refunds: bool = False
    written: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(70001))
    lock: threading.RLock = field(default_factory=threading.RLock)
    stopped: threading.Event = field(default_factory=threading.Event)

    def settings(self) -> dict[str, str]:
        """The connector's settings for it."""
        return {
            "FRONTDESK_WOOCOMMERCE_URL": self.url,
            "FRONTDESK_WOOCOMMERCE_KEY": KEY,
            "FRONTDESK_WOOCOMMERCE_SECRET": SECRET,
        }

    def add_customer(
        self, number: int, email: str, first: str, last: str, postcode: str = "50667"
    ) -> Row:
        """A registered customer."""
        place = address("Lindenweg 4", postcode, "Köln")
        self.customers[number] = {
            **{"id": number, "email": email, "first_name": first, "last_name": last},
            **{"role": "customer", "billing": {**place, "email": email, "phone": ""}},
            "shipping": place,
        }
        return self.customers[number]

    def add_order(self, order_id: int, customer: int, email: str, **more: Any) -> Row:
        """An order, paid by card and not sent."""
        place = address("Lindenweg 4", "50667", "Köln")
        self.orders[order_id] = {
            **{"id": order_id, "number": str(order_id), "status": "processing", "currency": "EUR"},
            **{"date_created_gmt": ago(days=3), "date_modified_gmt": ago(days=3)},
            **{"date_paid_gmt": ago(days=3), "date_completed_gmt": None, "total": "49.90"},
            **{"customer_id": customer, "shipping": place},
            **{"billing": {**place, "email": email, "phone": ""}},
            **{"payment_method": "stripe", "payment_method_title": "Credit card (Stripe)"},
            **{"line_items": [item(order_id * 10, "Reading lamp")], "meta_data": []},
            **more,
        }
        self.refunds.setdefault(order_id, [])
        return self.orders[order_id]

    def add_refund(self, number: int, amount: str, at: str = "", reason: str = "") -> Row:
        """Money that was given back."""
        row = {
            **{"id": next(self.numbers), "date_created_gmt": at or ago(), "amount": amount},
            **{"reason": reason, "refunded_payment": True},
        }
        self.refunds[number].append(row)
        return row

    # What is served

    def answer(self, method: str, path: str, query: Row, body: Row) -> tuple[object, int]:
        """The body of an answer, and into how many pages its list is cut (0: it is none)."""
        with self.lock:
            self.asked.append(f"{method} {path}")
            match path.strip("/").split("/"), method:
                case ["orders"], "GET":
                    return self._page(self._search(query), query)
                case ["orders", number], "GET":
                    return self._shown(self._order(number)), 0
                case ["orders", number], "PUT":
                    return self._shown(self._update(self._order(number), body)), 0
                case ["orders", number, "refunds"], "GET":
                    return self._page(self.refunds[self._order(number)["id"]], query)
                case ["orders", number, "refunds"], "POST":
                    return self._refund(self._order(number), body), 0
                case ["orders", number, "notes"], "POST":
                    self._order(number)
                    if body.get("customer_note"):
                        self.written.append(body["note"])
                    return {"id": next(self.numbers), **body}, 0
                case ["customers"], "GET":
                    wanted = str(query.get("email", "")).lower()
                    words = str(query.get("search", "")).lower()
                    rows = [
                        one
                        for one in self.customers.values()
                        if (not wanted or one["email"].lower() == wanted)
                        # finds it in the name that is shown, and in the address
                        and words in f"{_name(one)} {one['email']}".lower()
                    ]
                    return self._page(rows, query)
                case ["customers", number], "GET":
                    if int(number) not in self.customers:
                        raise Refused(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
                    return self.customers[int(number)], 0
                case ["payment_gateways", name], "GET":
                    if name not in self.gateways:
                        code = "woocommerce_rest_payment_gateway_invalid"
                        raise Refused(404, code, "Resource does not exist.")
                    return {"id": name, "method_supports": self.gateways[name]}, 0
        raise Refused(404, "rest_no_route", "No route was found matching the URL.")

    def _order(self, number: str) -> Row:
        found = self.orders.get(int(number)) if number.isdigit() else None
        if found is None:
            raise Refused(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return found

    def _shown(self, order: Row) -> Row:
        lines = [
            {"id": one["id"], "reason": one["reason"], "total": f"-{one['amount']}"}
            for one in self.refunds[order["id"]]
        ]
        return {**order, "refunds": lines}

    def _search(self, query: Row) -> list[Row]:
        rows = [self._shown(one) for one in self.orders.values() if one["status"] != "trash"]
        if "customer" in query:
            rows = [one for one in rows if one["customer_id"] == int(query["customer"])]
        if words := str(query.get("search", "")).lower():
            # finds words anywhere in an order, and in the whole name of who pays
            rows = [one for one in rows if words in f"{_name(one['billing'])} {_text(one)}".lower()]
        newest_first = query.get("order", "desc") == "desc"
        return sorted(rows, key=lambda one: one["date_created_gmt"], reverse=newest_first)

    def _page(self, rows: list[Row], query: Row) -> tuple[object, int]:
        size = int(query.get("per_page", 10))
        if not 1 <= size <= 100:
            raise Refused(400, "rest_invalid_param", "Invalid parameter(s): per_page")
        start = (int(query.get("page", 1)) - 1) * size
        return rows[start : start + size], max(-(-len(rows) // size), 1)

    def _update(self, order: Row, body: Row) -> Row:
        if "status" in body and body["status"] not in STATUSES:
            raise Refused(400, "rest_invalid_param", "Invalid parameter(s): status")
        order.update({name: body[name] for name in body if name == "status"})
        for place in ("shipping", "billing"):
            order[place] = {**order[place], **body.get(place, {})}
        order["date_modified_gmt"] = ago()
        return order

    def _refund(self, order: Row, body: Row) -> Row:
        code = "woocommerce_rest_cannot_create_order_refund"
        before = sum(float(one["amount"]) for one in self.refunds[order["id"]])
        left = round(float(order["total"]) - before, 2)
        if not 0 < float(body["amount"]) <= left:
            raise Refused(500, code, "Invalid refund amount.")
        if body.get("api_refund", True):
            if "refunds" not in self.gateways.get(order["payment_method"], []):
                raise Refused(500, code, "The payment gateway for this order does not exist.")
            if self.refuses_refunds:
                raise Refused(500, code, "The charge has been disputed.")
        row = self.add_refund(order["id"], body["amount"], reason=body.get("reason", ""))
        if float(body["amount"]) == left:
            order["status"] = "refunded"
        return row


def _name(person: Row) -> str:
    return f"{person['first_name']} {person['last_name']}"


def _text(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False)


@contextmanager
def woocommerce_server() -> Iterator[WooCommerceServer]:
    """Serve an empty shop while the block runs."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    server = WooCommerceServer(f"http://127.0.0.1:{http.server_address[1]}")
    http.woocommerce = server  # type: ignore[attr-defined]
    thread = threading.Thread(
        target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        http.shutdown()
        thread.join(10)
        http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def _handle(self) -> None:
        server: WooCommerceServer = self.server.woocommerce  # type: ignore[attr-defined]
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        if not parts.path.startswith(BASE):
            self._send(404, b"<html><body>Page not found</body></html>")
            return
        fault = None
        if server.faults and (self.command != "GET" or not server.spares_reads):
            fault = server.faults.pop(0)
        if fault == "hangs":
            server.stopped.wait(30)
            self.close_connection = True
        elif fault in ("html", "page"):
            self._send(500 if fault == "html" else 200, WORDPRESS)
        elif fault == "limited":
            self._send(429, b"<html><body>Slow down</body></html>", {"Retry-After": "0"})
        elif isinstance(fault, int):
            body = {"code": "told_to_refuse", "message": "Told to.", "data": {"status": fault}}
            self._send(fault, body)
        else:
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = json.loads(raw) if raw else {}
            self._serve(server, parts.path.removeprefix(BASE), query, body, fault == "lost")

    def _serve(
        self, server: WooCommerceServer, path: str, query: Row, body: Row, lost: bool
    ) -> None:
        try:
            self._let_in(server)
            found, pages = server.answer(self.command, path, query, body)
        except Refused as refused:
            self._send(refused.status, refused.body)
            return
        if lost:
            self.close_connection = True
            self.connection.close()
            return
        head = {"X-WP-TotalPages": str(pages)} if pages else {}
        self._send(201 if self.command == "POST" else 200, found, head)

    def _let_in(self, server: WooCommerceServer) -> None:
        given = self.headers.get("Authorization", "")
        if given != f"Basic {base64.b64encode(f'{KEY}:{SECRET}'.encode()).decode()}":
            code = "woocommerce_rest_authentication_error"
            raise Refused(401, code, "Consumer secret is invalid.")
        if self.command != "GET" and server.permissions == "read":
            said = "The API key provided does not have write permissions."
            raise Refused(401, "woocommerce_rest_authentication_error", said)

    def _send(self, status: int, body: object, head: dict[str, str] | None = None) -> None:
        html = isinstance(body, bytes)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if html else "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (head or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
