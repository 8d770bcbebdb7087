"""What a message asks about a product, and which of its kinds it means."""

from __future__ import annotations

import pytest

from actions.product_wording import kinds_of, prices, product_kind, varieties
from actions.product_words import asked, choose, is_named, naming_words
from actions.products import _response
from actions.reading import Message
from backends.change_models import Product, Variant
from backends.models import Money


def variant(title: str, price: int, available: int, **options: str) -> Variant:
    return Variant(f"var_{title}", title, options, Money(price, "EUR"), available)


SHIRT = Product(
    "prd_t-shirt",
    "T-shirt",
    "Soft.",
    (
        variant("white, M", 2900, 18, colour="white", size="M"),
        variant("white, L", 2900, 0, colour="white", size="L"),
        variant("navy, M", 3100, 11, colour="navy", size="M"),
    ),
)
LAMP = Product("prd_lamp", "Reading lamp", "", (variant("brass", 7450, 6, colour="brass"),))


def message(text: str, **entities: list[str]) -> Message:
    return Message(text, "", entities, {})


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("how much is the lamp", "price"),
        ("how many colours does it come in", "kinds"),
        ("which sizes are there", "kinds"),
        ("is the rust mug in stock?", "stock"),
        ("do you have the lamp in blue", "stock"),
        ("let me know when it's back", "reminder"),
        ("how many are left", "how_many"),
    ],
)
def test_what_is_asked(text: str, what: str) -> None:
    assert getattr(asked(text), what)


@pytest.mark.parametrize("text", ["what is it made of", "how much is left of the kettle"])
def test_what_is_not_a_question_for_a_price(text: str) -> None:
    assert not asked(text).price


def test_kinds_are_named_by_their_options() -> None:
    chosen = choose(SHIRT, message("the navy one"))
    assert [kind.title for kind in chosen.kinds] == ["navy, M"]
    assert chosen.named
    chosen = choose(SHIRT, message("white in l", size=["L"], colour=["white"]))
    assert [kind.title for kind in chosen.kinds] == ["white, L"]


def test_a_letter_in_a_word_is_no_size() -> None:
    assert choose(SHIRT, message("I'm after a t-shirt")).kinds == SHIRT.variants


def test_what_there_is_not_is_named() -> None:
    assert choose(SHIRT, message("in green", colour=["green"])).missing == "green"
    assert choose(LAMP, message("in size 42", size=["42"])).missing == "42"
    both = choose(SHIRT, message("navy in L", size=["L"]))
    assert both.missing == "navy, L"
    assert both.kinds == SHIRT.variants


def test_words_that_name_a_product() -> None:
    assert naming_words(message("do you have it in blue?", colour=["blue"])) == []
    assert naming_words(message("do you sell umbrellas")) == ["umbrellas"]
    assert is_named(LAMP, ["lamps"])
    assert not is_named(LAMP, ["lamp", "shade"])
    assert not is_named(LAMP, [])


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("t-shirt in green", "utter_product_no_such_kind"),
        ("what colours are there", "utter_product_kinds"),
        ("what does it cost", "utter_product_price"),
        ("is it available", "utter_product_some_in_stock"),
        ("is the navy one available", "utter_product_in_stock"),
        ("how many navy ones are left", "utter_product_pieces"),
        ("tell me about it", "utter_product_about"),
    ],
)
def test_the_words_fit_the_question(text: str, response: str) -> None:
    said = message(text, **({"colour": ["green"]} if "green" in text else {}))
    assert _response(asked(text), choose(SHIRT, said)) == response


def test_sold_out_is_never_called_in_stock() -> None:
    large = choose(SHIRT, message("white in L", size=["L"]))
    assert _response(asked("is it in stock"), large) == "utter_product_sold_out"


def test_products_in_words() -> None:
    assert product_kind(SHIRT, SHIRT.variants[0]) == "T-shirt (white, M)"
    assert kinds_of(SHIRT.variants[:2]) == "“white, M” and “white, L”"
    assert kinds_of(()) == "none"
    assert varieties(SHIRT) == "colour: white and navy; size: M and L"
    assert prices(SHIRT.variants) == "from €29.00 to €31.00"
    assert prices(LAMP.variants) == "€74.50"
