"""The pages that people open: storefront, mailbox, tickets, changes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backends.demo import audit, mail, tickets, times
from backends.demo.catalogue import PRODUCTS
from backends.demo.shop import Shop, TheShop

router = APIRouter(default_response_class=HTMLResponse)

_CURRENCY = "€"
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _moment(text: str) -> str:
    return f"{times.read(text):%a %d %b %Y, %H:%M} UTC"


_templates.filters["moment"] = _moment
_templates.filters["price"] = lambda amount: f"{_CURRENCY} {amount // 100}.{amount % 100:02d}"


def render(shop: Shop, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page with the headers that every page has.

    Args:
        shop: whose page it is.
        template: its file.
        status: the HTTP status.
        values: what the template shows; everything is escaped.
    """
    chat = urlsplit(shop.settings.chat_url)
    origin = f"{chat.scheme}://{chat.netloc}"
    text = _templates.get_template(template).render(chat_url=shop.settings.chat_url, **values)
    headers = {
        # The chat brings its own styles into its own shadow tree.
        "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors 'none'; script-src 'self' {origin}; connect-src 'self' {origin}; "
        f"style-src 'self' 'unsafe-inline' {origin}; img-src 'self' data: {origin}; "
        f"font-src 'self' {origin}; media-src {origin}",
        "Cache-Control": "no-store",
        # The path of a reset link is a secret.
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(text, status, headers)


@router.get("/")
def storefront(shop: TheShop) -> HTMLResponse:
    """The shop with its chat."""
    return render(shop, "storefront.html", products=[item for item in PRODUCTS if item.blurb])


@router.get("/mailbox")
def mailbox(shop: TheShop) -> HTMLResponse:
    """The e-mails and texts that the shop sent, newest first."""
    with shop.database.read() as connection:
        return render(shop, "mailbox.html", messages=mail.newest(connection))


@router.get("/mailbox.json")
def mailbox_json(shop: TheShop) -> JSONResponse:
    """The same for programs."""
    with shop.database.read() as connection:
        found = [asdict(message) for message in mail.newest(connection)]
    return JSONResponse({"messages": found}, headers={"Cache-Control": "no-store"})


@router.get("/tickets")
def ticket_list(shop: TheShop) -> HTMLResponse:
    """The tickets with all that came with them, newest first."""
    with shop.database.read() as connection:
        return render(shop, "tickets.html", tickets=tickets.everything(connection))


@router.get("/tickets.json")
def tickets_json(shop: TheShop) -> JSONResponse:
    """The same for programs."""
    with shop.database.read() as connection:
        found = tickets.everything(connection)
    return JSONResponse({"tickets": found}, headers={"Cache-Control": "no-store"})


@router.get("/changes")
def change_list(shop: TheShop) -> HTMLResponse:
    """What was changed, by whom and through which channel, newest first."""
    with shop.database.read() as connection:
        return render(shop, "changes.html", changes=audit.everything(connection))


@router.get("/changes.csv")
def changes_csv(shop: TheShop) -> Response:
    """The same for a spreadsheet."""
    with shop.database.read() as connection:
        text = audit.as_csv(audit.everything(connection))
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="changes.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
