"""Rendering, with the headers that every page has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from desk import customers, urgency
from desk.users import Role, Session
from desk.web import views

STATIC = Path(__file__).parent / "static"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data:; manifest-src 'self'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {
    "moment": views.moment,
    "clock": views.clock,
    "span": views.span,
    "words": views.words,
    "money": customers.money,
    "why": urgency.why,
}
_templates.globals["Role"] = Role


def fragment(template: str, **values: Any) -> str:
    """Return a part of a page as HTML; everything is escaped."""
    return _templates.get_template(template).render(values)


def render(
    request: Request, template: str, session: Session | None, status: int = 200, **values: Any
) -> HTMLResponse:
    """Return a page.

    Args:
        request: for which.
        template: its file.
        session: who is signed in; None for nobody.
        status: the HTTP status.
        values: what the template shows; everything is escaped.
    """
    user = session.user if session else None
    csrf = session.csrf if session else ""
    text = _templates.get_template(template).render(
        user=user, csrf=csrf, path=request.url.path, **values
    )
    return HTMLResponse(text, status, dict(_HEADERS))
