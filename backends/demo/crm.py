"""Who the customers are."""

from __future__ import annotations

import sqlite3
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from backends.demo.errors import not_found
from backends.demo.shop import IdInPath, TheShop

router = APIRouter()


@router.get("/customers/{customer_id}")
def get_customer(customer_id: IdInPath, shop: TheShop) -> JSONResponse:
    """One customer."""
    with shop.database.read() as connection:
        return JSONResponse(read(connection, customer_id))


def read(connection: sqlite3.Connection, customer_id: str) -> dict[str, Any]:
    """A customer as the contract writes it.

    Raises:
        ApiError: 404, there is none with this id.
    """
    row = connection.execute(
        "SELECT id, first_name, last_name, email, phone, region, vip FROM customers WHERE id = ?",
        (customer_id,),
    ).fetchone()
    if row is None:
        raise not_found()
    return {**dict(row), "vip": bool(row["vip"])}


def by_email(connection: sqlite3.Connection, email: str) -> sqlite3.Row | None:
    """The customer with this e-mail address, in any case of letters; None when there is none."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM customers WHERE email = ?", (email.lower(),)
    ).fetchone()
    return row
