"""Words as the password finders see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from privacy.words import INNOCENT, UNITS

# A word is read up to this length at once; a longer one goes on as the next token.
WORD_CHARS = 256
_TOKEN = re.compile(rf"\S{{1,{WORD_CHARS}}}")
_REST = re.compile(r"\S*")
_MAX_GAP = 40
_QUOTED = re.compile(r"(['\"])([^\n]{1,100}?)\1(?![a-z0-9])")
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[a-z]{2,24}[.,;:!?)]{0,3}")
_ORDER = re.compile(r"#?[a-z]{0,3}-?[0-9]{1,9}")
_POSTCODE = re.compile(r"[a-z]{1,2}[0-9][0-9a-z]?[0-9][a-z]{2}")
_LETTER = re.compile(r"[^\W\d_]")
_SYMBOL = re.compile(r"[!@#$%^&*+=~?_<>|\\{}]")
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]")
_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\[(?:card number|cvv|ssn|password|pin|one-time code)\]")
_EDGES = ".,;:!?()[]{}\"'…/|&*<>-"


class Token(NamedTuple):
    """A word of a plain view.

    Attributes:
        start: where it begins; behind the quote if it is quoted.
        end: where it ends.
        word: the bare word without punctuation around it; what is quoted, as it is.
        quoted: whether it stood in quotes (then it may be several words).
    """

    start: int
    end: int
    word: str
    quoted: bool


def tokens(view: str, position: int, limit: int) -> Iterator[Token]:
    """Yield up to `limit` words of the view from a position on."""
    for _ in range(limit):
        found = _TOKEN.search(view, position, position + _MAX_GAP + WORD_CHARS)
        if not found:
            return
        start, end = found.span()
        quoted = _QUOTED.match(view, start) if view[start] in "'\"" else None
        if quoted:
            yield Token(quoted.start(2), quoted.end(2), quoted[2], quoted=True)
            position = quoted.end()
        else:
            yield Token(start, end, bare(view[start:end]), quoted=False)
            position = end


def bare(word: str) -> str:
    """The word without punctuation around it."""
    return word.strip(_EDGES)


def end_of_word(view: str, position: int) -> int:
    """Where the word that `position` stands in or behind ends."""
    rest = _REST.match(view, position)
    return rest.end() if rest else position


def is_email(word: str) -> bool:
    """Whether the word is an e-mail address, perhaps with punctuation behind it."""
    return _EMAIL.fullmatch(word) is not None


def is_masked(view: str, token: Token) -> bool:
    """Whether the token is one of our placeholders."""
    return _PLACEHOLDER.match(view, token.start) is not None


def is_reference(word: str) -> bool:
    """Whether the word could be an order number or a postcode, which go with e-mail addresses."""
    return bool(_ORDER.fullmatch(word) or _POSTCODE.fullmatch(word))


def is_measure(found: list[Token], place: int) -> bool:
    """Whether a number counts something: "8 characters", "90 days"."""
    word = found[place].word
    counted = found[place + 1].word if place + 1 < len(found) else ""
    return word[:1].isdigit() and len(word) <= 3 and counted in UNITS


def looks_secret(raw: str) -> bool:
    """Whether a word mixes what ordinary words do not: letters with digits, symbols, capitals.

    Args:
        raw: the word as the customer wrote it, upper and lower case kept.
    """
    word = raw.strip(".,;:)(\"'")
    lowered = word.lower()
    if len(word) < 4 or is_email(lowered) or bare(lowered) in INNOCENT:
        return False
    if _ADDRESS.match(word) or word.startswith("["):
        return False
    inner = word.rstrip("!?")
    letters = _LETTER.search(word) is not None
    digits = any(char.isdigit() for char in word)
    symbols = not inner.startswith("#") and _SYMBOL.search(inner) is not None
    return (
        (letters and digits)
        or ((letters or digits) and symbols)
        or _INNER_CAPITAL.search(word) is not None
    )
