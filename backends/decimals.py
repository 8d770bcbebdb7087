"""How many digits the minor units of a currency have, by ISO 4217."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from backends.models import Money

_NONE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"}
    | {"XAF", "XOF", "XPF"}
)
_THREE = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def digits(currency: str) -> int:
    """The digits behind the point: 2 for most.

    Args:
        currency: three letters of ISO 4217.
    """
    if currency in _NONE:
        return 0
    return 3 if currency in _THREE else 2


def money(amount: str, currency: str) -> Money:
    """An amount that is written as a decimal number, such as "49.90".

    Raises:
        ValueError: it is no number.
    """
    try:
        value = Decimal(amount).scaleb(digits(currency))
        return Money(int(value.to_integral_value()), currency)
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError("not an amount of money") from None


def written(amount: Money) -> str:
    """The amount as a decimal number, such as "49.90"."""
    count = digits(amount.currency)
    return f"{Decimal(amount.amount).scaleb(-count):.{count}f}"
