"""From settings to a connection pool: addresses, time-outs and tokens that can work."""

from __future__ import annotations

import functools
import ipaddress
import logging
import ssl
from collections.abc import Mapping

import httpx

from backends.http import MAX_CALL_SECONDS

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT = 5.0
MIN_TIMEOUT = 0.1
# A connection is there or is not; the rest of the time is better spent on the answer.
_CONNECT_SECONDS = 3.0
# Shorter than the five seconds after which uvicorn and others drop an idle connection, lest a
# request be sent into a closing one.
_KEEPALIVE_SECONDS = 3.0


class BadSettings(ValueError):
    """A setting is missing or cannot work; the message names it and the mend, never a secret."""


def http_client(url: httpx.URL, auth: httpx.Auth, timeout: float) -> httpx.AsyncClient:
    """A pool of connections to one system; nothing is sent yet.

    Args:
        url: the base address.
        auth: adds the credentials to each request.
        timeout: seconds for one attempt.
    """
    return httpx.AsyncClient(
        base_url=url,
        auth=auth,
        headers={"Accept": "application/json", "User-Agent": "frontdesk"},
        timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
        verify=_trusted(),
        limits=httpx.Limits(keepalive_expiry=_KEEPALIVE_SECONDS),
        follow_redirects=False,  # the token goes to the configured address and nowhere else
        trust_env=not is_local(url.host),  # a company's proxy cannot reach this machine
    )


@functools.cache
def _trusted() -> ssl.SSLContext:
    """The certificates of the whole world, loaded once for all clients: it takes a while."""
    return httpx.create_ssl_context()


def address(text: str, setting: str, called: str) -> httpx.URL:
    """The address that a setting holds.

    Args:
        text: the setting's value.
        setting: its name, for messages.
        called: whose address it is, for messages.

    Raises:
        BadSettings: it cannot be one.
    """
    mend = f"{setting} must be {called}'s address, such as http://127.0.0.1:8090"
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL as exc:
        raise BadSettings(f"{mend} ({exc})") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise BadSettings(f"{mend}: it must begin with http:// or https:// and name a host")
    if url.userinfo or url.query or url.fragment:
        raise BadSettings(f"{mend}: without user, password, query or fragment")
    if url.scheme == "http" and not is_local(url.host):
        logger.warning("%s is not https: token and personal data travel readable", setting)
    return url


def below(url: httpx.URL, path: str) -> httpx.URL:
    """The address with a path behind its own; `path` begins with a slash."""
    return url.join(url.path.rstrip("/") + path)


def attempt_seconds(settings: Mapping[str, str]) -> float:
    """For how long one attempt to reach a backend may take, of FRONTDESK_BACKEND_TIMEOUT.

    Raises:
        BadSettings: it is no such time.
    """
    text = settings.get("FRONTDESK_BACKEND_TIMEOUT") or str(DEFAULT_TIMEOUT)
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


def is_local(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def silence_library() -> None:
    """Keep httpx from logging every whole address, customers' ids and order numbers included."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
