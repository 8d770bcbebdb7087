"""Changing an order: what it would come to, doing it once, and looking up whether it was done."""

from __future__ import annotations

import json
import secrets
import sqlite3
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from backends.demo import kinds, kinds_after, times
from backends.demo.change_bodies import ChangeBody, ConfirmedBody
from backends.demo.errors import ApiError, not_found
from backends.demo.once import Answer, TheChange
from backends.demo.orders import NumberInPath
from backends.demo.planning import Asked, Plan
from backends.demo.shop import IdInPath, Shop, TheShop

router = APIRouter()

# The first change is C-1001.
FIRST_REFERENCE = 1000
KINDS = {**kinds.KINDS, **kinds_after.KINDS}
KeyInPath = Annotated[str, Path(min_length=8, max_length=200, pattern=r"^[!-.0-~]+\Z")]
_ORDER = "/customers/{customer_id}/orders/{number}"


@router.post(_ORDER + "/changes/preview")
def preview(
    customer_id: IdInPath, number: NumberInPath, body: ChangeBody, shop: TheShop
) -> JSONResponse:
    """What a change would come to; nothing is changed."""
    with shop.database.read() as connection:
        plan = _plan(connection, shop, customer_id, number, body)
        return JSONResponse(_quoted(shop, number, plan))


@router.post(_ORDER + "/changes")
def make(
    customer_id: IdInPath, number: NumberInPath, body: ConfirmedBody, change: TheChange
) -> JSONResponse:
    """Make a change, if it still comes to what the customer said yes to."""

    def work(connection: sqlite3.Connection) -> Answer:
        shop = change.shop
        plan = _plan(connection, shop, customer_id, number, body.change)
        outcome = _quoted(shop, number, plan)
        if not secrets.compare_digest(outcome["quote"].encode(), body.quote.encode()):
            raise ApiError(409, "outcome_changed", "The change would now come to something else.")
        new_number = plan.make()
        record = {
            "id": f"chg_{secrets.token_urlsafe(12)}",
            "order_number": number,
            "made_at": times.write(shop.now()),
            "outcome": outcome,
            "new_order_number": new_number,
        }
        serial = connection.execute(
            "INSERT INTO changes (id, key_hash, customer_id, order_number, kind, record, made_by,"
            " made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(record["id"], change.key_hash, customer_id, number, body.change.kind),
                *(json.dumps(record), body.made_by.json(), record["made_at"]),
            ),
        ).lastrowid
        return Answer(201, {**record, "reference": reference(serial)})

    return change.once(work)


@router.get("/customers/{customer_id}/changes/{idempotency_key}")
def look_up(customer_id: IdInPath, idempotency_key: KeyInPath, shop: TheShop) -> JSONResponse:
    """The change that was made with this key."""
    with shop.database.read() as connection:
        row = connection.execute(
            "SELECT serial, record FROM changes WHERE key_hash = ? AND customer_id = ?",
            (shop.keyed_hash("key", idempotency_key), customer_id),
        ).fetchone()
    if row is None:
        raise not_found()
    return JSONResponse({**json.loads(row["record"]), "reference": reference(row["serial"])})


def _plan(
    connection: sqlite3.Connection, shop: Shop, customer_id: str, number: str, body: ChangeBody
) -> Plan:
    customer = connection.execute("SELECT * FROM customers WHERE id = ?", (customer_id,)).fetchone()
    order = connection.execute(
        "SELECT * FROM orders WHERE number = ? AND customer_id = ?", (number, customer_id)
    ).fetchone()
    if customer is None or order is None:
        raise not_found()
    items = connection.execute(
        "SELECT * FROM order_items WHERE order_number = ? ORDER BY position", (number,)
    ).fetchall()
    asked = Asked(connection, shop.policy, customer, order, items, body, shop.now())
    return KINDS[body.kind](asked)


def _quoted(shop: Shop, number: str, plan: Plan) -> dict[str, Any]:
    text = json.dumps(plan.shown, sort_keys=True)
    return {**plan.shown, "quote": shop.keyed_hash("quote", number, text)[:32]}


def reference(serial: int | None) -> str:
    """What the customer is told of a change."""
    return f"C-{FIRST_REFERENCE + (serial or 0)}"
