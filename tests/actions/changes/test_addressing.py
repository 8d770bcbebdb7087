"""Delivery addresses as customers write them."""

from __future__ import annotations

import pytest

from actions.changes.addressing import read_address, read_street


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Gartenstraße 12, 79098 Freiburg", ("Gartenstraße 12", "79098", "Freiburg", "DE")),
        ("please send it to Lindenweg 3, 24103 Kiel", ("Lindenweg 3", "24103", "Kiel", "DE")),
        ("22 Orchard Lane, Leeds, LS1 4AP, UK", ("22 Orchard Lane", "LS1 4AP", "Leeds", "GB")),
        ("7 Mill Street LS1 4AP Leeds, England", ("7 Mill Street", "LS1 4AP", "Leeds", "GB")),
        (
            "12 Maple Street, Madison, WI 53703, USA",
            ("12 Maple Street", "53703", "Madison, WI", "US"),
        ),
        ("Am Mühlbach 5\n20095 Hamburg\nGermany", ("Am Mühlbach 5", "20095", "Hamburg", "DE")),
        ("3 rue du Moulin, 44000 Nantes, France", ("3 rue du Moulin", "44000", "Nantes", "FR")),
        (
            "my new address is 5 Station Road, bs1 5tr Bristol, uk",
            ("5 Station Road", "BS1 5TR", "Bristol", "GB"),
        ),
        ("Gartenstr. 12 in 79098 Freiburg", ("Gartenstr. 12", "79098", "Freiburg", "DE")),
        ("no wait, Hafenweg 4, 24103 Kiel", ("Hafenweg 4", "24103", "Kiel", "DE")),
        (
            "change the address of order 10041 to Hafenweg 3, 24103 Kiel",
            ("Hafenweg 3", "24103", "Kiel", "DE"),
        ),
    ],
)
def test_whole_addresses(text: str, found: tuple[str, str, str, str]) -> None:
    address = read_address(text, "DE")
    assert address is not None
    assert tuple(address.values()) == found


@pytest.mark.parametrize(
    "text", ["Hamburg", "20095", "20095 Hamburg", "Lindenweg 3", "to my mother", "order 10041", ""]
)
def test_parts_of_an_address_are_none(text: str) -> None:
    assert read_address(text, "DE") is None


def test_a_street_that_comes_before_the_rest() -> None:
    assert read_street("Hafenweg 5") == "Hafenweg 5"
    assert read_street("it's 22b Orchard Lane.") == "22b Orchard Lane"
    for text in ("24103 Kiel", "order 10041", "5", "to my mother", "is it 5 days?", "a@b.de 5"):
        assert read_street(text) is None
