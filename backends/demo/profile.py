"""Changing a profile: what it would come to, and doing it once."""

from __future__ import annotations

import sqlite3

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from backends.demo.change_bodies import ConfirmedProfileBody, ProfileChangeBody
from backends.demo.changes import carry_out, quoted
from backends.demo.errors import not_found
from backends.demo.once import Answer, TheChange
from backends.demo.planning import Plan
from backends.demo.profile_kinds import KINDS, AskedOfProfile
from backends.demo.shop import IdInPath, Shop, TheShop

router = APIRouter()

_CHANGES = "/customers/{customer_id}/profile/changes"


@router.post(_CHANGES + "/preview")
def preview(customer_id: IdInPath, body: ProfileChangeBody, shop: TheShop) -> JSONResponse:
    """What a change would come to; nothing is changed."""
    with shop.database.read() as connection:
        plan = _plan(connection, shop, customer_id, body)
        return JSONResponse(quoted(shop, plan, customer_id))


@router.post(_CHANGES)
def make(customer_id: IdInPath, body: ConfirmedProfileBody, change: TheChange) -> JSONResponse:
    """Make a change, if it still comes to what the customer said yes to."""

    def work(connection: sqlite3.Connection) -> Answer:
        plan = _plan(connection, change.shop, customer_id, body.change)
        return carry_out(connection, change, plan, body, customer_id)

    return change.once(work)


def _plan(
    connection: sqlite3.Connection, shop: Shop, customer_id: str, body: ProfileChangeBody
) -> Plan:
    customer = connection.execute("SELECT * FROM customers WHERE id = ?", (customer_id,)).fetchone()
    if customer is None:
        raise not_found()
    return KINDS[body.kind](AskedOfProfile(connection, shop, customer, body))
