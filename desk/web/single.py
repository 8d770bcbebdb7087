"""Signing in at the company's identity provider, where the desk has one."""

from __future__ import annotations

import hmac
import logging

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from desk import audit, users
from desk.oidc import CALLBACK, OidcProblem
from desk.web.context import Parts, TheParts
from desk.web.pages import render
from desk.web.signing_in import keep

router = APIRouter()
logger = logging.getLogger(__name__)

STATE_COOKIE = "desk_oidc"
_FAILED = "That did not sign you in. Try again, or ask an admin whether you are let in."
_MINUTES = 10


@router.get("/login/oidc")
async def begin(request: Request, parts: TheParts) -> Response:
    """Send the browser to the provider."""
    if parts.oidc is None:
        return RedirectResponse("/login", 303)
    try:
        url, state = await parts.oidc.begin()
    except OidcProblem as problem:
        logger.error("sign-in by OIDC: %s", problem)
        return _refuse(request, "The sign-in service does not answer. Try again.")
    answer = RedirectResponse(url, 303)
    # Lax: the browser comes back from another site. Only this browser can end what it began.
    answer.set_cookie(
        STATE_COOKIE,
        state,
        max_age=60 * _MINUTES,
        httponly=True,
        samesite="lax",
        secure=parts.settings.secure_cookies,
        path=CALLBACK,
    )
    return answer


@router.get(CALLBACK)
async def finish(request: Request, parts: TheParts, state: str = "", code: str = "") -> Response:
    """Take somebody in who comes back from the provider."""
    if parts.oidc is None:
        return RedirectResponse("/login", 303)
    begun = request.cookies.get(STATE_COOKIE, "")
    if not begun or not hmac.compare_digest(begun.encode(), state.encode()):
        return _refuse(request, _FAILED)
    try:
        email = await parts.oidc.finish(state, code)
    except OidcProblem as problem:
        logger.warning("sign-in by OIDC: %s", problem)
        await run_in_threadpool(_note, parts, "")
        return _refuse(request, _FAILED)
    token = await run_in_threadpool(_let_in, parts, email)
    if token is None:
        return _refuse(request, _FAILED)
    # A redirect would still count as coming from the other site, and the cookie would not go along.
    answer = render(request, "signed_in.html", None)
    answer.delete_cookie(STATE_COOKIE, path=CALLBACK)
    keep(answer, token, parts)
    return answer


def _let_in(parts: Parts, email: str) -> str | None:
    with parts.desk.database.write() as connection:
        user = users.by_login(connection, email)
        if user is None or not user.active:
            audit.note(connection, None, "sign_in_failed", email, "oidc")
            return None
        users.end_old_sessions(connection, parts.settings.session_hours)
        audit.note(connection, user.id, "sign_in", user.login, "oidc")
        return users.begin_session(connection, user)


def _note(parts: Parts, login: str) -> None:
    with parts.desk.database.write() as connection:
        audit.note(connection, None, "sign_in_failed", login, "oidc")


def _refuse(request: Request, problem: str) -> Response:
    return render(request, "login.html", None, 401, problem=problem, login="", oidc=True)
