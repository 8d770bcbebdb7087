"""Moments as the shop stores and sends them: RFC 3339 in UTC, whole seconds, ending in `Z`.

Written so, they sort as text in the order of time, which the queries rely on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

from backends import hours

Clock = Callable[[], datetime]


def now() -> datetime:
    """The clock that the shop uses unless a test gives it another."""
    return datetime.now(timezone.utc)


def write(moment: datetime) -> str:
    """An aware moment as text."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    """What `write` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def business_day(start: datetime, days: int) -> str:
    """The day that is so many business days (Monday to Friday) after a moment, as it is stored."""
    return hours.business_day(start, days).isoformat()
