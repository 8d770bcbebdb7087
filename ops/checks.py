"""What a setting's value may be. Each check raises ValueError saying what the value must be."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

Check = Callable[[str], None]


def address(value: str) -> None:
    """Accept an IP address or localhost."""
    if value != "localhost":
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise ValueError("must be an IP address, such as 127.0.0.1 or 0.0.0.0") from None


def whole(low: int, high: int) -> Check:
    """Make a check that accepts whole numbers from `low` to `high`."""

    def check(value: str) -> None:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")

    return check


def number(low: float, high: float) -> Check:
    """Make a check that accepts numbers from `low` to `high`."""

    def check(value: str) -> None:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value) or not low <= float(value) <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")

    return check


def one_of(*values: str) -> Check:
    """Make a check that accepts these values only."""

    def check(value: str) -> None:
        if value not in values:
            raise ValueError(f"must be {' or '.join(values)}")

    return check


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        _ = parts.port  # reading it is what checks it
    except ValueError:
        return None
    return parts


def web_address(value: str) -> None:
    """Accept an http or https URL."""
    parts = _split(value)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a web address, such as http://127.0.0.1:8090")


def origins(value: str) -> None:
    """Accept web origins (scheme, host and port, no path), separated by commas."""
    for origin in value.split(","):
        parts = _split(origin.strip())
        if (
            parts is None
            or parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.path
            or parts.query
            or parts.fragment
        ):
            raise ValueError(
                "must be web origins without a path, separated by commas, such as "
                "https://shop.example,https://www.shop.example"
            )


def database(value: str) -> None:
    """Accept an SQLAlchemy database URL."""
    if not re.fullmatch(r"[a-z0-9]+(\+[a-z0-9_]+)?://\S*", value):
        raise ValueError("must be a database URL, such as sqlite:///var/web.db")


def redis(value: str) -> None:
    """Accept the address of a Redis."""
    if not re.fullmatch(r"(rediss?|unix)://\S+", value):
        raise ValueError("must be the address of a Redis, such as redis://127.0.0.1:6379")


def rate(value: str) -> None:
    """Accept a rate as the `limits` library reads it."""
    if not re.fullmatch(r"[1-9][0-9]{0,6}\s*/\s*(second|minute|hour|day)", value):
        raise ValueError("must be a number per second, minute, hour or day, such as 30/minute")


def log_level(value: str) -> None:
    """Accept the name of a log level."""
    if value not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")


def switch(value: str) -> None:
    """Accept on or off."""
    if value not in ("on", "off"):
        raise ValueError("must be on or off")


def country(value: str) -> None:
    """Accept two capital letters."""
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise ValueError("must be two capital letters, such as US or DE")


def secret(length: int) -> Check:
    """Make a check that accepts secrets of at least `length` characters, none of them blank."""

    def check(value: str) -> None:
        if len(value) < length or not re.fullmatch(r"[!-~]+", value):
            raise ValueError(
                f"must be {length} or more characters: letters, digits, signs, no spaces"
            )

    return check


def anything(_value: str) -> None:
    """Accept any text: whoever uses it checks it."""


def url_safe_secret(shortest: int, longest: int) -> Check:
    """Make a check that accepts secrets of letters, digits, _ and -, from so many to so many."""

    def check(value: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]*", value) or not shortest <= len(value) <= longest:
            raise ValueError(
                f"must be {shortest} to {longest} characters: letters, digits, _ and - only"
            )

    return check
