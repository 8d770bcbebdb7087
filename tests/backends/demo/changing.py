"""What the tests of changes share: asking for one, and looking at what became of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import httpx

from tests.backends.demo.conftest import Tried

DORA, EVAN, ANNA_ID = "cus_0004", "cus_0005", "cus_0001"
MADE_BY = {"channel": "web", "conversation_id": "c1", "proof": "code"}


def order_of(customer: str, number: str) -> str:
    return f"/customers/{customer}/orders/{number}"


def preview(shop: Tried, customer: str, number: str, **change: Any) -> httpx.Response:
    return shop.client.post(f"{order_of(customer, number)}/changes/preview", json=change)


def make(
    shop: Tried, customer: str, number: str, *, key: str | None = None, **change: Any
) -> httpx.Response:
    """Preview and make a change; the preview's refusal if there is one."""
    seen = preview(shop, customer, number, **change)
    if seen.status_code != 200:
        return seen
    return confirm(shop, customer, number, seen.json()["quote"], key=key, **change)


def confirm(
    shop: Tried, customer: str, number: str, quote: str, *, key: str | None = None, **change: Any
) -> httpx.Response:
    body = {"change": change, "quote": quote, "made_by": MADE_BY}
    return shop.change(f"{order_of(customer, number)}/changes", body, key)


def refused(answer: httpx.Response) -> tuple[str, str | None]:
    """The rule and the alternative of a refusal."""
    assert answer.status_code == 409, answer.text
    error = answer.json()["error"]
    assert error["code"] == "not_allowed"
    return error["details"]["rule"], error["details"]["alternative"]


def order(shop: Tried, customer: str, number: str) -> dict[str, Any]:
    answer = shop.client.get(order_of(customer, number))
    assert answer.status_code == 200
    return answer.json()


def gift_card(shop: Tried, customer: str) -> dict[str, Any]:
    methods = shop.client.get(f"/customers/{customer}/payment-methods").json()["payment_methods"]
    return next(method for method in methods if method["kind"] == "gift_card")


def query(shop: Tried, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(shop.database)) as connection:
        return connection.execute(sql, values).fetchall()


def stock(shop: Tried, variant_id: str) -> int:
    return query(shop, "SELECT pieces FROM stock WHERE variant_id = ?", variant_id)[0][0]
