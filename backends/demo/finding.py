"""Finding the one customer with a name and a postcode, where the policy takes that for a proof."""

from __future__ import annotations

import hmac
import sqlite3
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, StrictStr, root_validator

from backends.demo import crm, misses
from backends.demo.errors import ApiError, not_found
from backends.demo.orders import NumberInBody
from backends.demo.shop import POSTCODE, Body, Shop, TheShop
from backends.likeness import name_key, postcode_key
from backends.policy import NAME_AND_POSTCODE

router = APIRouter()


class FindCustomer(Body):
    """Who a customer says that they are."""

    name: Annotated[StrictStr, Field(min_length=1, max_length=200)]
    postcode: Annotated[StrictStr, Field(min_length=1, max_length=16, regex=POSTCODE)]
    number: NumberInBody | None = None

    @root_validator(pre=True)
    def _number(cls, values: dict[str, Any]) -> dict[str, Any]:
        if "number" in values and values["number"] is None:
            raise ValueError("number is left out, not null")
        return values


@router.post("/customers/find")
def find_customer(body: FindCustomer, shop: TheShop) -> JSONResponse:
    """The one customer with this name and postcode."""
    with shop.database.write() as connection:
        found = _find(connection, shop, body)
    # Outside of the transaction: the miss must be kept.
    if isinstance(found, ApiError):
        raise found
    return JSONResponse(found)


def _find(
    connection: sqlite3.Connection, shop: Shop, body: FindCustomer
) -> dict[str, Any] | ApiError:
    keys = (
        shop.keyed_hash("name", name_key(body.name)),
        shop.keyed_hash("postcode", postcode_key(body.postcode)),
    )
    if closed := misses.too_often(connection, shop.now(), *keys):
        return closed
    accepted = NAME_AND_POSTCODE in shop.policy.identity.proofs
    fitting = [
        row["id"]
        for row in connection.execute("SELECT id, first_name, last_name, postcode FROM customers")
        if _fits(row, body)
    ]
    if body.number is not None:
        owner = connection.execute(
            "SELECT customer_id FROM orders WHERE number = ?", (body.number,)
        ).fetchone()
        fitting = [one for one in fitting if owner is not None and one == owner["customer_id"]]
    if not accepted or len(fitting) != 1:
        misses.add(connection, shop.now(), *keys)
        return not_found()
    return crm.read(connection, fitting[0])


def _fits(customer: sqlite3.Row, body: FindCustomer) -> bool:
    known = name_key(f"{customer['first_name']} {customer['last_name']}")
    fits = hmac.compare_digest(known.encode(), name_key(body.name).encode())
    given = postcode_key(body.postcode).encode()
    return fits & hmac.compare_digest(postcode_key(customer["postcode"]).encode(), given)
