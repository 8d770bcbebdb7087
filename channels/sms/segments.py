"""How many segments a text message takes, and how to write it so that it takes few.

A text whose characters are all in the GSM 7-bit alphabet takes one segment up to 160 septets, or
segments of 153 when it is longer; one character outside it makes the whole text UCS-2, with 70
code units, or segments of 67. The rest of a longer text's segments is the header that joins them
on the telephone. Each segment is paid for.

Source of the tables: 3GPP TS 23.038, sections 6.2.1 (the default alphabet) and 6.2.1.1 (its
extension, where each character takes an escape and a septet). Source of the lengths: 3GPP TS
23.040, section 9.2.3.24.1 (a header of 6 octets in the 140 of a segment).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = frozenset("\f^{}\\[~]|€")

_GSM7 = GSM7_BASIC | GSM7_EXTENSION
_ONE_SEGMENT = {"GSM-7": 160, "UCS-2": 70}
_OF_SEVERAL = {"GSM-7": 153, "UCS-2": 67}

# Punctuation that word processors, telephones and websites put in place of plain characters.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2035\u02bc\u02b9\u00b4\u0060\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\uff02", '"'),
        **dict.fromkeys("\u2039", "<"),
        **dict.fromkeys("\u203a", ">"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2022\u2023\u25aa\u25cf\u00b7", "-"),
        **dict.fromkeys(
            "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
            "\u202f\u205f\u3000",
            " ",
        ),
        **dict.fromkeys("\x0b\x85\u2028\u2029", "\n"),
        **dict.fromkeys("\u200b\u2060\ufeff\u00ad\u200e\u200f", None),
        "\u2026": "...",
        "\u2044": "/",
        "\u00d7": "x",
        "\u2192": "->",
        "\u2190": "<-",
        "\u2122": "(TM)",
        "\u00ae": "(R)",
        "\u00a9": "(C)",
        "\u00bd": "1/2",
        "\u00bc": "1/4",
        "\u00be": "3/4",
        "\uff0f": "/",  # what channels write in place of a leading slash
    }
)


@dataclass(frozen=True)
class Segments:
    """What a text takes to send.

    Attributes:
        count: segments, each of which is paid for; 1 or more.
        encoding: of the whole text.
        units: septets (GSM-7) or 16-bit code units (UCS-2) that the text takes.
        left: units that could follow within the last segment.
    """

    count: int
    encoding: Encoding
    units: int
    left: int


def plain(text: str) -> str:
    """Write a text with plain punctuation, so that it does not become UCS-2 for nothing.

    Quotes, dashes, ellipses, bullets and spaces of other kinds become their plain twins, and what
    is invisible goes. Letters stay: a name is spelt as its owner spells it.

    Args:
        text: any text.

    Returns:
        The text, composed (Unicode NFC), without control characters, its lines without spaces at
        their ends.
    """
    written = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    shown = (
        char
        for char in written.translate(_PLAIN)
        if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs"}
    )
    return "\n".join(line.rstrip() for line in "".join(shown).split("\n")).strip()


def encoding(text: str) -> Encoding:
    """Tell in which alphabet a text is sent.

    Args:
        text: as it is sent.
    """
    return "GSM-7" if _GSM7.issuperset(text) else "UCS-2"


def count_segments(text: str) -> Segments:
    """Count what a text takes; an escape or a surrogate pair is never split between segments.

    Args:
        text: as it is sent.
    """
    alphabet = encoding(text)
    doubles = [_is_double(char, alphabet) for char in text]
    units = len(text) + sum(doubles)
    one, size = _ONE_SEGMENT[alphabet], _OF_SEVERAL[alphabet]
    if units <= one:
        return Segments(1, alphabet, units, one - units)
    count, used = 1, 0
    for double in doubles:
        cost = 2 if double else 1
        if used + cost > size:
            count, used = count + 1, 0
        used += cost
    return Segments(count, alphabet, units, size - used)


def _is_double(char: str, alphabet: Encoding) -> bool:
    return char in GSM7_EXTENSION if alphabet == "GSM-7" else char > "\uffff"
