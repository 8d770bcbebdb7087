"""Finding one-time codes: six digits that are a whole message, or that the message calls a code."""

from __future__ import annotations

import itertools
import re

from privacy.fold import Span
from privacy.words import word_set

_SIX = r"(?<![0-9])(?:[0-9]{6}(?![0-9])|[0-9](?:[\s\-.,]{0,3}[0-9]){5}(?![\s\-.]?[0-9]))"
_SIX_DIGITS = re.compile(_SIX)

_CODE_NAME = (
    r"\b(?:(?:pass|access|sms)?codes?|o\.?t\.?p|totp|2fa|mfa|"
    r"one[ \-]?time[ \-]?(?:pass(?:word|code|key)?|pin|number)|"
    r"verification (?:number|pin|no)|(?:6|six)[ \-]?digits?(?: number)?|"
    r"number(?: that)? you(?:'ve| have| just)? (?:sent|texted|e-?mailed|gave)(?: (?:to )?me)?|"
    r"bestatigungscode|sicherheitscode|prufcode)(?![a-z])"
)
_BETWEEN = (
    r"(?:[\s:=,'\"(\-]{0,3}(?:\b(?:is|was|are|be|should|it's|its|it|that|which|the|my|your|a|an|i|"
    r"i've|we|got|get|received|have|had|entered|typed|see|you|sent|gave|texted|emailed|me|us|to|"
    r"for|from|in|on|by|via|e-?mail|mail|text|sms|message|phone|number|num|no|now|just|says|said|"
    r"reads|shows|here|there|one|still|please|new|latest|last|login|account|order|ist|lautet|"
    r"[0-9]{1,5})\b(?![0-9])|->|=>)){0,10}[\s:=,.'\"(\-#]{0,4}"
)
_CODE_AFTER_NAME = re.compile(rf"({_CODE_NAME}){_BETWEEN}({_SIX})")
_CODE_BEFORE_NAME = re.compile(
    rf"({_SIX})[\s,'\")(\-=]{{1,3}}(?:(?:is|was|as|being|for|that's)\s)?"
    rf"(?:(?:the|my|a|your|that|this|our)\s)?(?:[a-z0-9\-]{{1,16}}\s){{0,2}}({_CODE_NAME})"
)

# A "... code" that is no one-time code.
_OTHER_CODE = re.compile(
    r"\b(?:promo|promotional|promotion|discount|voucher|coupon|gift|offer|deal|postal?|zip|pin|product|"
    r"item|article|model|part|error|country|area|dial(?:ling)?|sort|bank|branch|swift|tracking|"
    r"reference|ref|qr|bar|style|dress|return|returns|order|order confirmation|sku|colou?r|store|"
    r"referral|friend|status|source|customs|hs|booking|campaign|rabatt)[ \-]?$"
)
# A number that is named as something else, directly before it. "#" alone names an order, too.
_OTHER_NUMBER = re.compile(
    r"(?:\b(?:order|orders|ord|bestellung|bestellnummer|purchase|invoice|tracking|ticket|case|"
    r"refer?ence|ref|receipt|parcel|package|shipment|booking|postcode|zip|zipcode|pincode|item|"
    r"article|product|sku)\b[\s.:#=,\-]{0,3}"
    r"(?:(?:confirmation|number|num|no|nr|nummer|id|code|is|was|it's|its)\b[\s.:#=,\-]{0,3}){0,4}"
    r"|[#€$£¥+]\s?)$"
)
_AFTER_MONEY = re.compile(r"\s?(?:[€$£¥%]|eur\b|usd\b|gbp\b|dollars?\b|euros?\b|pounds?\b)")
_REJECTED = re.compile(r"\b(?:not|isn't|wasn't|instead of|nicht)\s{1,3}$")
_LISTED = re.compile(r"[0-9]\s{0,2}(?:and|or|then|,|/|&)\s{1,2}$")
_REACH = 60

# 24-12-31 and 12.05.24 are dates unless the message calls them a code.
_DATE = re.compile(
    r"(?:[0-3]?[0-9]([\-.])[01]?[0-9]\1[0-9]{2}|[0-9]{2}([\-.])[01][0-9]\2[0-3][0-9])"
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# Around a code that is otherwise alone in the message.
_COURTESY = word_set(
    "it its it's is this the that that's here heres here's you go we are ok okay yes yep yeah sure "
    "well so hi hello hey thanks thank thx ty please pls i i've got one sorry and now again try "
    "this says my"
)
_MAX_COURTESY_WORDS = 8


def find_codes(view: str) -> list[Span]:
    """Find one-time codes ("code") in a plain view, in order; linear in its length."""
    found = _named_codes(view)
    if not found and (alone := _lone_code(view)):
        found = [alone]
    return sorted(found)


def code_value(view: str, spans: list[Span]) -> str:
    """The digits of the code the customer means: the last one not rejected ("not 111111").

    Args:
        view: the plain view the spans were found in.
        spans: at least one span of kind "code".

    Returns:
        Six ASCII digits.
    """
    meant = [s for s in spans if not _REJECTED.search(view[max(0, s.start - _REACH) : s.start])]
    chosen = (meant or spans)[-1]
    return "".join(c for c in view[chosen.start : chosen.end] if c.isdigit())


def _named_codes(view: str) -> list[Span]:
    found = set()
    for pattern, name, digits in ((_CODE_AFTER_NAME, 1, 2), (_CODE_BEFORE_NAME, 2, 1)):
        for match in pattern.finditer(view):
            start, end = match.span(digits)
            if _OTHER_CODE.search(view[max(0, match.start(name) - _REACH) : match.start(name)]):
                continue
            before = view[max(0, start - _REACH) : start]
            other = _OTHER_NUMBER.search(before)
            # "code #123456" names a code; "code for order #123456" an order.
            if other and not (other.group().startswith("#") and pattern is _CODE_AFTER_NAME):
                continue
            found.add(Span(start, end, "code"))
    if found:
        # Beside a named code, what is listed or contrasted with it is a code as well.
        for match in _SIX_DIGITS.finditer(view):
            before = view[max(0, match.start() - _REACH) : match.start()]
            if _REJECTED.search(before) or _LISTED.search(before):
                found.add(Span(match.start(), match.end(), "code"))
    return list(found)


def _lone_code(view: str) -> Span | None:
    numbers = list(itertools.islice(_SIX_DIGITS.finditer(view), 2))
    if len(numbers) != 1:
        return None
    start, end = numbers[0].span()
    if _OTHER_NUMBER.search(view[max(0, start - _REACH) : start]) or _AFTER_MONEY.match(view, end):
        return None
    number = view[start:end]
    if _DATE.fullmatch(number) or "," in number:
        return None
    around = view[:start] + " " + view[end:]
    words = [m.group() for m in itertools.islice(_WORD.finditer(around), _MAX_COURTESY_WORDS + 1)]
    if len(words) > _MAX_COURTESY_WORDS or not _COURTESY.issuperset(words):
        return None
    return Span(start, end, "code")
