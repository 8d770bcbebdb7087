"""Keywords count as a whole message only; numbers are read as NLU reads them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sms.keywords import STOP_WORDS, keyword, picked
from components.choice_text import Choice, choose

# Titles that share no word with a number or place.
MENU = [Choice(f"Parcel {letter * 5}") for letter in "abcdefghij"]
PIECES = "the option number choice nr no. # ( ) . ! please pls thanks one two second 2 2nd 10 3rd"


@pytest.mark.parametrize(
    "text", ["STOP", "stop", " Stop. ", "Stop!", "'stop'", "STOP ALL", "opt-out"]
)
def test_stop(text: str) -> None:
    assert keyword(text, STOP_WORDS) == "stop"


@pytest.mark.parametrize("word", ["STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE"])
def test_every_word_that_carriers_take_for_stop(word: str) -> None:
    assert keyword(word.lower(), STOP_WORDS) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "cancel my order",
        "stop the delivery please",
        "please stop",
        "the end",
        "quit asking",
        "help me",
        "more info",
        "yes please",
        "start again",
        "",
        "?",
    ],
)
def test_words_among_others_are_words(text: str) -> None:
    assert keyword(text, STOP_WORDS) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Start", "start"),
        ("UNSTOP", "start"),
        ("yes", "yes"),
        ("Help", "help"),
        ("INFO", "help"),
        ("more", "more"),
        ("More.", "more"),
    ],
)
def test_the_other_keywords(text: str, word: str) -> None:
    assert keyword(text, STOP_WORDS) == word


def test_a_shop_may_have_fewer_stop_words() -> None:
    assert keyword("CANCEL", frozenset(["STOP"])) is None


def test_whatsapp_knows_only_clear_ones() -> None:
    said = {text: keyword(text, STOP_WORDS, whatsapp=True) for text in ("STOP", "CANCEL", "HELP")}
    assert said == {"STOP": "stop", "CANCEL": None, "HELP": None}


@pytest.mark.parametrize("text", ["2", "2.", "2)", "(2)", "#2", "two", "Two!", "the second", "2nd"])
@pytest.mark.parametrize("around", ["{}", " {} ", "{} please"])
def test_a_number(text: str, around: str) -> None:
    assert picked(around.format(text)) == 2


@pytest.mark.parametrize("text", ["option 2", "the second one", "number two", "no. 2", "２", "2️⃣"])
def test_a_number_in_other_words(text: str) -> None:
    assert picked(text) == 2


@pytest.mark.parametrize(
    "text",
    ["", "0", "10023", "482913", "1.5", "2 mugs", "£2", "-2", "the one", "one of them", "no. one"],
)
def test_what_is_no_number_of_a_menu(text: str) -> None:
    assert picked(text) is None


@settings(deadline=None, max_examples=200)  # the machine may be busy
@given(st.lists(st.sampled_from(PIECES.split()), min_size=1, max_size=4).map(" ".join))
def test_the_channel_and_nlu_read_the_same_number(text: str) -> None:
    number = picked(text)
    if number is not None:
        assert choose(text, MENU) == number - 1
