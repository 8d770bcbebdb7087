"""Personal data for logs: what is hidden, what technical lines keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy import mask_personal
from tests.support.timing import grows_no_faster_than_the_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail me at Anna.Lee+shop@mail.example.co.uk, please", "mail me at [e-mail], please"),
        ("anna@example.com's order", "[e-mail]'s order"),
        ("<anna@example.com>", "<[e-mail]>"),
        ("ünïcode@bücher.example", "[e-mail]"),
        ("/orders/10023?email=anna%40example.com HTTP", "/orders/10023?email=[e-mail] HTTP"),
        ("call +49 170 1234567 or (415) 555-2671", "call [phone] or [phone]"),
        ("07400 123456", "[phone]"),
        ("+１ ４１５ ５５５ ２６７１", "[phone]"),
        ("I live at 12b Long Acre Street, flat 3 in London", "I live at [address] in London"),
        ("12 baker st", "[address]"),
        ("Lindenstraße 12a, Berlin", "[address], Berlin"),
        ("Am Markt, Schillerplatz 4", "Am Markt, [address]"),
        ("12 rue de Lyon", "[address]"),
        ("PO Box 123", "[address]"),
        ("my postcode is SW1A 1AA", "my postcode is [postcode]"),
        ("zip code: 94107-1234", "zip code: [postcode]"),
        ("PLZ 10115", "PLZ [postcode]"),
        ("send it to EC1A 1BB", "send it to [postcode]"),
        ("my name is Dora Lind, 24103 Kiel", "my name is [name], [postcode] Kiel"),
        (
            "My name is Dora Lind and my postcode is 24103",
            "My name is [name] and my postcode is [postcode]",
        ),
        ("my full name's Juan de la Cruz 28-001", "my full name's [name] [postcode]"),
    ],
)
def test_personal_data_is_hidden(text: str, expected: str) -> None:
    assert mask_personal(text) == expected
    assert mask_personal(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "order 10023 and #10023",
        "tracking 9400100000000000000000",
        "10.0.0.1:5055 and 192.168.100.200",
        "2024-11-23 12:26:45,123 INFO started",
        "5 days on the road",
        "10 people in a row",
        "2 of them went this way",
        "1700000000.123",
        "3f2b1c44-1234-5678-9012-123456789012",
        "Listening on 127.0.0.1:8090 (pid 1234567)",
        'INFO:     127.0.0.1:39482 - "POST /webhook HTTP/1.1" 200 OK',
        "the zip file is broken",
        "my name is wrong on it",
        "what is my name on order 10023",
        "logger name: actions.shop",
        "@anna said hi @ 5",
        "",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert mask_personal(text) == text


@given(st.text())
def test_any_text_is_taken_and_stable(text: str) -> None:
    once = mask_personal(text)
    assert mask_personal(once) == once


@pytest.mark.parametrize(
    "piece",
    ["a", "a@", "1 ", "1-", "1 a ", "+1 415 555 2671 ", "a.", "zip is ", "1 rue a'", "str "],
)
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    assert grows_no_faster_than_the_text(mask_personal, (piece * 20_000)[:20_000])
