"""Every route, for everybody who has no business there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from channels.web.tokens import SessionTokens
from desk import audit
from desk.users import Role
from tests.desk.web import PASSWORD, TOKEN, Browser, Web, running

OPEN = {
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/login/oidc"),
    ("GET", "/login/oidc/callback"),
    ("GET", "/health"),
    ("POST", "/webhooks/chatwoot"),  # signed: tests/desk/test_chatwoot.py
}
# (method, route): the lowest role that is let in
ROLES = {
    ("GET", "/"): "agent",
    ("GET", "/parts/queue"): "agent",
    ("GET", "/handoffs/{handoff_id}"): "agent",
    ("GET", "/parts/handoffs/{handoff_id}"): "agent",
    ("GET", "/parts/handoffs/{handoff_id}/customer"): "agent",
    ("POST", "/handoffs/{handoff_id}/order"): "agent",
    ("POST", "/handoffs/{handoff_id}/take"): "agent",
    ("POST", "/handoffs/{handoff_id}/release"): "agent",
    ("POST", "/handoffs/{handoff_id}/give"): "agent",
    ("POST", "/handoffs/{handoff_id}/resolve"): "agent",
    ("POST", "/handoffs/{handoff_id}/say"): "agent",
    ("POST", "/handoffs/{handoff_id}/note"): "agent",
    ("POST", "/handoffs/{handoff_id}/typing"): "agent",
    ("GET", "/conversation"): "agent",
    ("GET", "/stream"): "agent",
    ("GET", "/closed"): "agent",
    ("GET", "/replies"): "agent",
    ("GET", "/password"): "agent",
    ("POST", "/password"): "agent",
    ("POST", "/logout"): "agent",
    ("POST", "/replies"): "lead",
    ("POST", "/replies/{reply_id}/delete"): "lead",
    ("GET", "/articles"): "agent",
    ("POST", "/articles/{article_id}/settle"): "lead",
    ("GET", "/kpis"): "lead",
    ("GET", "/audit"): "lead",
    ("GET", "/people"): "admin",
    ("POST", "/people"): "admin",
    ("POST", "/people/{user_id}"): "admin",
}
API = {("POST", f"/api/v1/{what}") for what in ("handoffs", "leave", "typing", "undelivered")}
FORM = {
    "agent": 1,
    "outcome": "solved",
    "text": "hello",
    "key": "key-0001",
    "name": "x",
    "login": "x",
    "password": "long enough 1",
    "old": "x",
    "new": "y",
}


def customers_token() -> str:
    """A token of the web channel, signed as Frontdesk signs them."""
    return SessionTokens("a" * 32, timedelta(hours=1)).issue("web-1")[0]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with running(tmp_path_factory.mktemp("desk")) as web:
        yield web


@pytest.fixture(scope="module")
def browsers(web: Web) -> dict[str, Browser]:
    return {role: web.sign_in(role) for role in ("agent", "lead", "admin")}


def _path(route: str) -> str:
    return route.format(handoff_id=999, reply_id=999, user_id=999, article_id="x")


def test_every_route_is_in_one_of_the_lists(web: Web) -> None:
    app: Any = web.client.app
    served = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert served == OPEN | set(ROLES) | API


@pytest.mark.parametrize(("method", "route"), ROLES)
@pytest.mark.parametrize(
    "cookie",
    [None, "forged", "", customers_token()],
    ids=["none", "forged", "empty", "customer's"],
)
def test_an_unsigned_visitor_gets_nothing(
    web: Web, method: str, route: str, cookie: str | None
) -> None:
    headers = {} if cookie is None else {"cookie": f"desk_session={cookie}"}
    content = {} if method == "GET" else {"data": FORM}
    answer = web.client.request(method, _path(route), headers=headers, **content)
    assert answer.status_code == 401
    assert answer.json() == {"message": "Sign in first."}
    page = {**headers, "accept": "text/html"}
    answer = web.client.request(method, _path(route), headers=page, **content)
    if method == "GET":
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert answer.text == ""
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "route", "role"),
    [
        (method, route, role.name.lower())
        for (method, route), lowest in ROLES.items()
        for role in Role
        if role < Role.named(lowest)
    ],
)
def test_a_lower_role_gets_nothing(
    browsers: dict[str, Browser], method: str, route: str, role: str
) -> None:
    browser = browsers[role]
    if method == "GET":
        status, text = browser.get(_path(route))
        assert status == 403
        assert "audit" not in text.lower()
    else:
        assert browser.post(_path(route), **FORM) == 403


@pytest.mark.parametrize("route", [route for method, route in ROLES if method == "POST"])
def test_a_form_from_elsewhere_changes_nothing(browsers: dict[str, Browser], route: str) -> None:
    browser = browsers["admin"]
    for csrf in ("", "forged", browsers["agent"].csrf):
        answer = browser.client.post(_path(route), data={**FORM, "csrf": csrf})
        assert answer.status_code == 403
    away = {"origin": "https://evil.example"}
    data = {**FORM, "csrf": browser.csrf}
    assert browser.client.post(_path(route), data=data, headers=away).status_code == 403


@pytest.mark.parametrize(("method", "route"), API)
@pytest.mark.parametrize(
    "token",
    [None, "forged", TOKEN[:-1], "é", customers_token()],
    ids=["none", "forged", "shortened", "not ASCII", "customer's"],
)
def test_the_api_needs_its_token(
    web: Web, browsers: dict[str, Browser], method: str, route: str, token: str | None
) -> None:
    headers = {} if token is None else {"authorization": f"Bearer {token}".encode()}
    for client in (web.client, browsers["admin"].client):
        answer = client.request(method, route, json={}, headers=headers)
        assert answer.status_code == 401


def test_nothing_is_said_about_which_was_wrong_and_tries_are_limited(tmp_path: Path) -> None:
    with running(tmp_path) as web:
        pages = set()
        for login, password in (("admin", "wrong"), ("nobody", "wrong"), ("nobody", PASSWORD)):
            answer = web.client.post("/login", data={"login": login, "password": password})
            assert answer.status_code == 401
            pages.add(answer.text.replace(login, "-"))
        assert len(pages) == 1
        statuses = [
            web.client.post("/login", data={"login": "lead", "password": "no"}).status_code
            for _ in range(7)
        ]
        assert statuses == [401] * 5 + [429] * 2
        # the right password does not help either while the limit holds
        answer = web.client.post("/login", data={"login": "lead", "password": PASSWORD})
        assert answer.status_code == 429
        with web.desk.database.read() as connection:
            did = [line.did for line in audit.newest(connection)]
        assert did.count("sign_in_failed") == 8
        assert "sign_in_limited" in did


def test_a_sign_in_ends(tmp_path: Path) -> None:
    with running(tmp_path) as web:
        first, second = web.sign_in("lead"), web.sign_in("agent")
        assert first.get("/audit")[0] == 200
        assert first.post("/logout") == 303
        assert first.get("/")[0] == 303
        # who is kept out, or gets another role, is signed out at once
        admin = web.sign_in("admin")
        assert admin.post(f"/people/{second.user.id}", active="no") == 303
        assert second.get("/")[0] == 303
        answer = web.client.post("/login", data={"login": "agent", "password": PASSWORD})
        assert answer.status_code == 401
        # somebody must stay admin
        assert admin.post(f"/people/{admin.user.id}", role="agent") == 400
        assert admin.get("/people")[0] == 200


def test_the_cookie_is_kept_from_scripts_and_other_sites(web: Web) -> None:
    answer = web.client.post("/login", data={"login": "lead", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    page = web.client.get("/login")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    web.client.cookies.clear()
