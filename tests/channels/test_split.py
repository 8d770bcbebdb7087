"""Cutting a long text where a reader would pause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.split import split_text


def test_a_text_that_fits_stays_whole() -> None:
    assert split_text("One. Two.", 9) == ["One. Two."]


def test_nothing_but_spaces_is_nothing() -> None:
    assert split_text(" \n ", 10) == []


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("First one.\n\nSecond. Third", 20, ["First one.", "Second. Third"]),
        ("First line\nsecond. Third", 20, ["First line", "second. Third"]),
        ("It is here. It is on its way.", 20, ["It is here.", "It is on its way."]),
        ("seven words and not one full stop", 20, ["seven words and not", "one full stop"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("abcd efgh", 4, ["abcd", "efgh"]),
    ],
)
def test_it_is_cut_at_the_best_pause(text: str, limit: int, pieces: list[str]) -> None:
    assert split_text(text, limit) == pieces


def test_an_early_pause_does_not_make_a_tiny_piece() -> None:
    assert split_text("No. " + "x" * 30, 20)[0] != "No."


def test_what_is_shown_as_one_stays_one() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert split_text("abc" + family + "d", 5)[0] == "abc"
    assert split_text("abcde\u0301f", 5) == ["abcd", "e\u0301f"]


@given(st.text(), st.integers(1, 50))
def test_no_character_is_lost_and_no_piece_is_too_long(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert all(1 <= len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(st.text(st.characters(exclude_categories=("Cs",))), st.integers(2, 50))
def test_a_size_may_be_counted_otherwise(text: str, limit: int) -> None:
    pieces = split_text(text, limit, utf16)
    assert all(1 <= utf16(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_size_that_fits_is_used_whole() -> None:
    assert split_text("\U0001f600" * 5, 4, utf16) == ["\U0001f600" * 2] * 2 + ["\U0001f600"]
