"""From the settings to the clients: one connection pool, one client a system."""

from __future__ import annotations

import ipaddress
import logging
import os
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

import httpx

from backends.accounts import Accounts, RestAccounts
from backends.changes import Changes, RestChanges
from backends.crm import Crm, RestCrm
from backends.desk import Desk, RestDesk
from backends.http import MAX_CALL_SECONDS, Rest
from backends.orders import Orders, RestOrders
from backends.products import Products, RestProducts
from backends.tickets import RestTickets, Tickets

logger = logging.getLogger(__name__)

DEFAULT_URL = "http://127.0.0.1:8090"
DEFAULT_TIMEOUT = 5.0
MIN_TIMEOUT = 0.1
API_PATH = "/api/v1"
# A connection is there or is not; the rest of the time is better spent on the answer.
_CONNECT_SECONDS = 3.0
# Shorter than the five seconds after which uvicorn and others drop an idle connection, lest a
# request be sent into a closing one.
_KEEPALIVE_SECONDS = 3.0
_TOKEN = re.compile(r"[!-~]{16,}", re.ASCII)


class BadSettings(ValueError):
    """A setting is missing or cannot work; the message names it and the mend, never a secret."""


@dataclass(frozen=True)
class Backends:
    """The clients of all systems, and the connections beneath when they share any.

    `desk` is None where no desk is configured: a handoff is a ticket then.
    """

    orders: Orders
    accounts: Accounts
    crm: Crm
    tickets: Tickets
    changes: Changes
    products: Products
    desk: Desk | None = None
    client: httpx.AsyncClient | None = field(default=None, repr=False)
    desk_client: httpx.AsyncClient | None = field(default=None, repr=False)

    async def close(self) -> None:
        """End all connections; the clients cannot be used afterwards."""
        for client in (self.client, self.desk_client):
            if client is not None:
                await client.aclose()


def connect(environ: Mapping[str, str] | None = None) -> Backends:
    """Clients for the shop that the settings name. Nothing is sent yet.

    Args:
        environ: the settings FRONTDESK_SHOP_URL, FRONTDESK_SHOP_TOKEN, FRONTDESK_BACKEND_TIMEOUT
            (seconds for one attempt) and, for a desk, FRONTDESK_DESK_URL and FRONTDESK_DESK_TOKEN;
            the process's own when None.

    Raises:
        BadSettings: one of them is missing or cannot work.
    """
    settings = os.environ if environ is None else environ
    timeout = _timeout(settings.get("FRONTDESK_BACKEND_TIMEOUT") or str(DEFAULT_TIMEOUT))
    _silence_library()
    client = _client(settings, "SHOP", "the shop", timeout)
    desk, desk_client = None, None
    if settings.get("FRONTDESK_DESK_URL"):
        # It is on our own network, and while it catches up on what happened it is slow, not away.
        patience = max(timeout, DEFAULT_TIMEOUT)
        desk_client = _client(settings, "DESK", "the desk", patience)
        rest = Rest(desk_client, "desk", timeout=patience, address_setting="FRONTDESK_DESK_URL")
        desk = RestDesk(rest)
    return Backends(
        orders=RestOrders(Rest(client, "orders", timeout=timeout)),
        accounts=RestAccounts(Rest(client, "accounts", timeout=timeout)),
        crm=RestCrm(Rest(client, "crm", timeout=timeout)),
        tickets=RestTickets(Rest(client, "tickets", timeout=timeout)),
        changes=RestChanges(Rest(client, "changes", timeout=timeout)),
        products=RestProducts(Rest(client, "products", timeout=timeout)),
        desk=desk,
        client=client,
        desk_client=desk_client,
    )


def _client(
    settings: Mapping[str, str], system: str, called: str, timeout: float
) -> httpx.AsyncClient:
    address, token = f"FRONTDESK_{system}_URL", f"FRONTDESK_{system}_TOKEN"
    url = _url(settings.get(address) or DEFAULT_URL, address, called)
    return httpx.AsyncClient(
        base_url=url.join(url.path.rstrip("/") + API_PATH),
        auth=_Bearer(_token(settings.get(token) or "", token, called)),
        headers={"Accept": "application/json", "User-Agent": "frontdesk"},
        timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
        limits=httpx.Limits(keepalive_expiry=_KEEPALIVE_SECONDS),
        follow_redirects=False,  # the token goes to the configured address and nowhere else
        trust_env=not _is_local(url.host),  # a company's proxy cannot reach this machine
    )


class _Bearer(httpx.Auth):
    """Adds the token at the last moment, so that no default header, repr or log shows it."""

    def __init__(self, token: str) -> None:
        self._value = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._value
        yield request


def _url(text: str, setting: str, called: str) -> httpx.URL:
    mend = f"{setting} must be {called}'s address, such as http://127.0.0.1:8090"
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL as exc:
        raise BadSettings(f"{mend} ({exc})") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise BadSettings(f"{mend}: it must begin with http:// or https:// and name a host")
    if url.userinfo or url.query or url.fragment:
        raise BadSettings(f"{mend}: without user, password, query or fragment")
    if url.scheme == "http" and not _is_local(url.host):
        logger.warning("%s is not https: token and personal data travel readable", setting)
    return url


def _timeout(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not MIN_TIMEOUT <= seconds <= MAX_CALL_SECONDS:  # also refuses nan
        raise BadSettings(
            "FRONTDESK_BACKEND_TIMEOUT must be a number of seconds from "
            f"{MIN_TIMEOUT} to {MAX_CALL_SECONDS:g}"
        )
    return seconds


def _token(text: str, setting: str, called: str) -> str:
    token = text.strip()
    if not token:
        raise BadSettings(f"{setting} is not set: give it the bearer token that {called} knows")
    if not _TOKEN.fullmatch(token):
        raise BadSettings(f"{setting} must be 16 or more visible ASCII characters without spaces")
    return token


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _silence_library() -> None:
    """Keep httpx from logging every whole address, customers' ids and order numbers included."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
