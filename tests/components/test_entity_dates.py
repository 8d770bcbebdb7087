from datetime import date, datetime, timezone

import pytest

from components.entity_dates import resolve_date

# a Monday
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", date(2026, 11, 23)),
        ("yesterday", date(2026, 11, 22)),
        ("the day before yesterday", date(2026, 11, 21)),
        ("tomorrow", date(2026, 11, 24)),
        ("the day after tomorrow", date(2026, 11, 25)),
        ("last Tuesday", date(2026, 11, 17)),
        ("Tuesday", date(2026, 11, 17)),
        ("last Monday", date(2026, 11, 16)),
        ("next Tuesday", date(2026, 11, 24)),
        ("next monday", date(2026, 11, 30)),
        ("this coming Friday", date(2026, 11, 27)),
        ("last thurs", date(2026, 11, 19)),
        ("last weekend", date(2026, 11, 21)),
        ("next weekend", date(2026, 11, 28)),
        ("two weeks ago", date(2026, 11, 9)),
        ("a couple of days ago", date(2026, 11, 21)),
        ("a week ago", date(2026, 11, 16)),
        ("3 months ago", date(2026, 8, 23)),
        ("in two weeks", date(2026, 12, 7)),
        ("3 days from now", date(2026, 11, 26)),
        ("last week", date(2026, 11, 16)),
        ("next week", date(2026, 11, 30)),
        ("the 3rd of May", date(2026, 5, 3)),
        ("3 May 2024", date(2024, 5, 3)),
        ("May 3rd, 2024", date(2024, 5, 3)),
        ("December 24", date(2025, 12, 24)),
        ("2024-05-12", date(2024, 5, 12)),
        ("05/12/2024", date(2024, 12, 5)),
        ("12.05.24", date(2024, 5, 12)),
        ("2024-13-12", None),
        ("31 February", None),
        ("a few days ago", None),
        ("", None),
    ],
)
def test_words_are_resolved_against_the_time_of_the_message(words, day):
    assert resolve_date(words, NOW) == day


def test_the_order_of_digits_can_be_set():
    assert resolve_date("05/12/2024", NOW, "MDY") == date(2024, 5, 12)


def test_the_time_of_the_message_counts():
    assert resolve_date("yesterday", datetime(2025, 1, 1, 0, 30)) == date(2024, 12, 31)
