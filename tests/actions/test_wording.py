"""Times, amounts and items in words."""

from datetime import date, datetime, timezone

import pytest

from actions import wording
from backends.models import Money, OrderItem, Shipment

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (Money(4990, "EUR"), "€49.90"),
        (Money(5, "USD"), "$0.05"),
        (Money(1200, "JPY"), "1200 JPY"),
        (Money(1200, "SEK"), "12.00 SEK"),
    ],
)
def test_money(amount: Money, words: str) -> None:
    assert wording.money(amount) == words


def test_day() -> None:
    assert wording.day(date(2026, 11, 26)) == "Thursday 26 November"
    assert wording.day(NOW) == "Monday 23 November"
    assert wording.day(None) == "a day we don't know yet"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (NOW.replace(hour=15, minute=40), "today by 15:40 (UTC)"),
        (NOW.replace(day=24, hour=9), "tomorrow, Tuesday 24 November, by 09:00 (UTC)"),
        (NOW.replace(day=30), "by Monday 30 November, 12:00 (UTC)"),
    ],
)
def test_moment(value: datetime, words: str) -> None:
    assert wording.moment(value, NOW) == words


def item(product: str, variant: str = "", quantity: int = 1) -> OrderItem:
    return OrderItem("1", product, variant, quantity, Money(100, "EUR"), "pending")


def test_things() -> None:
    assert wording.things([]) == "nothing"
    assert wording.things([item("Lamp", "brass")]) == "Lamp (brass)"
    assert wording.things([item("Lamp"), item("Mug", quantity=2)]) == "Lamp and 2 × Mug"
    many = [item(name) for name in ("A", "B", "C", "D", "E")]
    assert wording.things(many) == "A, B, C and 2 more"


def parcel(delivered: bool, number: str = "X1", url: str | None = None) -> Shipment:
    at = NOW if delivered else None
    return Shipment("1", "Carrier", number, url, "in_transit", NOW, None, at, ("1",))


def test_tracking_line_names_only_parcels_under_way() -> None:
    assert wording.tracking_line([parcel(True)]) == ""
    line = wording.tracking_line([parcel(False, url="https://c.example/X1"), parcel(True)])
    assert line == "It's with Carrier, tracking number X1: https://c.example/X1."


def test_minutes_are_at_least_one() -> None:
    assert [wording.minutes(s) for s in (0, 59, 600)] == ["1 minute", "1 minute", "10 minutes"]
