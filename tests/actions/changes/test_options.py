"""What customers say of a kind of a product and of a way to pay, among those that there are."""

from __future__ import annotations

import pytest

from actions.changes.options import Option, choose_again, choose_method, choose_variant, names_way

SHIRTS = tuple(
    Option(f"{colour}{size}", f"{colour}, {size}")
    for colour in ("white", "navy", "moss")
    for size in ("S", "M", "L")
)
SLIPPERS = tuple(Option(size, size) for size in ("37", "39", "41", "43", "45"))
WAYS = (
    Option("c1", "card ending in 4242", kind="card"),
    Option("c2", "card ending in 1881", kind="card"),
    Option("p", "PayPal", kind="paypal"),
    Option("g", "gift card ending in 0SJM", kind="gift_card"),
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("the moss, M one", ("mossM",)),
        ("moss, m", ("mossM",)),
        ("the navy one", ("navyM",)),
        ("one size bigger", ("whiteL",)),
        ("no idea", ()),
    ],
)
def test_a_kind(text: str, meant: tuple[str, ...]) -> None:
    assert choose_variant(text, SHIRTS, "whiteM") == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("no, the navy one instead", {"navyM", "navyL"}),
        ("no, navy, S", {"navyS"}),
        ("the white, L one", set()),
        ("no wait", set()),
        ("the kettle", set()),
    ],
)
def test_another_kind_than_the_chosen_one(text: str, meant: set[str]) -> None:
    assert choose_again(text, SHIRTS, "whiteL", "whiteM") == meant


def test_a_size_by_its_whole_name() -> None:
    boards = (Option("s", "small"), Option("m", "medium"), Option("l", "large"))
    assert choose_variant("the small one", boards, "l") == ("s",)
    assert choose_variant("the small white one", SHIRTS, "navyS") == ("whiteS",)


def test_a_bigger_one_is_bigger_than_the_chosen_one() -> None:
    assert choose_again("no, one size bigger", SLIPPERS, "43", "41") == {"45"}
    assert choose_again("no, one size smaller", SLIPPERS, "43", "41") == set()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("card ending in 1881", "c2"),
        ("the card ending in 4242, please.", "c1"),
        ("my card", None),
        ("card ending in 9999", None),
        ("the gift card", "g"),
        ("pay pal", "p"),
    ],
)
def test_a_way_to_pay(text: str, meant: str | None) -> None:
    assert choose_method(text, WAYS, None) == meant


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("return the kettle to my gift card", True),
        ("pay with PayPal", True),
        ("I got it as a gift", False),
        ("my card was charged twice", False),
    ],
)
def test_a_way_in_the_first_words(text: str, named: bool) -> None:
    assert names_way(text) is named
