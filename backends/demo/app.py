"""The demo shop as one ASGI application."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from backends import policy
from backends.demo import (
    changes,
    codes,
    contact_codes,
    crm,
    errors,
    finding,
    orders,
    pages,
    products,
    profile,
    recovery,
    reset,
    seed,
    tickets,
    times,
)
from backends.demo.database import Database
from backends.demo.door import Door
from backends.demo.settings import Settings
from backends.demo.shop import Shop

API = "/api/v1"
CONTRACT = Path(__file__).parent.parent / "openapi.yaml"
STATIC = Path(__file__).parent / "static"


def create_app(settings: Settings, clock: times.Clock = times.now) -> FastAPI:
    """Build the shop; a new database is filled with generated customers and orders.

    Args:
        settings: how to run.
        clock: what time it is; tests give one that they can turn.

    Raises:
        DatabaseError: the database cannot be used.
        PolicyError: the policy cannot be used.
    """
    shop = Shop(settings, Database(settings.database), clock, policy.load(settings.policy))
    shop.database.prepare(lambda connection: seed.fill(connection, shop.now()))

    # The contract is the document; FastAPI's own one would be a second truth.
    app = FastAPI(title="Tallowick", openapi_url=None, redirect_slashes=False)
    app.state.shop = shop
    app.add_middleware(Door, prefix=API, token=settings.token)
    errors.install(app)
    for system in (
        *(orders, changes, products, profile, contact_codes),
        *(codes, recovery, finding, crm, tickets),
    ):
        app.include_router(system.router, prefix=API)
    app.include_router(pages.router)
    app.include_router(reset.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/health")
    def health() -> JSONResponse:
        with shop.database.read() as connection:
            connection.execute("SELECT 1 FROM customers LIMIT 1").fetchone()
        return JSONResponse({"status": "ok"})

    @app.get("/openapi.yaml")
    def contract() -> FileResponse:
        return FileResponse(CONTRACT, media_type="application/yaml")

    return app
