"""The page behind the link in the e-mail, and the one to try the new password on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse

from backends.demo import recovery
from backends.demo.pages import render
from backends.demo.shop import TheShop

router = APIRouter(default_response_class=HTMLResponse)

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
# Compared with when there is no such account, so that the answer takes as long.
_NOBODY = recovery.hash_password("nobody has this password")


@router.get("/reset/{token}")
def reset_form(token: str, shop: TheShop) -> HTMLResponse:
    """The form for a new password, if the link still works."""
    with shop.database.read() as connection:
        owner = recovery.link_owner(connection, token, shop.now())
    if owner is None:
        return render(shop, "reset.html", 404, state="ended", problem="")
    return render(shop, "reset.html", state="form", problem="")


@router.post("/reset/{token}")
def reset_password(
    token: str,
    shop: TheShop,
    password: Annotated[str, Form()] = "",
    repeated: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Take the new password."""
    problem = _problem(password, repeated)
    with shop.database.read() as connection:
        owner = recovery.link_owner(connection, token, shop.now())
    if owner is None:
        return render(shop, "reset.html", 404, state="ended", problem="")
    if problem:
        return render(shop, "reset.html", 422, state="form", problem=problem)
    # Slow on purpose, so before the transaction in which others would wait.
    password_hash = recovery.hash_password(password)
    with shop.database.write() as connection:
        # Asked again: of two who use the same link at once only one may succeed.
        owner = recovery.link_owner(connection, token, shop.now())
        if owner is not None:
            recovery.set_password(connection, owner, password_hash, shop.now())
    if owner is None:
        return render(shop, "reset.html", 404, state="ended", problem="")
    return render(shop, "reset.html", state="done", problem="")


@router.get("/login")
def login_form(shop: TheShop) -> HTMLResponse:
    """A form to try a username and password."""
    return render(shop, "login.html", name="", problem="")


@router.post("/login")
def login(
    shop: TheShop,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Say whether they fit. There is nothing behind it: the demo shop has no account pages."""
    with shop.database.read() as connection:
        customer = connection.execute(
            "SELECT first_name, password_hash FROM customers WHERE username = ?",
            (username.strip().lower(),),
        ).fetchone()
    stored = _NOBODY if customer is None else customer["password_hash"] or _NOBODY
    fits = recovery.password_fits(password[:LONGEST_PASSWORD], stored)
    if customer is None or stored is _NOBODY or not fits:
        problem = "Username and password do not fit together."
        return render(shop, "login.html", 403, name="", problem=problem)
    return render(shop, "login.html", name=customer["first_name"], problem="")


def _problem(password: str, repeated: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        return f"Use at least {SHORTEST_PASSWORD} characters."
    if len(password) > LONGEST_PASSWORD:
        return f"Use at most {LONGEST_PASSWORD} characters."
    if password != repeated:
        return "The two passwords are not the same."
    return ""
