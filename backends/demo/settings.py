"""What the demo shop reads from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from backends import policy
from backends.hours import SupportHours

# Shorter tokens can be guessed; the same lower bound is in the contract.
SHORTEST_TOKEN = 16


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and the mend, in one line."""


@dataclass(frozen=True)
class Settings:
    """The settings of one demo shop.

    Attributes:
        token: the bearer token that callers of the API must show.
        database: the SQLite file; its folder is made when missing.
        host: the address to listen on.
        port: the port to listen on.
        public_url: how a browser reaches this shop, for links in e-mails; no slash at the end.
        chat_url: where the Rasa server is, for the chat on the storefront; no slash at the end.
        hours: when people answer tickets.
        policy: the file of what customers may have changed.
    """

    token: str = field(repr=False)
    database: Path
    host: str
    port: int
    public_url: str
    chat_url: str
    hours: SupportHours
    policy: Path = policy.POLICY_FILE

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings.

        Args:
            environ: the environment, or anything like it. An empty value counts as unset.

        Raises:
            SettingsError: a setting is missing or cannot be used.
        """
        given = {name: value for name, value in environ.items() if value}
        token = given.get("FRONTDESK_SHOP_TOKEN", "")
        if len(token) < SHORTEST_TOKEN:
            raise SettingsError(
                "FRONTDESK_SHOP_TOKEN is missing or shorter than 16 characters: "
                "set it to a long random string, the same for the shop and the action server."
            )
        host = given.get("FRONTDESK_HOST", "127.0.0.1")
        port = _port(given.get("FRONTDESK_SHOP_PORT", "8090"))
        return cls(
            token=token,
            database=Path(given.get("FRONTDESK_SHOP_DB", "var/shop.db")),
            host=host,
            port=port,
            public_url=_url(given, "FRONTDESK_SHOP_URL", f"http://{_reachable(host)}:{port}"),
            chat_url=_url(given, "FRONTDESK_CHAT_URL", "http://127.0.0.1:5005"),
            hours=_hours(given.get("FRONTDESK_SHOP_HOURS", "Mon-Fri 09:00-17:00")),
            policy=Path(given.get(policy.SETTING) or policy.POLICY_FILE),
        )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError(f"FRONTDESK_SHOP_PORT is {text!r}: give a port from 1 to 65535.")
    return int(text)


def _reachable(host: str) -> str:
    # "0.0.0.0" and "::" mean every address; a browser on this machine needs a real one.
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _url(given: Mapping[str, str], name: str, default: str) -> str:
    url = given.get(name, default).rstrip("/")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or any(character.isspace() or character in "\"';," for character in url):
        raise SettingsError(f"{name} is {url!r}: give an address such as {default}.")
    return url


def _hours(text: str) -> SupportHours:
    try:
        return SupportHours.parse(text)
    except ValueError as error:
        raise SettingsError(f"FRONTDESK_SHOP_HOURS is {text!r}: {error}.") from error
