"""From the settings to the clients: one connection pool, one client a system."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field, replace

import httpx

from backends import shopify, woocommerce
from backends.accounts import Accounts, RestAccounts
from backends.changes import Changes, RestChanges
from backends.client import (
    DEFAULT_TIMEOUT,
    BadSettings,
    address,
    attempt_seconds,
    below,
    http_client,
    silence_library,
)
from backends.connectors.clients import Clients, connect_platform
from backends.connectors.platform import Platform
from backends.crm import Crm, RestCrm
from backends.desk import Desk, RestDesk
from backends.errors import BackendUnavailable
from backends.http import Rest
from backends.orders import Orders, RestOrders
from backends.policy import PolicyError, configured
from backends.products import Products, RestProducts
from backends.profile import Profile, RestProfile
from backends.tickets import RestTickets, Tickets

__all__ = ["API_PATH", "Backends", "BadSettings", "connect", "probe"]

DEFAULT_URL = "http://127.0.0.1:8090"
API_PATH = "/api/v1"
# What does not mend itself while we wait.
_REFUSED = frozenset({"unauthorized", "forbidden", "access_denied", "no_store"})
_TOKEN = re.compile(r"[!-~]{16,}", re.ASCII)


@dataclass(frozen=True)
class Backends:
    """The clients of all systems, and the connections beneath when they share any.

    `desk` is None where no desk is configured: a handoff is a ticket then. `platform` is the shop
    software behind the clients, None for a shop that serves the contract itself; `settled` returns
    when nothing is under way any more, such as an e-mail.
    """

    orders: Orders
    accounts: Accounts
    crm: Crm
    tickets: Tickets
    changes: Changes
    products: Products
    profile: Profile
    desk: Desk | None = None
    platform: Platform | None = field(default=None, repr=False)
    settled: Callable[[], Awaitable[None]] | None = field(default=None, repr=False)
    client: httpx.AsyncClient | None = field(default=None, repr=False)
    desk_client: httpx.AsyncClient | None = field(default=None, repr=False)

    async def close(self) -> None:
        """End all connections; the clients cannot be used afterwards."""
        if self.settled is not None:
            await self.settled()
        for client in (self.client, self.desk_client):
            if client is not None:
                await client.aclose()


def connect(environ: Mapping[str, str] | None = None) -> Backends:
    """Clients for the shop that the settings name. Nothing is sent yet.

    Args:
        environ: the settings FRONTDESK_SHOP_URL, FRONTDESK_SHOP_TOKEN, FRONTDESK_BACKEND_TIMEOUT
            (seconds for one attempt) and, for a desk, FRONTDESK_DESK_URL and FRONTDESK_DESK_TOKEN;
            instead of the first two, those of a connector (docs/connectors.md). The process's own
            when None.

    Raises:
        BadSettings: one of them is missing or cannot work.
    """
    settings = os.environ if environ is None else environ
    timeout = attempt_seconds(settings)
    silence_library()
    backends = _platform(settings, timeout) or _contract(settings, timeout)
    if not settings.get("FRONTDESK_DESK_URL"):
        return backends
    # It is on our own network, and while it catches up on what happened it is slow, not away.
    patience = max(timeout, DEFAULT_TIMEOUT)
    client = _client(settings, "DESK", "the desk", patience)
    rest = Rest(client, "desk", timeout=patience, address_setting="FRONTDESK_DESK_URL")
    return replace(backends, desk=RestDesk(rest), desk_client=client)


async def probe(environ: Mapping[str, str] | None = None) -> None:
    """Ask the shop software that the settings name whether it accepts our credentials.

    Nothing is asked of a shop that serves the contract: `make check-backend` does that.

    Raises:
        BadSettings: it refuses them, or does not know the store; the message names the mend.
        BackendUnavailable: it does not answer.
    """
    backends = connect(environ)
    try:
        if backends.platform is not None:
            await backends.platform.check()
    except BackendUnavailable as error:
        if error.code in _REFUSED:
            raise BadSettings(error.message) from error
        raise
    finally:
        await backends.close()


def _contract(settings: Mapping[str, str], timeout: float) -> Backends:
    """The clients of a shop that serves the contract itself."""
    client = _client(settings, "SHOP", "the shop", timeout)
    return Backends(
        orders=RestOrders(Rest(client, "orders", timeout=timeout)),
        accounts=RestAccounts(Rest(client, "accounts", timeout=timeout)),
        crm=RestCrm(Rest(client, "crm", timeout=timeout)),
        tickets=RestTickets(Rest(client, "tickets", timeout=timeout)),
        changes=RestChanges(Rest(client, "changes", timeout=timeout)),
        products=RestProducts(Rest(client, "products", timeout=timeout)),
        profile=RestProfile(Rest(client, "profile", timeout=timeout)),
        client=client,
    )


def _platform(settings: Mapping[str, str], timeout: float) -> Backends | None:
    """The clients of the shop software that is configured; None if none is."""
    chosen = [one for one in (shopify, woocommerce) if settings.get(one.SWITCH)]
    if not chosen:
        return None
    if len(chosen) > 1:
        raise BadSettings(f"set either {shopify.SWITCH} or {woocommerce.SWITCH}, not both")
    if not settings.get("FRONTDESK_DESK_URL"):
        raise BadSettings(
            f"{chosen[0].SWITCH} needs the desk: shop software has no tickets, so without "
            "FRONTDESK_DESK_URL nobody would read what is handed over"
        )
    try:
        policy = configured(settings)
    except PolicyError as error:
        raise BadSettings(str(error)) from None
    connected: tuple[Platform, httpx.AsyncClient] = chosen[0].connect(settings, timeout, policy)
    platform, client = connected
    clients: Clients = connect_platform(platform, settings, policy)
    return Backends(**vars(clients), platform=platform, client=client)


def _client(
    settings: Mapping[str, str], system: str, called: str, timeout: float
) -> httpx.AsyncClient:
    where, token = f"FRONTDESK_{system}_URL", f"FRONTDESK_{system}_TOKEN"
    url = address(settings.get(where) or DEFAULT_URL, where, called)
    auth = _Bearer(_token(settings.get(token) or "", token, called))
    return http_client(below(url, API_PATH), auth, timeout)


class _Bearer(httpx.Auth):
    """Adds the token at the last moment, so that no default header, repr or log shows it."""

    def __init__(self, token: str) -> None:
        self._value = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._value
        yield request


def _token(text: str, setting: str, called: str) -> str:
    token = text.strip()
    if not token:
        raise BadSettings(f"{setting} is not set: give it the bearer token that {called} knows")
    if not _TOKEN.fullmatch(token):
        raise BadSettings(f"{setting} must be 16 or more visible ASCII characters without spaces")
    return token
