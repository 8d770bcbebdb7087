"""A plain view of a text, character for character, for the finders to search.

Every finder of this package works on `plain_view(text)` and reports spans; because the view has
exactly the length of the text, a span found there is valid in the text as the customer wrote it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NamedTuple

_ESCAPED_SPACE = re.compile(r"\\[nrt]")
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032\u0060\u00b4"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"


class Span(NamedTuple):
    """A stretch of text to be hidden: from `start` up to, not including, `end`; what it is."""

    start: int
    end: int
    kind: str


def plain_view(text: str) -> str:
    """Return the text lower-cased and reduced to plain characters, with the same length.

    Digits of every script become 0-9, dashes `-`, typographic quotes `'` and `"`, letters lose
    their accents and width, exotic spaces and invisible characters become a space.
    """
    # In a log a line break may stand as backslash and "n": no part of the next word.
    if "\\" in text:
        text = _ESCAPED_SPACE.sub("  ", text)
    if text.isascii():
        return text.lower().replace("`", "'").replace("\0", " ")
    return "".join(map(_fold, text))


@functools.lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    """One character in, one character out."""
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    if char in "\t\n\r":
        return char
    if char in _SINGLE_QUOTES:
        return "'"
    if char in _DOUBLE_QUOTES:
        return '"'
    category = unicodedata.category(char)
    # Cf and Cc are invisible: a zero-width space or a direction mark between two digits must not
    # hide that they belong together.
    if category in ("Zs", "Zl", "Zp", "Cf", "Cc"):
        return " "
    if category == "Pd" or char == "\u2212":
        return "-"
    base = unicodedata.normalize("NFKD", char)
    plain = "".join(c for c in base if not unicodedata.combining(c)).lower()
    if len(plain) == 1:
        return plain
    lowered = char.lower()
    return lowered if len(lowered) == 1 else char
