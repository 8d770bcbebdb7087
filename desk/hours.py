"""When people are at the desk: hours and holidays from a YAML file, in the shop's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_DAY_MINUTES = 24 * 60
_LOOK_AHEAD = 60  # days in which the next opening is looked for


class HoursProblem(Exception):
    """The file cannot be used; the message says where and what it should say."""


@dataclass(frozen=True)
class Hours:
    """The hours of a week.

    Attributes:
        zone: the time zone that the hours and holidays are meant in.
        week: for each day, Monday first, spans of minutes since midnight; a span may end at 1440.
        holidays: days on which nobody is there.
    """

    zone: ZoneInfo
    week: tuple[tuple[tuple[int, int], ...], ...]
    holidays: frozenset[date]

    @classmethod
    def load(cls, path: Path) -> Hours:
        """Read a file such as `desk/hours.yml`.

        Raises:
            HoursProblem: it is missing or says something that cannot be.
        """
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
            raise HoursProblem(f"{path} cannot be read ({problem})") from problem
        if not isinstance(content, dict):
            raise HoursProblem(f"{path}: it needs time_zone, hours and holidays")
        unknown = set(content) - {"time_zone", "hours", "holidays"}
        if unknown:
            raise HoursProblem(f"{path}: {', '.join(sorted(map(str, unknown)))} is not known here")
        try:
            zone = ZoneInfo(str(content.get("time_zone", "UTC")))
        except (ZoneInfoNotFoundError, ValueError) as problem:
            raise HoursProblem(f"{path}: time_zone must be one like Europe/London") from problem
        week = _week(content.get("hours"), path)
        return cls(zone, week, frozenset(_holidays(content.get("holidays") or [], path)))

    def is_open(self, moment: datetime) -> bool:
        """Tell whether people are there at a moment (aware)."""
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self._spans(local.date()))

    def opens_at(self, moment: datetime) -> datetime | None:
        """Return when people are there next (aware, UTC); None if not within two months."""
        if self.is_open(moment):
            return moment
        local = moment.astimezone(self.zone)
        for days in range(_LOOK_AHEAD):
            day = local.date() + timedelta(days=days)
            for start, _end in sorted(self._spans(day)):
                begin = datetime(day.year, day.month, day.day, tzinfo=self.zone)
                begin = begin.replace(hour=start // 60, minute=start % 60)
                if begin > local:
                    return begin.astimezone(timezone.utc)
        return None

    def _spans(self, day: date) -> tuple[tuple[int, int], ...]:
        return () if day in self.holidays else self.week[day.weekday()]


def _week(content: Any, path: Path) -> tuple[tuple[tuple[int, int], ...], ...]:
    if not isinstance(content, dict) or set(content) - set(DAYS):
        raise HoursProblem(f"{path}: hours must name days: {', '.join(DAYS)}")
    return tuple(tuple(_span(text, day, path) for text in content.get(day) or ()) for day in DAYS)


def _span(text: Any, day: str, path: Path) -> tuple[int, int]:
    match = _SPAN.fullmatch(str(text))
    if match is None:
        raise HoursProblem(f'{path}: {day}: write the hours like "09:00-17:30", in quotes')
    start, end = (int(match[i]) * 60 + int(match[i + 1]) for i in (1, 3))
    if not start < end <= _DAY_MINUTES:
        raise HoursProblem(f"{path}: {day}: {text} ends before it begins, or after 24:00")
    return start, end


def _holidays(content: Any, path: Path) -> list[date]:
    if not isinstance(content, list) or not all(type(day) is date for day in content):
        raise HoursProblem(f"{path}: holidays must be a list of days like 2026-12-25")
    return content
