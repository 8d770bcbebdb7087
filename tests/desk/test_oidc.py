"""Signing in at an identity provider, against a real small one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from desk import audit, users
from desk.app import create_app
from desk.oidc import OidcProblem, OidcSettings, from_environ
from desk.users import Role
from tests.desk.web import settings_in
from tests.providers.oidc_server import CLIENT_ID, CLIENT_SECRET, OidcServer, oidc_server

HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcServer]:
    with oidc_server() as provider:
        yield provider


@pytest.fixture
def client(provider: OidcServer, tmp_path: Path) -> Iterator[TestClient]:
    provider.claims, provider.forged = {}, False
    oidc = OidcSettings(provider.url, CLIENT_ID, CLIENT_SECRET, "http://testserver")
    app = create_app(dataclasses.replace(settings_in(tmp_path), oidc=oidc))
    with app.state.parts.desk.database.write() as connection:
        users.add(connection, "agent@example.com", "Anna", Role.AGENT, "a long password")
    with TestClient(app, follow_redirects=False) as client:
        yield client


def _come_back(client: TestClient, provider: OidcServer) -> Any:
    away = client.get("/login/oidc")
    assert away.status_code == 303
    return client.get("/login/oidc/callback", params=provider.sign_in(away.headers["location"]))


def test_who_is_known_here_is_let_in(client: TestClient, provider: OidcServer) -> None:
    assert 'href="/login/oidc"' in client.get("/login").text
    answer = _come_back(client, provider)
    assert answer.status_code == 200
    assert "samesite=strict" in str(answer.headers.get_list("set-cookie")).lower()
    assert "Anna" in client.get("/", headers=HTML).text
    app: Any = client.app
    with app.state.parts.desk.database.read() as connection:
        line = audit.newest(connection)[0]
    assert (line.did, line.subject, line.detail) == ("sign_in", "agent@example.com", "oidc")


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "stranger@example.com"},
        {"email": None},
        {"email_verified": False},
        {"email_verified": None},
        {"aud": "another-client"},
        {"iss": "https://evil.example"},
        {"nonce": "another"},
        {"exp": 1},
    ],
    ids=lambda wrong: "-".join(f"{name}={value}" for name, value in wrong.items()),
)
def test_who_is_not_proven_is_not(
    client: TestClient, provider: OidcServer, wrong: dict[str, Any]
) -> None:
    provider.claims = wrong
    assert _come_back(client, provider).status_code == 401
    assert client.get("/", headers=HTML).status_code == 303


def test_a_token_signed_by_somebody_else_proves_nothing(
    client: TestClient, provider: OidcServer
) -> None:
    provider.forged = True
    assert _come_back(client, provider).status_code == 401


def test_a_sign_in_ends_only_where_it_began_and_once(
    client: TestClient, provider: OidcServer
) -> None:
    away = client.get("/login/oidc").headers["location"]
    back = provider.sign_in(away)
    kept = client.cookies.get("desk_oidc", path="/login/oidc/callback")
    client.cookies.clear()  # another browser
    assert client.get("/login/oidc/callback", params=back).status_code == 401
    cookie = {"cookie": f"desk_oidc={kept}"}
    answer = client.get("/login/oidc/callback", params=back, headers=cookie)
    assert answer.status_code == 200
    client.cookies.clear()
    answer = client.get("/login/oidc/callback", params=back, headers=cookie)
    assert answer.status_code == 401


def test_who_is_kept_out_stays_out(client: TestClient, provider: OidcServer) -> None:
    app: Any = client.app
    with app.state.parts.desk.database.write() as connection:
        admin = users.add(connection, "admin", "Admin", Role.ADMIN, "a long password")
        user = users.by_login(connection, "agent@example.com")
        assert user is not None
        assert admin.id != user.id
        users.update(connection, user.id, active=False)
    assert _come_back(client, provider).status_code == 401


def test_half_a_setting_is_named() -> None:
    assert from_environ({}) is None
    with pytest.raises(OidcProblem, match="CLIENT_SECRET"):
        from_environ({"FRONTDESK_DESK_OIDC_ISSUER": "https://id.example"})
