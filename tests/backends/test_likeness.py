from __future__ import annotations

import pytest

from backends.likeness import name_key, postcode_key


@pytest.mark.parametrize(
    "other",
    ["zoë o'neill-strauß", "ZOE ONEILL STRAUSS", " Strauss,  Zoë   O\u2019Neill ", "Zoe\u0301 x"],
)
def test_only_the_way_of_writing_a_name_may_differ(other: str) -> None:
    same = name_key(other) == name_key("Zoë O'Neill-Strauß")
    assert same is (not other.endswith("x"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Dora Lind", "Dora Lindt"), ("Dora Lind", "Dora"), ("Dora Lind", "Dora Dora Lind")],
)
def test_a_letter_or_a_word_makes_another_name(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_no_letters_are_no_name() -> None:
    assert name_key(" '-. ") == ""


def test_postcodes() -> None:
    assert postcode_key("ls1-4ap") == postcode_key("LS1 4AP")
    assert postcode_key("24103") != postcode_key("24104")
