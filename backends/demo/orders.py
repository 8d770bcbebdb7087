"""Orders: finding one with a proof, listing a customer's, reading one."""

from __future__ import annotations

import hmac
import sqlite3
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import Field, StrictStr, root_validator

from backends.demo import crm, misses
from backends.demo.errors import ApiError, not_found
from backends.demo.shop import EMAIL, POSTCODE, Body, IdInPath, Shop, TheShop
from backends.likeness import postcode_key

router = APIRouter()

_NUMBER = r"^[A-Za-z0-9-]+\Z"
NumberInPath = Annotated[str, Path(min_length=1, max_length=40, pattern=_NUMBER)]
NumberInBody = Annotated[StrictStr, Field(min_length=1, max_length=40, regex=_NUMBER)]


class FindOrder(Body):
    """An order number and what proves that it is one's own."""

    number: NumberInBody
    email: Annotated[StrictStr | None, Field(min_length=3, max_length=254, regex=EMAIL)] = None
    postcode: Annotated[StrictStr | None, Field(min_length=1, max_length=16, regex=POSTCODE)] = None

    @root_validator(pre=True)
    def _proof(cls, values: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in ("email", "postcode") if name in values]
        if not given:
            raise ValueError("email or postcode required")
        if any(values[name] is None for name in given):
            raise ValueError("email and postcode are left out, not null")
        return values


@router.post("/orders/find")
def find_order(body: FindOrder, shop: TheShop) -> JSONResponse:
    """The order with this number, if the proof fits it."""
    with shop.database.write() as connection:
        order = _find(connection, shop, body)
    # Outside of the transaction: the miss must be kept.
    if isinstance(order, ApiError):
        raise order
    return JSONResponse(order)


@router.get("/customers/{customer_id}/orders")
def list_orders(
    customer_id: IdInPath, shop: TheShop, limit: Annotated[int, Query(ge=1, le=50)] = 5
) -> JSONResponse:
    """A customer's orders, newest first."""
    with shop.database.read() as connection:
        crm.read(connection, customer_id)
        rows = connection.execute(
            "SELECT * FROM orders WHERE customer_id = ? ORDER BY placed_at DESC, number DESC"
            " LIMIT ?",
            (customer_id, limit),
        ).fetchall()
        return JSONResponse({"orders": [_written(connection, row) for row in rows]})


@router.get("/customers/{customer_id}/orders/{number}")
def get_order(
    customer_id: IdInPath,
    number: NumberInPath,
    shop: TheShop,
) -> JSONResponse:
    """One order of a customer."""
    with shop.database.read() as connection:
        row = connection.execute(
            "SELECT * FROM orders WHERE number = ? AND customer_id = ?", (number, customer_id)
        ).fetchone()
        if row is None:
            raise not_found()
        return JSONResponse(_written(connection, row))


def _find(connection: sqlite3.Connection, shop: Shop, body: FindOrder) -> dict[str, Any] | ApiError:
    now = shop.now()
    if closed := misses.too_often(connection, now, body.number):
        return closed
    row = connection.execute("SELECT * FROM orders WHERE number = ?", (body.number,)).fetchone()
    if row is None or not _fits(row, body):
        misses.add(connection, now, body.number)
        return not_found()
    return _written(connection, row)


def _fits(order: sqlite3.Row, body: FindOrder) -> bool:
    fits = True
    if body.email is not None:
        fits &= hmac.compare_digest(order["email"], body.email.lower())
    if body.postcode is not None:
        fits &= hmac.compare_digest(postcode_key(order["postcode"]), postcode_key(body.postcode))
    return fits


def _written(connection: sqlite3.Connection, order: sqlite3.Row) -> dict[str, Any]:
    number, currency = order["number"], order["currency"]

    def money(amount: int | None) -> dict[str, Any] | None:
        return None if amount is None else {"amount": amount, "currency": currency}

    def rows(table: str) -> list[sqlite3.Row]:
        # `table` is one of three names below, never from outside.
        query = f"SELECT * FROM {table} WHERE order_number = ? ORDER BY position"  # noqa: S608
        return connection.execute(query, (number,)).fetchall()

    items = rows("order_items")
    return {
        **{name: order[name] for name in _PLAIN},
        "total": money(order["total"]),
        "refund": money(order["refund"]),
        "items": [
            {
                **{name: item[name] for name in _PLAIN_ITEM},
                "price": money(item["price"]),
            }
            for item in items
        ],
        "shipments": [
            {
                **{name: shipment[name] for name in _PLAIN_SHIPMENT},
                "item_ids": [item["id"] for item in items if item["shipment_id"] == shipment["id"]],
            }
            for shipment in rows("shipments")
        ],
        "payments": [
            {
                "method": payment["method"],
                "status": payment["status"],
                "amount": money(payment["amount"]),
                "refunded": money(payment["refunded"]),
            }
            for payment in rows("payments")
        ],
    }


_PLAIN = (
    "number",
    "state",
    "placed_at",
    "estimated_day",
    "delay_reason",
    "refund_expected_by",
    "cancelled_at",
    "cancel_reason",
    "returned_at",
    "refunded_at",
)
_PLAIN_ITEM = ("id", "product", "variant", "product_id", "variant_id", "quantity", "status")
_PLAIN_SHIPMENT = (
    "id",
    "carrier",
    "tracking_number",
    "tracking_url",
    "status",
    "shipped_at",
    "estimated_day",
    "delivered_at",
)
