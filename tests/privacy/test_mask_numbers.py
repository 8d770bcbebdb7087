"""Cards, security codes, ids and PINs: what is hidden, and what looks alike and is not."""

from __future__ import annotations

import pytest

from privacy import mask_secrets

CARDS = [
    "4111 1111 1111 1111",
    "4111111111111111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4111/1111/1111/1111",
    "4111 - 1111 - 1111 - 1111",
    "41 11 11 11 11 11 11 11",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "411111 1111 111111",
    "4111 1111\n1111 1111",
    "4111\u00a01111\u00a01111\u00a01111",
    "4111\u200b1111\u200b1111\u200b1111",
    "4111–1111–1111–1111",
    "４１１１ １１１１ １１１１ １１１１",
    "٤١١١ ١١١١ ١١١١ ١١١١",
    "४१११ ११११ ११११ ११११",
    "4222222222222",  # Visa of 13 digits
    "3782 822463 10005",  # American Express
    "3056 930902 5904",  # Diners Club
    "3530 1113 3330 0000",  # JCB
    "6011 1111 1111 1117",  # Discover
    "5555 5555 5555 4444",  # Mastercard
    "2223 0031 2200 3222",  # Mastercard, newer range
    "6200 0000 0000 0005",  # UnionPay
    "6304 0000 0000 0000",  # Maestro
    "6212 3456 7890 0000 003",  # UnionPay of 19 digits
]


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize(
    "sentence",
    ["{}", "my card is {} thanks", "Order 10023, paid with {}.", "({})", "card:{};", "Visa {} exp"],
)
def test_a_card_number_is_hidden_in_any_grouping_and_script(card: str, sentence: str) -> None:
    masked = mask_secrets(sentence.format(card))
    assert masked.text == sentence.format("[card number]")
    assert masked.kinds == ("card",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # beside other numbers, only the card goes
        ("10023 4111 1111 1111 1111", "10023 [card number]"),
        ("4111 1111 1111 1111 12/27", "[card number] 12/27"),
        ("4111 1111 1111 1111 12/27 123", "[card number] 12/27 [CVV]"),
        ("4111111111111111, exp 12/2027, 1234", "[card number], exp 12/2027, [CVV]"),
        (
            "4111 1111 1111 1111 and 5555 5555 5555 4444",
            "[card number] and [card number]",
        ),
        # what is called a card number goes even with a mistyped digit
        ("my card number is 4111 1111 1111 1112", "my card number is [card number]"),
        ("credit card: 4111111111111112", "credit card: [card number]"),
        # a parcel is no card unless it really is one
        ("tracking number 4111111111111111", "tracking number [card number]"),
    ],
)
def test_what_stands_beside_a_card(text: str, expected: str) -> None:
    assert mask_secrets(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # checksum wrong
        "call me at +49 170 1234567 or +49 170 7654321",
        "orders 10023, 10024 and 10025",
        "orders 10023 10024 10026",
        "10023, 10024, 10026, 10027",
        "my card ends in 4242",
        "20240105123047",
        "it was 1200 or 1300 or 1400",
        "9400 1000 0000 0000 0000 00",
        "tracking number 1002 3000 0000 0008",  # passes the checksum, no network, named otherwise
        "2024-01-05 12:30:45",
        "0000 0000 0000 0000",
    ],
)
def test_other_long_numbers_stay(text: str) -> None:
    assert mask_secrets(text).text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cvv 123", "cvv [CVV]"),
        ("CVV: 123", "CVV: [CVV]"),
        ("the cvc is 1234", "the cvc is [CVV]"),
        ("cvv2=987", "cvv2=[CVV]"),
        ("security code 123", "security code [CVV]"),
        ("the three digits on the back are 123", "the three digits on the back are [CVV]"),
        ("card verification value is: 123", "card verification value is: [CVV]"),
        ("123 is my cvv", "[CVV] is my cvv"),
        ("123 (cvv)", "[CVV] (cvv)"),
        ("cvv 1 2 3", "cvv [CVV]"),
        ("CVV １２３", "CVV [CVV]"),
        ("Prüfziffer: 123", "Prüfziffer: [CVV]"),
    ],
)
def test_a_named_security_code_is_hidden(text: str, expected: str) -> None:
    assert mask_secrets(text).text == expected


@pytest.mark.parametrize(
    "text", ["where is the cvv on my card", "what is a cvv?", "room 123", "cvv is not accepted 5"]
)
def test_no_security_code(text: str) -> None:
    assert mask_secrets(text).text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123-45-6789", "[SSN]"),
        ("my social is 123 45 6789 ok", "my social is [SSN] ok"),
        ("123.45.6789", "[SSN]"),
        ("SSN 123456789", "SSN [SSN]"),
        ("ssn: 123-45-6789.", "ssn: [SSN]."),
        ("my social security number is 123456789", "my social security number is [SSN]"),
        ("last four of my social is 6789", "last four of my social is [SSN]"),
        ("ITIN 912-70-1234", "ITIN [SSN]"),
        ("１２３－４５－６７８９", "[SSN]"),
        ("123‑45‑6789", "[SSN]"),
        ("passport number C01X00T47", "passport number [SSN]"),
        ("national insurance number QQ 12 34 56 C", "national insurance number [SSN]"),
        ("it is AB123456C", "it is [SSN]"),
        ("driver's license: D1234567", "driver's license: [SSN]"),
        ("Steuer-ID 12 345 678 901", "Steuer-ID [SSN]"),
        ("tax id 12-3456789", "tax id [SSN]"),
    ],
)
def test_national_ids_are_hidden(text: str, expected: str) -> None:
    assert mask_secrets(text).text == expected
    assert mask_secrets(text).kinds == ("ssn",)


@pytest.mark.parametrize(
    "text",
    [
        "123456789",
        "order 123-456-7890",
        "2024-12-31",
        "000-12-3456",
        "call 555-12-34567",
        "I saw it on social media 2023",
        "is my ssn needed",
        "social distancing",
        "passport is not needed",
    ],
)
def test_other_numbers_are_no_ids(text: str) -> None:
    assert mask_secrets(text).text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my pin is 1234", "my pin is [PIN]"),
        ("PIN: 0000", "PIN: [PIN]"),
        ("pin code 4321", "pin code [PIN]"),
        ("I changed my pin to 9876", "I changed my pin to [PIN]"),
        ("1234 is my pin", "[PIN] is my pin"),
        ("the PIN for my card is 12345", "the PIN for my card is [PIN]"),
        ("my pin is 123456", "my pin is [PIN]"),
        ("Geheimzahl ist 1234", "Geheimzahl ist [PIN]"),
        ("passcode 4711", "passcode [PIN]"),
    ],
)
def test_a_named_pin_is_hidden(text: str, expected: str) -> None:
    assert mask_secrets(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "I forgot my pin",
        "the pin does not work",
        "a pin for my jacket, 2 of them",
        "pincode 560001",
        "600041 is my pincode",
        "do you deliver to pin code 560001",
        "spinning 1234",
    ],
)
def test_no_pin(text: str) -> None:
    assert mask_secrets(text).text == text


def test_several_kinds_are_told_apart() -> None:
    masked = mask_secrets(
        "card 4111 1111 1111 1111 cvv 123, ssn 123-45-6789, pin 4711, password hunter2"
    )
    assert masked.text == "card [card number] cvv [CVV], ssn [SSN], pin [PIN], password [password]"
    assert masked.kinds == ("card", "cvv", "password", "pin", "ssn")
    assert masked.sealed_code is None
