"""Signing in and out, and changing one's own password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from desk import audit, users
from desk.users import UserProblem
from desk.web.context import COOKIE, Acting, Parts, SignedIn, TheParts, check_origin
from desk.web.pages import render

router = APIRouter()

_LOGIN_TRIES = parse("5/minute")  # for one login
_ADDRESS_TRIES = parse("30/minute")  # from one address, whatever the login
_storage = MemoryStorage()
_limiter = MovingWindowRateLimiter(_storage)


def forget_tries() -> None:
    """Begin counting anew; for tests."""
    _storage.reset()


@router.get("/login")
def login_page(request: Request, parts: TheParts) -> Response:
    """Ask who it is."""
    return render(request, "login.html", None, problem="", login="", oidc=parts.oidc is not None)


@router.post("/login", dependencies=[Depends(check_origin)])
def login(
    request: Request,
    parts: TheParts,
    login: Annotated[str, Form(max_length=255)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """Sign in; says nothing about which of the two was wrong."""
    oidc = parts.oidc is not None
    address = request.client.host if request.client else "unknown"
    if not _limiter.hit(_ADDRESS_TRIES, "address", address) or not _limiter.hit(
        _LOGIN_TRIES, "login", login.strip().lower()
    ):
        _note(parts, None, "sign_in_limited", login)
        problem = "Too many tries. Wait a minute and try again."
        return render(request, "login.html", None, 429, problem=problem, login=login, oidc=oidc)
    with parts.desk.database.read() as connection:
        user = users.check_password(connection, login, password)
    if user is None:
        _note(parts, None, "sign_in_failed", login)
        problem = "Login or password is wrong."
        return render(request, "login.html", None, 401, problem=problem, login=login, oidc=oidc)
    with parts.desk.database.write() as connection:
        users.end_old_sessions(connection, parts.settings.session_hours)
        token = users.begin_session(connection, user)
        audit.note(connection, user.id, "sign_in", user.login)
    answer = RedirectResponse("/", 303)
    keep(answer, token, parts)
    return answer


def keep(answer: Response, token: str, parts: Parts) -> None:
    """Have the browser keep a sign-in, away from scripts and other sites."""
    answer.set_cookie(
        COOKIE,
        token,
        httponly=True,
        samesite="strict",
        secure=parts.settings.secure_cookies,
        path="/",
    )


@router.post("/logout")
def logout(request: Request, session: Acting, parts: TheParts) -> Response:
    """Sign out."""
    with parts.desk.database.write() as connection:
        users.end_session(connection, request.cookies.get(COOKIE, ""))
        audit.note(connection, session.user.id, "sign_out", session.user.login)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.get("/password")
def password_page(request: Request, session: SignedIn) -> Response:
    """Ask for a new password."""
    return render(request, "password.html", session, problem="")


@router.post("/password")
def change_password(
    request: Request,
    session: Acting,
    parts: TheParts,
    old: Annotated[str, Form(max_length=1024)] = "",
    new: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """Change one's own password; every sign-in of the user ends."""

    def refuse(problem: str) -> Response:
        return render(request, "password.html", session, 400, problem=problem)

    user = session.user
    with parts.desk.database.read() as connection:
        if users.check_password(connection, user.login, old) is None:
            return refuse("The old password is wrong.")
    try:
        with parts.desk.database.write() as connection:
            users.update(connection, user.id, password=new)
            audit.note(connection, user.id, "change_password", user.login)
    except UserProblem as problem:
        return refuse(str(problem))
    return RedirectResponse("/login", 303)


def _note(parts: Parts, user_id: int | None, did: str, subject: str) -> None:
    with parts.desk.database.write() as connection:
        audit.note(connection, user_id, did, subject)
