from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from desk.hours import Hours, HoursProblem

WEEK = """
time_zone: Europe/London
hours:
  mon: ["09:00-12:30", "13:30-17:30"]
  fri: ["22:00-24:00"]
holidays: [2026-12-28]
"""


def _hours(tmp_path: Path, text: str) -> Hours:
    path = tmp_path / "hours.yml"
    path.write_text(text)
    return Hours.load(path)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:59", False),  # a Monday in winter: London is at UTC
        ("2026-11-23T09:00", True),
        ("2026-11-23T12:30", False),
        ("2026-11-23T17:29", True),
        ("2026-11-27T23:59", True),
        ("2026-11-28T00:00", False),
        ("2026-07-06T08:00", True),  # in summer London is an hour ahead
        ("2026-07-06T16:30", False),
        ("2026-12-28T10:00", False),  # a Monday, and a holiday
    ],
)
def test_hours_are_meant_in_their_zone(tmp_path: Path, moment: str, is_open: bool) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=timezone.utc)
    assert _hours(tmp_path, WEEK).is_open(at) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23T10:00", "2026-11-23T10:00"),
        ("2026-11-23T12:45", "2026-11-23T13:30"),
        ("2026-11-23T18:00", "2026-11-27T22:00"),
        ("2026-12-26T10:00", "2027-01-01T22:00"),  # over the holiday
        ("2026-07-05T10:00", "2026-07-06T08:00"),
    ],
)
def test_the_next_opening(tmp_path: Path, moment: str, opens: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=timezone.utc)
    found = _hours(tmp_path, WEEK).opens_at(at)
    assert found == datetime.fromisoformat(opens).replace(tzinfo=timezone.utc)


def test_a_desk_that_never_opens_says_so(tmp_path: Path) -> None:
    assert _hours(tmp_path, "hours: {}").opens_at(datetime.now(timezone.utc)) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a list", "time_zone, hours and holidays"),
        ("hours: {", "cannot be read"),
        ("hours: {}\ntime_zone: Mars", "Europe/London"),
        ("hours: {someday: []}", "mon, tue"),
        ('hours: {mon: ["9-17"]}', "09:00-17:30"),
        ('hours: {mon: ["17:00-09:00"]}', "ends before it begins"),
        ('hours: {mon: ["09:00-24:30"]}', "after 24:00"),
        ("hours: {}\nholidays: [soon]", "2026-12-25"),
        ("hours: {}\nopening: 9", "opening is not known"),
    ],
)
def test_what_cannot_be_is_named_with_the_mend(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(HoursProblem, match=says):
        _hours(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HoursProblem, match=r"none\.yml"):
        Hours.load(tmp_path / "none.yml")


def test_the_demo_is_always_open() -> None:
    assert Hours.load(Path("desk/hours.yml")).is_open(datetime.now(timezone.utc))
