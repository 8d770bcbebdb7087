from datetime import datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.hours import SupportHours, answer_by, business_day

HOURS = SupportHours.parse("Mon-Fri 09:00-17:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("opened", "answered"),
    [
        # 2031-05-14 is a Wednesday.
        ("2031-05-14 09:00", "2031-05-14 13:00"),
        ("2031-05-14 13:00", "2031-05-14 17:00"),
        ("2031-05-14 13:01", "2031-05-15 09:01"),
        ("2031-05-14 06:30", "2031-05-14 13:00"),
        ("2031-05-14 17:00", "2031-05-15 13:00"),
        ("2031-05-14 23:59", "2031-05-15 13:00"),
        ("2031-05-16 15:00", "2031-05-19 11:00"),
        ("2031-05-17 12:00", "2031-05-19 13:00"),
        ("2031-05-18 23:59", "2031-05-19 13:00"),
        ("2031-12-31 16:59", "2032-01-01 12:59"),
    ],
)
def test_four_working_hours(opened, answered):
    assert answer_by(at(opened), HOURS) == at(answered)


def test_another_time_zone_is_the_same_moment():
    east = datetime(2031, 5, 14, 15, 0, tzinfo=timezone(timedelta(hours=2)))
    assert answer_by(east, HOURS) == at("2031-05-14 17:00")


def test_short_days_take_several():
    hours = SupportHours.parse("Sat-Sun 10:00-11:30")
    assert answer_by(at("2031-05-14 09:00"), hours) == at("2031-05-24 11:00")


@given(st.datetimes(datetime(2030, 1, 1), datetime(2035, 1, 1)), st.integers(1, 3000))
def test_always_within_hours_and_never_early(opened, minutes):
    opened = opened.replace(tzinfo=timezone.utc)
    done = HOURS.after(opened, timedelta(minutes=minutes))
    assert done - opened >= timedelta(minutes=minutes)
    assert done.weekday() < 5
    assert time(9) < done.time() <= time(17)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "always",
        "Mon-Fri",
        "Mon-Fri 9-17",
        "Fri-Mon 09:00-17:00",
        "Mon-Fri 17:00-09:00",
        "Mon-Fri 09:00-09:00",
        "Mon-Fri 09:00-24:30",
        "Foo-Fri 09:00-17:00",
    ],
)
def test_unusable_hours_are_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        SupportHours.parse(text)


@pytest.mark.parametrize(
    ("days", "day"), [(0, "2026-11-27"), (1, "2026-11-30"), (5, "2026-12-04"), (7, "2026-12-08")]
)
def test_business_days_leave_out_weekends(days: int, day: str) -> None:
    friday = datetime(2026, 11, 27, 23, 0, tzinfo=timezone.utc)
    assert business_day(friday, days).isoformat() == day


def test_a_weekend_is_no_business_day() -> None:
    saturday = datetime(2026, 11, 28, 9, 0, tzinfo=timezone.utc)
    assert business_day(saturday, 0).isoformat() == "2026-11-30"
