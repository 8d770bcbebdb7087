"""Delivery addresses as customers write them."""

from __future__ import annotations

import pytest

from actions.changes.addressing import read_address, read_street, without_address
from actions.reading import Message, order_number
from tests.support.timing import takes_at_most


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
        (
            "send order 10041 to Hafenweg 3, 24103 Kiel instead, please. Thank you!",
            ("Hafenweg 3", "24103", "Kiel", "DE"),
        ),
        (
            "ship 10041 to 22 Orchard Lane, Leeds, LS1 4AP instead of my old place?",
            ("22 Orchard Lane", "LS1 4AP", "Leeds", "DE"),
        ),
        (
            "instead of Gartenstr. 12 send it to Hafenweg 3, 24103 Kiel, Germany please",
            ("Hafenweg 3", "24103", "Kiel", "DE"),
        ),
        (
            "the address of my order 10041 is wrong, it should be Hafenweg 3, 24103 Kiel",
            ("Hafenweg 3", "24103", "Kiel", "DE"),
        ),
        ("order #10041: Hafenweg 3, 24103 Kiel", ("Hafenweg 3", "24103", "Kiel", "DE")),
        (
            "7 Mill Street LS1 4AP Leeds, for order 10041",
            ("7 Mill Street", "LS1 4AP", "Leeds", "DE"),
        ),
    ],
)
def test_whole_addresses(text: str, found: tuple[str, str, str, str]) -> None:
    address = read_address(text, "DE")
    assert address is not None
    assert tuple(address.values()) == found


@pytest.mark.parametrize("words", ["instead of ", "thanks ", "please ", "now. ", "order "])
def test_no_text_takes_long(words: str) -> None:
    assert takes_at_most(0.5, lambda: read_address(words * 3_000 + "5", "DE"))


@pytest.mark.parametrize(
    "text", ["Hamburg", "20095", "20095 Hamburg", "Lindenweg 3", "to my mother", "order 10041", ""]
)
def test_parts_of_an_address_are_none(text: str) -> None:
    assert read_address(text, "DE") is None


def test_the_postcode_of_an_address_is_no_order_number() -> None:
    entities = {"order_number": ["10041", "24103"], "postcode": ["24103"]}
    message = Message("send 10041 to Hafenweg 3, 24103 Kiel", "change_address", entities, {})
    assert order_number(message) == "24103"
    assert order_number(without_address(message)) == "10041"
    alone = Message("24103", "inform", {"order_number": ["24103"]}, {})
    assert without_address(alone) == alone


def test_a_street_that_comes_before_the_rest() -> None:
    assert read_street("Hafenweg 5") == "Hafenweg 5"
    assert read_street("it's 22b Orchard Lane.") == "22b Orchard Lane"
    for text in ("24103 Kiel", "order 10041", "5", "to my mother", "is it 5 days?", "a@b.de 5"):
        assert read_street(text) is None
