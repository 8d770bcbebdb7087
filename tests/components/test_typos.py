from __future__ import annotations

import pytest

from components.encoder import find_model_files, vocabulary_words
from components.typos import TypoMender
from tests.components.nlu_examples import TEXTS
from tests.support.timing import takes_at_most


@pytest.fixture(scope="module")
def mender() -> TypoMender:
    return TypoMender.learn(TEXTS, vocabulary_words(find_model_files().tokenizer))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("where is my packge", "where is my package"),  # a letter too few
        ("forgot my passsword", "forgot my password"),  # too many
        ("where is my prder", "where is my order"),  # another
        ("trcak my order", "track my order"),  # two swapped
        ("i need a pasword reser", "i need a password reset"),  # several words
        ("DELVIERY status", "delivery status"),  # capitals
        ("rember", "rember"),  # "remember" is two away, too much for a short word
        ("pasward", "pasward"),
        ("remmembr the password", "remember the password"),  # two in a long word
    ],
)
def test_typos_are_mended(mender, typed, meant):
    assert mender.mend(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "where is my order",
        "the weather in Paris is lovely",  # correct words that no example uses
        "resetting",  # inflected, not in the vocabulary as a whole
        "stitching and repackaging",
        "id",  # too short to tell
        "write to pasword@example.com",
        "see www.pasword.com or pasword.com",
        "code pasword7 and x_pasword",
        "",
        "😀 \x00 \ud800",
    ],
)
def test_what_is_no_typo_is_left_alone(mender, text):
    assert mender.mend(text) == text


def test_words_of_the_examples_are_right_even_when_misspelt():
    mender = TypoMender({"pasword": 1, "password": 5}, {"password"})

    assert mender.mend("pasword") == "pasword"
    assert mender.mend("passwor") == "password"  # and never mended to a misspelt one


def test_a_word_that_examples_use_often_is_right_though_the_vocabulary_lacks_it():
    assert TypoMender({"refund": 3, "refudn": 1}, {"money"}).mend("refnd") == "refund"
    assert TypoMender({"refund": 2}, {"money"}).mend("refnd") == "refnd"


def test_the_more_used_word_wins():
    mender = TypoMender({"cart": 1, "card": 9}, {"cart", "card"})

    assert mender.mend("carx") == "card"


def test_without_examples_nothing_is_mended():
    assert TypoMender.learn([], {"password"}).mend("pasword") == "pasword"


def test_a_text_of_unknown_words_costs_little(mender):
    text = " ".join(f"{'abcdefgh'[i % 8]}qzxvwqzx" for i in range(2000))

    assert takes_at_most(0.1, lambda: mender.mend(text))


def test_a_message_without_spaces_is_no_word(mender):
    assert mender.mend("pasword" * 3000) == "pasword" * 3000
