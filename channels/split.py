"""Cutting a long text where a reader would pause."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# From the best place to the worst; the text is cut behind the match.
_PAUSES = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[.!?…][\"'”’)]*\s"),
    re.compile(r"\s"),
)
# A pause in the first part of the room would leave a piece much shorter than need be.
_EARLIEST = 0.3
_ZERO_WIDTH_JOINER = "\u200d"


def split_text(text: str, limit: int, size: Callable[[str], int] = len) -> list[str]:
    """Cut a text into pieces, each at the end of a paragraph, line, sentence or word if it has one.

    Args:
        text: what is to be cut.
        limit: the largest size of a piece.
        size: of a text, in the channel's units; at most `limit` for any one character, and never
            less for a longer text. Unless given: characters (Unicode code points).

    Returns:
        Pieces of size 1 to `limit`, without white space at their ends; together they are the text
        but for the white space at the cuts. Empty when the text is only white space.
    """
    pieces = []
    rest = text.strip()
    while size(rest) > limit:
        end = pause(rest, _fitting(rest, limit, size))
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*pieces, rest] if rest else pieces


def _fitting(text: str, limit: int, size: Callable[[str], int]) -> int:
    """Return how many characters of a text fit, at least 1."""
    fits, over = 1, len(text)
    while over - fits > 1:
        middle = (fits + over) // 2
        if size(text[:middle]) <= limit:
            fits = middle
        else:
            over = middle
    return fits


def pause(text: str, limit: int) -> int:
    """Find where to cut a text once.

    Args:
        text: longer than the limit.
        limit: most characters before the cut, white space at its end not counted.

    Returns:
        The place of the cut, from 1.
    """
    # The white space at a cut is dropped, so one such character may lie behind the limit.
    room = text[: limit + 1]
    for pattern in _PAUSES:
        ends = [
            match.end() for match in pattern.finditer(room) if match.start() >= limit * _EARLIEST
        ]
        if ends and len(room[: ends[-1]].rstrip()) <= limit:
            return ends[-1]
    end = limit
    while end > 1 and _belongs_to_previous(text, end):
        end -= 1
    return end if end > 1 else limit


def _belongs_to_previous(text: str, position: int) -> bool:
    """Tell whether a character is shown together with the one before it."""
    character = text[position]
    return (
        unicodedata.category(character) in {"Mn", "Me", "Mc"}
        or _ZERO_WIDTH_JOINER in (character, text[position - 1])
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
    )
