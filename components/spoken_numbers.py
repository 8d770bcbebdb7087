"""Numbers as people say them: "one double oh two three" is 10023."""

from __future__ import annotations

import re

_ONES = {
    **{"zero": 0, "oh": 0, "o": 0, "nought": 0, "naught": 0, "nil": 0},
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5},
    **{"six": 6, "seven": 7, "eight": 8, "nine": 9},
}
_TEENS = {
    **{"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15},
    **{"sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19},
}
_TENS = {
    **{"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50},
    **{"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90},
}
_LARGE = {"hundred": 100, "thousand": 1000}
_REPEATS = {"double": 2, "triple": 3, "treble": 3}

# Every word that can stand in a spoken number, the longest first: for use in a regex.
NUMBER_WORDS = sorted({*_ONES, *_TEENS, *_TENS, *_LARGE, *_REPEATS}, key=lambda w: (-len(w), w))

_PIECE = re.compile(r"[a-z]+|\d+")


def spoken_digits(text: str) -> str | None:
    """The digits that a text says.

    Args:
        text: number words and digits, in any case, with anything but letters and digits between.

    Returns:
        The digits in order, or None if the text has a word that is no number word, or none at all.
        Words are read one after another ("ten oh two three": 10 0 2 3); with "hundred" or
        "thousand" among them they are one number ("ten thousand and twenty three": 10023).
    """
    pieces = [piece for piece in _PIECE.findall(text.lower()) if piece != "and"]
    if not any(piece.isalpha() for piece in pieces):
        return None
    if not _LARGE.keys().isdisjoint(pieces):
        number = _cardinal(pieces)
        return None if number is None else str(number)
    return _one_after_another(pieces)


def _one_after_another(pieces: list[str]) -> str | None:
    said = ""
    place = 0
    while place < len(pieces):
        word = pieces[place]
        times = _REPEATS.get(word, 1)
        if times > 1:
            place += 1
            word = pieces[place] if place < len(pieces) else ""
        following = pieces[place + 1] if place + 1 < len(pieces) else ""
        if word.isdigit():
            said += word * times
        elif word in _ONES:
            said += str(_ONES[word]) * times
        elif word in _TEENS:
            said += str(_TEENS[word]) * times
        elif word in _TENS:
            unit = _ONES.get(following, 0)  # "twenty three" is 23, "twenty oh three" 20 0 3
            said += str(_TENS[word] + unit) * times
            place += bool(unit)
        else:
            return None
        place += 1
    return said or None


def _cardinal(pieces: list[str]) -> int | None:
    total = part = 0
    for word in pieces:
        if word == "thousand":
            total, part = total + (part or 1) * 1000, 0
        elif word == "hundred":
            part = (part or 1) * 100
        elif word.isdigit():
            part += int(word[:9])
        elif word in _ONES or word in _TEENS or word in _TENS:
            part += {**_ONES, **_TEENS, **_TENS}[word]
        else:
            return None
    return total + part
