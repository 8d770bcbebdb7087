"""Addresses, compared and taken apart as shop software keeps them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from backends.change_models import Address

# "Madison, WI": how Americans write city and state, and how the assistant reads them.
_WITH_STATE = re.compile(r"(.+?),? ([A-Z]{2})")


@dataclass(frozen=True)
class Place:
    """A city, and its state where the country has them in addresses."""

    city: str = field(repr=False)
    state: str | None


def place(address: Address) -> Place:
    """City and state of an address."""
    match = _WITH_STATE.fullmatch(address.city) if address.country == "US" else None
    return Place(match[1], match[2]) if match else Place(address.city, None)


def city_words(city: str, state: str | None, country: str) -> str:
    """City and state as customers write them."""
    return f"{city}, {state}" if country == "US" and state else city


def same(one: Address | None, other: Address | None) -> bool:
    """Whether two addresses are the same place; capitals and spaces do not count."""
    if one is None or other is None:
        return one is other
    return _bare(one) == _bare(other)


def _bare(address: Address) -> tuple[str, ...]:
    parts = (address.street, address.postcode, address.city, address.country)
    return tuple(re.sub(r"[\s,.]+", "", part).casefold() for part in parts)
