"""Finding payment card numbers, and the security code (CVV) beside them."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left

from privacy.fold import Span

# A card number has 13 to 19 digits (ISO/IEC 7812); 12 only in old Maestro cards, taken when named.
_SHORTEST, _LONGEST = 13, 19

_RUN = re.compile(r"[0-9](?:[\s\-._/,]{0,3}[0-9])*")
_GROUP = re.compile(r"[0-9]+")

# Issuer prefixes with the lengths they come in, as the card networks publish them.
_NETWORKS: tuple[tuple[re.Pattern[str], range | tuple[int, ...]], ...] = (
    (re.compile("4"), (13, 16, 19)),  # Visa
    (re.compile("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),  # Mastercard
    (re.compile("3[47]"), (15,)),  # American Express
    (re.compile("30[0-5]|3095|3[689]"), range(14, 20)),  # Diners Club
    (re.compile("35(?:2[89]|[3-8])"), range(16, 20)),  # JCB
    (re.compile("2131|1800"), (15,)),  # JCB, older
    (re.compile("6011|64[4-9]|65|62|81|82"), range(16, 20)),  # Discover, UnionPay, RuPay
    (re.compile("5[06-8]|6"), range(13, 20)),  # Maestro
    (re.compile("220[0-4]|9792"), range(16, 20)),  # Mir, Troy
)

# Named directly before a number that only happens to pass the checksum.
_OTHER_NUMBER = re.compile(
    r"\b(?:tracking|track|parcel|package|shipment|consignment|waybill|awb|imei|serial|order|"
    r"invoice|barcode|ean|gtin|upc|isbn)\b[\s.:#=\-]{0,3}"
    r"(?:(?:number|num|no|nr|code|id|is|was|it|its|my|the)\b[\s.:#=\-]{0,3}){0,4}$"
)
_NAMED_CARD = re.compile(
    r"\b(?:card|cards|visa|master ?card|amex|american express|maestro|kreditkarte|karte|cc)\b"
    r"[\s.:#=,'\"(\-]{0,3}"
    r"(?:(?:number|num|no|nr|nummer|is|was|ist|it's|its|it|my|the|here|details|debit|credit)\b"
    r"[\s.:#=,'\"(\-]{0,3}){0,6}$"
)
_LABEL_REACH = 80

_FILL = (
    r"(?:[\s:=,'\"(\-]{0,3}\b(?:is|was|are|it's|its|it|my|the|your|number|code|no|num|on|of|at|"
    r"back|card|digits?|that|this|also|just|here)\b){0,8}[\s:=#,.'\"()\-]{0,4}"
)
_CVV_NAME = (
    r"\b(?:cv[vc]2?|csc|cvn|card (?:security|verification) (?:code|number|value)|"
    r"security (?:code|number)|verification value|(?:3|4|three|four)[ \-]?digits?|"
    r"prufziffer|prufnummer|kartenprufnummer)\b"
)
# Not the first half of a code of six digits ("security code 123 456").
_CVV_VALUE = (
    r"(?<![0-9])([0-9]{3,4}(?![0-9])(?![ \-][0-9]{3}(?![0-9]))|[0-9](?: [0-9]){2,3}(?! ?[0-9]))"
)
_CVV_AFTER_NAME = re.compile(_CVV_NAME + _FILL + _CVV_VALUE)
_CVV_BEFORE_NAME = re.compile(
    r"(?<![0-9])([0-9]{3,4})[\s,'\")(\-=]{1,3}"
    r"(?:(?:is|was|as|for)\s)?(?:(?:my|the|a|your)\s)?(?:cv[vc]2?|csc|cvn)\b"
)
# "4111 ... 1111 12/27 123": what follows the expiry date is the security code.
_AFTER_CARD = re.compile(
    r"[\s,;|/\-]{1,3}(?:(?:exp|expires|expiry|valid|thru|until|date)\b[\s.:]{0,2}){0,3}"
    r"[0-9]{1,2}[ ]?[/\-.][ ]?(?:20)?[0-9]{2}[\s,;|/\-]{1,3}([0-9]{3,4})(?![0-9])"
)


def find_cards(view: str) -> list[Span]:
    """Find card numbers ("card") and card security codes ("cvv") in a plain view.

    Time is linear in the length of the view.
    """
    spans = []
    for run in _RUN.finditer(view):
        if run.end() - run.start() >= _SHORTEST - 1:
            spans += _cards_in_run(view, run.start(), run.end())
    for card in tuple(spans):
        if found := _AFTER_CARD.match(view, card.end):
            spans.append(Span(found.start(1), found.end(1), "cvv"))
    for pattern in (_CVV_AFTER_NAME, _CVV_BEFORE_NAME):
        spans += [Span(m.start(1), m.end(1), "cvv") for m in pattern.finditer(view)]
    return spans


def _cards_in_run(view: str, start: int, end: int) -> list[Span]:
    """Try every window of whole digit groups; overlapping cards are merged by the caller."""
    groups = [m.span() for m in _GROUP.finditer(view, start, end)]
    digits = "".join(view[a:b] for a, b in groups)
    bounds = [0]  # bounds[i]: how many digits stand before group i
    for a, b in groups:
        bounds.append(bounds[-1] + b - a)
    sums = _luhn_sums(digits)
    # Only separators stand inside a run: what names a number can only stand before the first.
    before = view[max(0, start - _LABEL_REACH) : start]
    named = _NAMED_CARD.search(before) is not None
    other = _OTHER_NUMBER.search(before) is not None
    found = []
    for first in range(len(groups)):
        low = bisect_left(bounds, bounds[first] + _SHORTEST - 1, first + 1)
        for last in range(low, len(bounds)):
            length = bounds[last] - bounds[first]
            if length > _LONGEST:
                break
            span = Span(groups[first][0], groups[last - 1][1], "card")
            number = digits[bounds[first] : bounds[last]]
            running = sums[bounds[last] % 2]
            if named and first == 0:
                hidden = _whole_named_number(bounds, first, last)
            elif length < _SHORTEST or (running[bounds[last]] - running[bounds[first]]) % 10:
                hidden = False
            else:
                hidden = _known_network(number) or (
                    number[0] != "0"
                    and _card_like(bounds[first : last + 1])
                    and not (other and first == 0)
                )
            if hidden:
                found.append(span)
    return found


def _luhn_sums(digits: str) -> tuple[list[int], list[int]]:
    """Running Luhn sums, with the digits at even and at odd places doubled.

    With them the checksum of any window is one subtraction. The doubled places of a window that
    ends before place `e` are those with the parity of `e`.
    """
    even, odd = [0], [0]
    for place, char in enumerate(digits):
        plain = int(char)
        doubled = plain * 2 - 9 if plain > 4 else plain * 2
        even.append(even[-1] + (plain if place % 2 else doubled))
        odd.append(odd[-1] + (doubled if place % 2 else plain))
    return even, odd


def _known_network(number: str) -> bool:
    return any(p.match(number) and len(number) in lengths for p, lengths in _NETWORKS)


def _card_like(bounds: list[int]) -> bool:
    """Whether the digits stand in one block or in blocks of four, as on a card."""
    sizes = [b - a for a, b in itertools.pairwise(bounds)]
    return len(sizes) == 1 or (all(size == 4 for size in sizes[:-1]) and sizes[-1] <= 4)


def _whole_named_number(bounds: list[int], first: int, last: int) -> bool:
    """Whether the window is the longest possible one from its first group.

    What is called a card number is hidden even when a digit was mistyped; with no checksum to
    tell where it ends, all that can belong to it goes.
    """
    return last + 1 == len(bounds) or bounds[last + 1] - bounds[first] > _LONGEST
