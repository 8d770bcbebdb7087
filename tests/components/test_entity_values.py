import pytest

from components.entity_values import NORMALISERS

CURRENCIES = {"currency": {"GBP": ("£", "pounds", "rs."), "EUR": ("€", "euro", "euros")}}
NUMBERS = {"number": {"2": ("two", "a pair of"), "12": ("a dozen",)}}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "As It Is", "As It Is"),
        ("upper", "sw1a  1aa", "SW1A 1AA"),
        ("lower", "Navy  Blue", "navy blue"),
        ("code", "1z 999 aa1", "1Z999AA1"),
        ("digits", "FD-10,023", "10023"),
        ("digits", "one oh oh 2 3", "10023"),
        ("digits", "no number", None),
        ("phone", "+44 (0)20 7946-0958", "+442079460958"),
        ("phone", "0044 20 7946 0958", "+442079460958"),
        ("phone", "07700 900123", "07700900123"),
        ("phone", "12345", None),
        ("phone", "1" * 16, None),
        ("number", "x2", "2"),
        ("number", "A pair of", "2"),
        ("number", "a dozen", "12"),
        ("number", "some", None),
        ("money", "£10,023.00", "10023.00 GBP"),
        ("money", "€ 12.500", "12500.00 EUR"),
        ("money", "12,5 euro", "12.50 EUR"),
        ("money", "1 250 pounds", "1250.00 GBP"),
        ("money", "rs. 5", "5.00 GBP"),
        ("money", "12", None),
        ("money", "£", None),
    ],
)
def test_values_are_put_in_one_form(kind, text, value):
    assert NORMALISERS[kind](text, {**CURRENCIES, **NUMBERS}) == value
