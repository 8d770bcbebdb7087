"""What every route needs, and how a request is let in."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from backends.article_verdicts import ArticleVerdicts
from desk import users
from desk.chatwoot.bridge import Bridge
from desk.customers import Customers
from desk.desk import Desk
from desk.oidc import Oidc
from desk.pulse import Pulse
from desk.rasa import Rasa
from desk.settings import Settings
from desk.users import Session
from desk.web.board import Board

COOKIE = "desk_session"
CSRF_HEADER = "x-csrf-token"


class SignInNeeded(Exception):
    """Nobody is signed in."""


class Forbidden(Exception):
    """This user may not do this, or the request did not come from our own page."""


@dataclass
class Parts:
    """The parts of a running desk.

    Attributes:
        settings: how it is set up.
        desk: what can be done.
        pulse: tells open pages of changes.
        rasa: the assistant's server.
        bridge: to Chatwoot; None if people answer at our own pages.
        oidc: the identity provider's sign-ins; None if there is no provider.
        verdicts: what customers said of articles; None if there is no knowledge base.
        board: the list of who waits.
        customers: what the shop knows; None if the desk is not connected to one.
    """

    settings: Settings
    desk: Desk
    pulse: Pulse
    rasa: Rasa
    bridge: Bridge | None = None
    customers: Customers | None = None
    oidc: Oidc | None = None
    verdicts: ArticleVerdicts | None = None
    board: Board = field(default_factory=Board)


def parts_of(request: Request) -> Parts:
    """Return the running desk's parts."""
    parts: Parts = request.app.state.parts
    return parts


async def _the_parts(request: Request) -> Parts:
    """Do as `parts_of`; asynchronous, so that no request waits for a thread to get them."""
    return parts_of(request)


def signed_in(request: Request) -> Session:
    """Return the sign-in of whoever asks.

    Raises:
        SignInNeeded: there is none, or it has ended.
    """
    session = session_now(parts_of(request), request.cookies.get(COOKIE, ""))
    if session is None:
        raise SignInNeeded
    return session


def session_now(parts: Parts, token: str) -> Session | None:
    """Return the sign-in of a cookie if it holds, and note that somebody is there."""
    database = parts.desk.database
    with database.read() as connection:
        session = users.session_of(connection, token, parts.settings.session_hours)
    note(parts, session, token)
    return session


def note(parts: Parts, session: Session | None, token: str) -> None:
    """Note that somebody is there, if it is time to; outside any other transaction."""
    if session is not None and session.needs_note:
        with parts.desk.database.write() as connection:
            users.seen(connection, token)


async def acting(request: Request, session: Annotated[Session, Depends(signed_in)]) -> Session:
    """Return the sign-in of whoever wants to change something, from a page of ours.

    Raises:
        SignInNeeded: there is none.
        Forbidden: the request comes from another site, or without the page's token.
    """
    check_origin(request)
    given = request.headers.get(CSRF_HEADER, "")
    if not given:
        form = await request.form()
        given = str(form.get("csrf") or "")
    if not hmac.compare_digest(given.encode(), session.csrf.encode()):
        raise Forbidden
    return session


def check_origin(request: Request) -> None:
    """Refuse a request that a browser sends for another site's page.

    Raises:
        Forbidden: it comes from another site.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return  # no browser sends a POST across sites without it
    if urlsplit(origin).netloc != request.headers.get("host", ""):
        raise Forbidden


TheParts = Annotated[Parts, Depends(_the_parts)]
SignedIn = Annotated[Session, Depends(signed_in)]
Acting = Annotated[Session, Depends(acting)]
