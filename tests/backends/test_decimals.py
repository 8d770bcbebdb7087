from __future__ import annotations

import pytest

from backends import decimals
from backends.models import Money


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "written"),
    [
        ("49.90", "EUR", 4990, "49.90"),
        ("49.9", "USD", 4990, "49.90"),
        ("-10", "GBP", -1000, "-10.00"),
        ("1200", "JPY", 1200, "1200"),
        ("1200.0", "KRW", 1200, "1200"),
        ("1.250", "KWD", 1250, "1.250"),
    ],
)
def test_amounts_keep_the_digits_of_their_currency(
    amount: str, currency: str, minor: int, written: str
) -> None:
    money = decimals.money(amount, currency)
    assert money == Money(minor, currency)
    assert decimals.written(money) == written


@pytest.mark.parametrize("amount", ["", "free", "1,50", "nan", "Infinity"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        decimals.money(amount, "EUR")
