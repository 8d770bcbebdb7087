"""Which typed texts name a choice, and which do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.choice_text import Choice, choose

MENU = [Choice("Track an order"), Choice("Reset my password"), Choice("Talk to a person")]
YES_NO = [Choice("Yes, send it"), Choice("No, thanks")]
ORDERS = [
    Choice("Order 10023 (blue lamp)"),
    Choice("Order 10032 (two chairs)"),
    Choice("Another order"),
]
STARS = [Choice(str(star)) for star in (5, 4, 3, 2, 1)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 0),
        ("2", 1),
        (" 2 ", 1),
        ("2.", 1),
        ("2)", 1),
        ("(2)", 1),
        ("#2", 1),
        ("no. 2", 1),
        ("Nr. 2", 1),
        ("02", 1),
        ("２", 1),
        ("٢", 1),
        ("2\ufe0f\u20e3", 1),
        ("②", 1),
        ("option 2", 1),
        ("Option2", 1),
        ("number two", 1),
        ("NUMBER 2 PLEASE", 1),
        ("two", 1),
        ("one please", 0),
        ("the second", 1),
        ("second one", 1),
        ("the second one", 1),
        ("2nd", 1),
        ("the 2nd one please", 1),
        ("I'd like the second one", 1),
        ("i’ll take the third option, thanks", 2),
        ("ok then the second please", 1),
        ("let's go with 3", 2),
        ("I choose number 3", 2),
        ("first please", 0),
        ("the first one on the list", 0),
        ("top one", 0),
        ("last", 2),
        ("the last one", 2),
        ("the bottom one", 2),
        ("my choice is 2", 1),
    ],
)
def test_a_choice_is_named_by_its_place(text: str, place: int) -> None:
    assert choose(text, MENU) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Track an order", 0),
        ("track an order", 0),
        ("TRACK AN ORDER!!", 0),
        ("track-an-order", 0),
        ("trackan order", 0),
        ("track an ordr", 0),
        ("trak an order", 0),
        ("track my order please", 0),
        ("I want to track an order", 0),
        ("tracking", None),
        ("track", 0),
        ("order", 0),
        ("Reset", 1),
        ("reset my pass", 1),
        ("password please", 1),
        ("pasword", 1),
        ("reset the passwrod", 1),
        ("resett my password", 1),
        ("a person", 2),
        ("talk to a persn", 2),
        ("👤 Talk to a person", 2),
        ("can you talk to a person", 2),
    ],
)
def test_a_choice_is_named_by_its_title(text: str, place: int | None) -> None:
    assert choose(text, MENU) == place


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?",
        "🙂",
        "0",
        "4",
        "99",
        "10023",
        "#10023",
        "123456",
        "1 2",
        "1 or 2",
        "1, 2",
        "2.5",
        "2:30",
        "2€",
        "$2",
        "2%",
        "the second one but change the address",
        "2 and then talk to a person",
        "2 days ago",
        "I bought 2 of them",
        "track an order and reset my password",
        "track order 10023",
        "don't reset my password",
        "not the second one",
        "I forgot my password",
        "I want to order",
        "is it my password",
        "my order is late and I am very angry about it, please do something now",
        "one second",
        "just a second",
        "wait a second",
        "the one",
        "one of them",
        "that one",
        "none of them",
        "another option",
        "the",
        "my",
        "a",
        "t",
        "to",
        "yes",
        "no",
        "ok",
        "thanks",
        "hello",
        "twelve",
        "former",
        "track an order " * 50,
        "2" * 5000,
        "a " * 10_000,
    ],
)
def test_other_texts_name_no_choice(text: str) -> None:
    assert choose(text, MENU) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("yes", 0),
        ("Yes!", 0),
        ("y", 0),
        ("yep", 0),
        ("yes please", 0),
        ("yeah, sure", 0),
        ("ok", 0),
        ("of course", 0),
        ("go ahead", 0),
        ("yes, that's right", 0),
        ("please do", 0),
        ("👍", 0),
        ("send it", 0),
        ("no", 1),
        ("n", 1),
        ("No thanks", 1),
        ("no thank you", 1),
        ("nope", 1),
        ("not now", 1),
        ("please don't", 1),
        ("no, that's wrong", 1),
        ("it is not", 1),
        ("👎", 1),
        ("1", 0),
        ("the latter", 1),
        ("former", 0),
        ("yes and no", None),
        ("yes but not now", None),
        ("not sure", None),
        ("of course not", None),
        ("no problem", None),
        ("no idea", None),
        ("yes 2", None),
        ("no 1", None),
        ("yes, to anna@example.com", None),
        ("yesterday", None),
        ("nothing", None),
        ("maybe", None),
        ("thanks", None),
        ("ok thank you", None),
        ("yes thank you", 0),
    ],
)
def test_yes_and_no(text: str, place: int | None) -> None:
    assert choose(text, YES_NO) == place


def test_yes_and_no_go_by_the_meaning_when_the_titles_do_not_tell() -> None:
    choices = [Choice("Keep it", says_yes=False), Choice("Cancel it", says_yes=True)]
    assert choose("yes", choices) == 1
    assert choose("no", choices) == 0
    assert choose("yes", [Choice("Keep it"), Choice("Cancel it")]) is None


def test_two_yeses_are_ambiguous() -> None:
    choices = [Choice("Yes, by e-mail"), Choice("Yes, by post"), Choice("No")]
    assert choose("yes", choices) is None
    assert choose("yes, by post", choices) == 1
    assert choose("no", choices) == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("10023", 0),
        ("#10032", 1),
        ("order 10032", 1),
        ("the blue lamp", 0),
        ("chairs", 1),
        ("the chairs please", 1),
        ("the last one", 2),
        ("another", 2),
        ("order", None),  # all of them are
        ("10203", None),  # a digit is never a typo
        ("1002", None),
        ("10023 or 10032", None),
        ("two", 1),  # the second, and the only one with two chairs
    ],
)
def test_titles_with_numbers(text: str, place: int | None) -> None:
    assert choose(text, ORDERS) == place


@pytest.mark.parametrize(("text", "place"), [("5", 0), ("1", 4), ("3", 2), ("6", None)])
def test_a_title_that_is_a_number_wins_over_the_place(text: str, place: int | None) -> None:
    assert choose(text, STARS) == place


def test_a_number_that_is_a_place_and_part_of_another_title_is_ambiguous() -> None:
    choices = [Choice("2 lamps"), Choice("1 lamp")]
    assert choose("2", choices) is None
    assert choose("2 lamps", choices) == 0


def test_the_same_title_twice_is_ambiguous() -> None:
    assert choose("help", [Choice("Help"), Choice("Help")]) is None


def test_nothing_offered_nothing_chosen() -> None:
    assert choose("1", []) is None


def test_a_title_of_signs_only_can_still_be_chosen_by_place() -> None:
    assert choose("2", [Choice("😀"), Choice("😡")]) == 1
    assert choose("😀", [Choice("😀"), Choice("😡")]) is None


@given(st.text(), st.lists(st.text(max_size=20), max_size=5))
def test_any_text_and_titles_are_taken(text: str, titles: list[str]) -> None:
    place = choose(text, [Choice(title) for title in titles])
    assert place is None or 0 <= place < len(titles)


@given(st.integers(min_value=10_000))
def test_five_digits_are_data(number: int) -> None:
    assert choose(str(number), MENU) is None
