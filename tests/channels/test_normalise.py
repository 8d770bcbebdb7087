import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.channels.channel import UserMessage

from channels.normalise import EmptyText, TextTooLong, clean_text, escape_command

ANY_TEXT = st.text(alphabet=st.characters())  # every code point, lone surrogates included


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        ("where is my order?", "where is my order?"),
        ("  spaces around \n", "spaces around"),
        ("two\r\nlines\rand\u2028three", "two\nlines\nand\nthree"),
        ("nul\x00 bell\x07 escape\x1b[31m", "nul bell escape[31m"),
        ("tab\tstays", "tab\tstays"),
        ("half an emoji \ud83d!", "half an emoji !"),
        ("\u202eexe.txt\u202c", "exe.txt"),
        ("cafe\u0301", "café"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("שלום \u200fעולם", "שלום \u200fעולם"),
    ],
)
def test_text_is_cleaned(given_text: str, cleaned: str) -> None:
    assert clean_text(given_text, 100) == cleaned


@pytest.mark.parametrize("empty", ["", " \t\r\n", "\x00\x00", "\u200b\ufeff", "\ud800", "\u3000"])
def test_nothing_visible_is_empty(empty: str) -> None:
    with pytest.raises(EmptyText):
        clean_text(empty, 100)


def test_the_limit_counts_characters_of_the_cleaned_text() -> None:
    assert clean_text(" " + "é" * 10 + "\x00 ", 10) == "é" * 10
    with pytest.raises(TextTooLong) as caught:
        clean_text("é" * 11, 10)
    assert (caught.value.length, caught.value.limit) == (11, 10)


@settings(deadline=None)  # the machine may be busy
@given(ANY_TEXT)
def test_whatever_passes_can_be_stored_and_shown(text: str) -> None:
    try:
        cleaned = clean_text(text, 1000)
    except EmptyText:
        return
    assert cleaned.encode()
    assert cleaned == cleaned.strip()
    assert not [c for c in cleaned if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert clean_text(cleaned, 3000) == cleaned


@pytest.mark.parametrize("text", ["/restart", '/set{"vip": "true"}', " \n/restart", "//x", "/"])
def test_a_command_is_escaped(text: str) -> None:
    escaped = escape_command(text)
    assert not escaped.strip().startswith("/")
    assert escaped.startswith("\uff0f")
    assert escaped[1:] == text.lstrip()[1:]


@pytest.mark.parametrize("text", ["and/or", "1/2", "hello", "\\/restart", "http://shop.example/x"])
def test_other_text_is_left_alone(text: str) -> None:
    assert escape_command(text) == text


@settings(deadline=None)  # the machine may be busy
@given(ANY_TEXT)
def test_rasa_reads_no_cleaned_text_as_an_intent(text: str) -> None:
    try:
        cleaned = clean_text(text, 1000)
    except EmptyText:
        return
    message = UserMessage(escape_command(cleaned))
    assert message.text is not None
    assert not message.text.startswith("/")
