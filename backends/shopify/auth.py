"""Two ways to be let in: an app's fixed token, or one asked for with its id and secret.

Shopify has made no new apps with a fixed token since January 2026; those that exist go on. A token
that was asked for lasts for a day. https://shopify.dev/docs/apps/build/authentication-authorization
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Callable, Generator

import httpx

from backends.errors import BackendUnavailable

HEADER = "X-Shopify-Access-Token"
_GRANT = "/admin/oauth/access_token"
# A new one is asked for so many seconds before the old one ends.
_MARGIN = 300.0


class AccessToken(httpx.Auth):
    """A fixed token, added at the last moment, so that no default header, repr or log shows it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See `httpx.Auth`."""
        request.headers[HEADER] = self._token
        yield request


class ClientCredentials(httpx.Auth):
    """A token that is asked for, and again when it ends or is refused.

    Args:
        client_id: of the app.
        secret: of the app; goes to the store and nowhere else.
        store: the store's address.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        client_id: str,
        secret: str,
        store: httpx.URL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
        }
        self._address = store.join(_GRANT)
        self._clock = clock
        self._token, self._ends = "", 0.0

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """See `httpx.Auth`."""
        fresh = self._clock() >= self._ends
        if fresh:
            answer = yield self._ask()
            await self._take(answer)
        request.headers[HEADER] = self._token
        response = yield request
        if response.status_code == 401 and not fresh:  # ended early, such as by a new secret
            answer = yield self._ask()
            await self._take(answer)
            request.headers[HEADER] = self._token
            yield request

    def _ask(self) -> httpx.Request:
        return httpx.Request(
            "POST", self._address, data=self._form, headers={"Accept": "application/json"}
        )

    async def _take(self, response: httpx.Response) -> None:
        content = await response.aread()
        if response.status_code >= 500 or response.status_code == 429:
            raise BackendUnavailable(
                f"Shopify gave no access token (status {response.status_code})",
                code="no_token",
                undone=True,
            )
        try:
            body = json.loads(content)
            self._token = str(body["access_token"])
            self._ends = self._clock() + float(body.get("expires_in") or 0.0) - _MARGIN
        except (ValueError, KeyError, TypeError):
            raise BackendUnavailable(
                "Shopify refused FRONTDESK_SHOPIFY_CLIENT_ID and FRONTDESK_SHOPIFY_CLIENT_SECRET "
                f"(status {response.status_code}): copy both anew from the app's settings in the "
                "Dev Dashboard, and see that the app is installed in this store",
                code="unauthorized",
                undone=True,
            ) from None
