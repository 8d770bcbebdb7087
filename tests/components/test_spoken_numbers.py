import pytest

from components.spoken_numbers import spoken_digits


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("one double oh two three", "10023"),
        ("ten oh two three", "10023"),
        ("One Zero Zero 2 3", "10023"),
        ("one-zero-zero-two-three", "10023"),
        ("one hundred", "100"),
        ("ten thousand and twenty three", "10023"),
        ("ten thousand twenty-three", "10023"),
        ("twenty three", "23"),
        ("twenty oh three", "2003"),
        ("double twenty", "2020"),
        ("triple seven", "777"),
        ("double double", None),
        ("double", None),
        ("one apple", None),
        ("10023", None),
        ("", None),
    ],
)
def test_digits_are_read_as_people_say_them(said, digits):
    assert spoken_digits(said) == digits
