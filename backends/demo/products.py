"""What there is to buy, and what customers have on file to buy it with."""

from __future__ import annotations

import sqlite3
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse

from backends.demo import crm, money, times
from backends.demo.catalogue import PRODUCTS, REGIONS, VARIANTS, Product
from backends.demo.errors import not_found
from backends.demo.once import Answer, TheChange
from backends.demo.planning import in_stock
from backends.demo.shop import IdInPath, TheShop

router = APIRouter()

_CURRENCIES = {region.code: region.currency for region in REGIONS}
_OTHER_CURRENCY = "EUR"
RegionInQuery = Annotated[str, Query(min_length=2, max_length=2, pattern=r"^[A-Z]{2}\Z")]


@router.get("/products")
def list_products(
    shop: TheShop,
    region: RegionInQuery = "DE",
    search: Annotated[str, Query(max_length=100)] = "",
) -> JSONResponse:
    """The catalogue, or what of it fits some words."""
    words = search.lower().split()
    with shop.database.read() as connection:
        found = [
            _written(connection, product, region)
            for product in PRODUCTS
            if all(word in _said(product) for word in words)
        ]
    return JSONResponse({"products": found})


@router.get("/products/{product_id}")
def get_product(product_id: IdInPath, shop: TheShop, region: RegionInQuery = "DE") -> JSONResponse:
    """One product with all its kinds."""
    with shop.database.read() as connection:
        for product in PRODUCTS:
            if product.id == product_id:
                return JSONResponse(_written(connection, product, region))
    raise not_found()


@router.get("/customers/{customer_id}/payment-methods")
def list_methods(customer_id: IdInPath, shop: TheShop) -> JSONResponse:
    """What a customer can pay with, what they use most first."""
    with shop.database.read() as connection:
        customer = crm.read(connection, customer_id)
        currency = _CURRENCIES.get(customer["region"], _OTHER_CURRENCY)
        rows = connection.execute(
            "SELECT * FROM payment_methods WHERE customer_id = ? ORDER BY id", (customer_id,)
        ).fetchall()
    methods = [
        {
            "id": row["id"],
            "kind": row["kind"],
            "label": row["label"],
            "balance": None if row["balance"] is None else money.written(row["balance"], currency),
        }
        for row in rows
    ]
    return JSONResponse({"payment_methods": methods})


@router.put("/customers/{customer_id}/reminders/{variant_id}")
def remind(
    customer_id: IdInPath,
    variant_id: Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+\Z")],
    change: TheChange,
) -> JSONResponse:
    """Tell a customer when a kind is back in stock."""

    def work(connection: sqlite3.Connection) -> Answer:
        crm.read(connection, customer_id)
        if variant_id not in VARIANTS:
            raise not_found()
        connection.execute(
            "INSERT OR IGNORE INTO stock_reminders (variant_id, customer_id, asked_at)"
            " VALUES (?, ?, ?)",
            (variant_id, customer_id, times.write(change.shop.now())),
        )
        return Answer(202, {"status": "accepted"})

    return change.once(work)


def _said(product: Product) -> str:
    kinds = " ".join(variant.title for variant in product.variants)
    return f"{product.name} {product.blurb} {kinds}".lower()


def _written(connection: sqlite3.Connection, product: Product, region: str) -> dict[str, Any]:
    currency = _CURRENCIES.get(region, _OTHER_CURRENCY)
    return {
        "id": product.id,
        "name": product.name,
        "description": product.blurb,
        "variants": [
            {
                "id": product.variant_id(variant),
                "title": variant.title,
                "options": dict(variant.options),
                "price": money.written(variant.price, currency),
                "available": in_stock(connection, product.variant_id(variant)),
            }
            for variant in product.variants
        ],
    }
