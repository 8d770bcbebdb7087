"""Signing in at the company's own identity provider, by OpenID Connect.

The provider says who somebody is; the desk says what they may do: only an address that is the login
of a user here is let in. Code flow with PKCE, state and nonce.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

CALLBACK = "/login/oidc/callback"
_BEGUN_FOR = 600.0  # s that somebody may take at the provider
_MOST_BEGUN = 10_000  # sign-ins under way; the oldest give way
_SECONDS = 10.0  # for one request to the provider
_LEEWAY = 60  # s that two machines' clocks may differ


class OidcProblem(Exception):
    """Nobody is signed in; the message says why, for the log and not for strangers."""


@dataclass(frozen=True)
class OidcSettings:
    """Where people sign in.

    Attributes:
        issuer: the provider's address, below which /.well-known/openid-configuration is.
        client_id, client_secret: what the provider gave the desk; the secret is never logged.
        address: where browsers reach the desk.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    address: str


def from_environ(environ: Mapping[str, str]) -> OidcSettings | None:
    """Read the settings; None if no provider is set.

    Raises:
        OidcProblem: one is missing.
    """
    issuer = environ.get("FRONTDESK_DESK_OIDC_ISSUER", "").strip().rstrip("/")
    if not issuer:
        return None
    client_id = environ.get("FRONTDESK_DESK_OIDC_CLIENT_ID", "").strip()
    secret = environ.get("FRONTDESK_DESK_OIDC_CLIENT_SECRET", "").strip()
    if not client_id or not secret:
        raise OidcProblem(
            "FRONTDESK_DESK_OIDC_CLIENT_ID and FRONTDESK_DESK_OIDC_CLIENT_SECRET must be set too."
        )
    return OidcSettings(issuer, client_id, secret, environ["FRONTDESK_DESK_ADDRESS"].rstrip("/"))


@dataclass(frozen=True)
class _Begun:
    nonce: str
    verifier: str
    until: float


class Oidc:
    """Sign-ins at one provider; those under way are kept in this process's memory."""

    def __init__(self, settings: OidcSettings):
        """Bind the settings; nothing is sent yet."""
        self._settings = settings
        self._begun: dict[str, _Begun] = {}

    async def begin(self) -> tuple[str, str]:
        """Return where to send the browser, and the state that it must bring back.

        Raises:
            OidcProblem: the provider does not answer as it should.
        """
        found = await self._get("/.well-known/openid-configuration")
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        async with self._client() as client:
            url, state = client.create_authorization_url(
                found["authorization_endpoint"], nonce=nonce, code_verifier=verifier
            )
        now = time.monotonic()
        self._begun = {key: one for key, one in self._begun.items() if one.until > now}
        while len(self._begun) >= _MOST_BEGUN:
            del self._begun[next(iter(self._begun))]
        self._begun[state] = _Begun(nonce, verifier, now + _BEGUN_FOR)
        return url, state

    async def finish(self, state: str, code: str) -> str:
        """Return the proven e-mail address of whoever came back, in lower case.

        Args:
            state: as the browser and its cookie brought it; good once.
            code: as the browser brought it.

        Raises:
            OidcProblem: it is not proven who this is.
        """
        begun = self._begun.pop(state, None)
        if begun is None or begun.until < time.monotonic():
            raise OidcProblem("this sign-in was not begun here, or took too long")
        found = await self._get("/.well-known/openid-configuration")
        keys = await self._get(found["jwks_uri"])
        try:
            async with self._client() as client:
                token = await client.fetch_token(
                    found["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=begun.verifier,
                )
            claims = self._claims(str(token.get("id_token") or ""), keys, begun.nonce)
        except (AuthlibBaseError, JoseError, httpx.HTTPError, ValueError) as problem:
            raise OidcProblem(f"the provider's answer proves nobody ({problem!r})") from None
        email = str(claims.get("email") or "").strip().lower()
        if not email or claims.get("email_verified") is not True:
            raise OidcProblem("the provider gave no verified e-mail address")
        return email

    def _claims(self, id_token: str, keys: Any, nonce: str) -> Mapping[str, Any]:
        settings = self._settings
        # A list of algorithms: a token that names "none", or our secret as its key, is refused.
        token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=["RS256", "ES256"])
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                # some providers write theirs with a slash at the end
                "iss": {"essential": True, "values": [settings.issuer, settings.issuer + "/"]},
                "aud": {"essential": True, "value": settings.client_id},
            },
            {"nonce": nonce, "client_id": settings.client_id},
        )
        claims.validate(leeway=_LEEWAY)
        return dict(claims)

    def _client(self) -> AsyncOAuth2Client:
        settings = self._settings
        return AsyncOAuth2Client(
            settings.client_id,
            settings.client_secret,
            scope="openid email profile",
            redirect_uri=settings.address + CALLBACK,
            code_challenge_method="S256",
            timeout=_SECONDS,
        )

    async def _get(self, path: str) -> dict[str, Any]:
        url = path if path.startswith("http") else self._settings.issuer + path
        try:
            async with httpx.AsyncClient(timeout=_SECONDS) as client:
                answer = await client.get(url)
                answer.raise_for_status()
                found: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as problem:
            raise OidcProblem(f"{url} does not answer ({type(problem).__name__})") from None
        return found
