"""Changing an order: what it would come to, doing it once, and looking up whether it was done.

Profiles are changed in the same two steps, see `backends.demo.profile`.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from backends.demo import kinds, kinds_after, times
from backends.demo.change_bodies import ChangeBody, ConfirmedBody, ConfirmedProfileBody
from backends.demo.errors import ApiError, not_found
from backends.demo.once import Answer, Change, TheChange
from backends.demo.orders import NumberInPath
from backends.demo.planning import Asked, Plan, refuse
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
        return JSONResponse(quoted(shop, plan, number))


@router.post(_ORDER + "/changes")
def make(
    customer_id: IdInPath, number: NumberInPath, body: ConfirmedBody, change: TheChange
) -> JSONResponse:
    """Make a change, if it still comes to what the customer said yes to."""

    def work(connection: sqlite3.Connection) -> Answer:
        plan = _plan(connection, change.shop, customer_id, number, body.change)
        return carry_out(connection, change, plan, body, customer_id, number)

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


def quoted(shop: Shop, plan: Plan, subject: str) -> dict[str, Any]:
    """The outcome with the quote that stands for it.

    Args:
        shop: the shop.
        plan: what the change would do.
        subject: the order's number, or the customer's id for a profile.
    """
    text = json.dumps(plan.shown, sort_keys=True)
    return {**plan.shown, "quote": shop.keyed_hash("quote", subject, text)[:32]}


def carry_out(
    connection: sqlite3.Connection,
    change: Change,
    plan: Plan,
    body: ConfirmedBody | ConfirmedProfileBody,
    customer_id: str,
    number: str | None = None,
) -> Answer:
    """Do what was planned and keep the record of it, if that is what the customer said yes to.

    Args:
        connection: inside the transaction.
        change: the request.
        plan: what it would come to now.
        body: what was agreed to, and by whom it came.
        customer_id: whose it is.
        number: the order's; None for a profile.

    Raises:
        ApiError: 409, it would come to something else, or needs a better proof.
    """
    shop = change.shop
    if not shop.policy.identity.settles(body.made_by.proof, body.change.kind):
        raise refuse("proof", "This change needs a one-time code.", "person")
    outcome = quoted(shop, plan, number or customer_id)
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


def reference(serial: int | None) -> str:
    """What the customer is told of a change."""
    return f"C-{FIRST_REFERENCE + (serial or 0)}"
