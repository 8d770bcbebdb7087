"""Items in the customer's words."""

from __future__ import annotations

import pytest

from actions.changes.matcher import Thing, left_out, named

SHIRT_W = Thing("w", "T-shirt", "white, M", 2, 2900)
SHIRT_N = Thing("n", "T-shirt", "navy, L", 1, 3100)
MUG = Thing("m", "Stoneware mug", "slate", 3, 1650)
LAMP = Thing("l", "Reading lamp", "brass", 1, 7450)
KEYBOARD_A = Thing("a", "Keyboard Slim", "", 1, 4900)
KEYBOARD_B = Thing("b", "Keyboard Pro", "", 1, 9900)
ORDER = (SHIRT_W, SHIRT_N, MUG, LAMP)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the lamp", {"l": None}),
        ("I'd like to return the lamp please", {"l": None}),
        ("the reeding lamp", {"l": None}),
        ("the stonewear", {"m": None}),
        ("the raeding light", {"l": None}),
        ("the navy one", {"n": None}),
        ("navy t-shirt", {"n": None}),
        ("the white tshirt and the lamp", {"w": None, "l": None}),
        ("both shirts", {"w": None, "n": None}),
        ("the tee shirts", {"w": None, "n": None}),
        ("everything", {"w": None, "n": None, "m": None, "l": None}),
        ("all of it", {"w": None, "n": None, "m": None, "l": None}),
        ("everything except the lamp", {"w": None, "n": None, "m": None}),
        ("all but the mugs and the lamp", {"w": None, "n": None}),
        ("everything, but I keep the lamp", {"w": None, "n": None, "m": None}),
        ("everything goes back, only the lamp stays", {"w": None, "n": None, "m": None}),
        ("keep the lamp, the rest goes back", {"w": None, "n": None, "m": None}),
        ("keep the mugs and the lamp and return everything else", {"w": None, "n": None}),
        ("return the rest, I keep the lamp", {"w": None, "n": None, "m": None}),
        ("one of the mugs", {"m": 1}),
        ("2 mugs", {"m": 2}),
        ("three mugs", {"m": None}),
        ("a mug", {"m": 1}),
        ("one white shirt", {"w": 1}),
        ("the white shirt, only one of them", {"w": 1}),
        ("the more expensive shirt", {"n": None}),
        ("the cheapest", {"m": None}),
        ("the second one", {"n": None}),
        ("the last one", {"l": None}),
        ("the lamp, a mug and the navy shirt", {"n": None, "m": 1, "l": None}),
    ],
)
def test_what_is_meant(text: str, found: dict[str, int | None]) -> None:
    assert named(text, ORDER).found == found
    assert not named(text, ORDER).unclear


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("actually not the lamp", ("l",)),
        ("without the mugs please", ("m",)),
        ("I keep the navy shirt after all", ("n",)),
        ("leave out the lamp and the mugs", ("m", "l")),
        ("keep the lamp", ("l",)),
        ("the lamp stays", ("l",)),
        ("only the lamp stays", ()),
        ("keep the lamp, the rest goes back", ()),
        ("everything except the lamp", ()),
        ("the lamp, not the mugs", ()),
        ("not sure", ()),
        ("the lamp", ()),
    ],
)
def test_what_is_taken_back(text: str, out: tuple[str, ...]) -> None:
    assert left_out(text, ORDER) == out


def test_the_cheaper_of_two() -> None:
    assert named("the cheaper keyboard", (KEYBOARD_A, KEYBOARD_B)).found == {"a": None}


@pytest.mark.parametrize("text", ["the shirt", "a t-shirt"])
def test_one_of_two_is_unclear(text: str) -> None:
    answer = named(text, ORDER)
    assert not answer.found
    assert set(answer.unclear) == {"w", "n"}


@pytest.mark.parametrize(
    "text",
    ["hello", "are you a bot", "", "my address is wrong", "not sure", "everything except the sofa"],
)
def test_nothing_is_named(text: str) -> None:
    assert named(text, ORDER).found == {}
    assert named(text, ORDER).unclear == ()
