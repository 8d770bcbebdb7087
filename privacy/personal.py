"""Masking personal data where it is not needed: in logs, analytics and review files.

Found are e-mail addresses, phone numbers, street addresses (roughly), postcodes, and a name that is
called one ("my name is ..."), as customers prove who they are. Other names of people are out of
reach: no pattern tells them from other words. What must not hold names must not hold free text.
"""

from __future__ import annotations

import re

import phonenumbers

from privacy.fold import plain_view

# In an address of the web the @ is written %40. All parts are bounded, so that a long run of
# letters costs no more than its length.
_EMAIL = re.compile(
    r"[\w.+\-%']{1,64}(?<![.'])(?:@|%40)(?:[\w\-]{1,63}\.){1,8}[^\W\d_][\w\-]{1,23}", re.IGNORECASE
)

# Numbers without a country code are read as in these countries.
_REGIONS = ("US", "GB", "DE")
# No phone number that a person would give has fewer digits.
_FEWEST_PHONE_DIGITS = 7
# Where a phone number can be; the library, which is slow, only looks there.
_PHONE_CANDIDATE = re.compile(r"(?<![\w.])[+(]?[0-9](?:[\s().\-/]{0,3}[0-9]){6,17}(?![\w])")
_IP_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_TIMESTAMP = re.compile(r"[12][09][0-9]{2}[\-/.][01]?[0-9][\-/.][0-3]?[0-9](?:\D|$)")

_STREET_KIND = (
    r"street|str|st|road|rd|avenue|ave|av|lane|ln|drive|dr|boulevard|blvd|way|court|ct|place|pl|"
    r"square|sq|terrace|close|crescent|gardens|grove|row|highway|hwy|parkway|pkwy|mews|alley"
)
# "5 days on the road" is no address.
_NOT_IN_A_STREET = (
    r"(?!(?:on|in|a|an|of|this|that|to|my|your|any|by|at|for|from|with|and|or|is|was|days|people|"
    r"times|items)\b)"
)
_ADDRESSES = (
    # 12b Long Acre Street, flat 3
    re.compile(
        r"(?<![\w#.])[0-9]{1,5}[a-z]?,? "
        rf"(?:{_NOT_IN_A_STREET}[^\W\d_][\w'\-]{{0,29}}\.? ){{1,4}}?(?:{_STREET_KIND})\b\.?"
        r"(?:,? (?:apt|apartment|unit|flat|suite|floor|no)\.? ?[0-9]{1,5}[a-z]?\b)?"
    ),
    # Lindenstrasse 12a
    re.compile(
        r"(?<!\w)[^\W\d_]{2,30}(?:stra(?:ss|ß)e|str\.|weg|platz|allee|gasse|damm|ufer|straat|laan) "
        r"[0-9]{1,4} ?[a-z]?(?!\w)"
    ),
    # 12 rue de la Paix
    re.compile(
        r"(?<!\w)[0-9]{1,4},? (?:rue|avenue|place|boulevard) [^\W\d_]{1,30}"
        r"(?:[ '\-][^\W\d_]{1,30}){0,2}"
    ),
    re.compile(r"(?<!\w)p\.? ?o\.? ?box [0-9]{1,7}"),
)
_POSTCODES = (
    re.compile(
        r"\b(?:post ?code|postal code|zip(?: ?code)?|plz|postleitzahl|pin ?code|eircode)\b"
        r"[\s:=\"'\-]{0,3}(?:(?:is|was|it's|its|ist)\b[\s:=\"'\-]{0,3}){0,2}"
        r"((?=[a-z]{0,4}[ \-]?[0-9])[a-z0-9]{2,8}(?:[ \-](?=[a-z]?[0-9])[a-z0-9]{3,4})?)(?!\w)"
    ),
    # British postcodes are recognisable without a label.
    re.compile(r"(?<!\w)([a-pr-uwyz][a-z]?[0-9][0-9a-z]? [0-9][abd-hjlnp-uw-z]{2})(?!\w)"),
)
# "my name is dora lind, 24103": the name, and the postcode right behind it.
_NAME_WORD = (
    r"(?!(?:and|my|the|i|is|but|on|in|with|from|post|postcode|zip|plz|not|wrong)\b)"
    r"[^\W\d_][\w'\-]{0,30}\.?"
)
_NAME = re.compile(
    r"\bmy (?:full |whole |first and last )?name(?:'s| is)?[ :]{1,3}"
    rf"({_NAME_WORD}(?:,? {_NAME_WORD}){{0,4}})(?!\w)"
)
_BEHIND_NAME = re.compile(
    r"\[name\](?:,? (?:and|from|in|my|is))*[ ,:]{1,3}"
    r"([0-9]{4,6}|[0-9]{2,5}-[0-9]{3,4})(?![\w\-])"
)


def mask_personal(text: str) -> str:
    """Replace personal data by `[e-mail]`, `[phone]`, `[address]`, `[postcode]` and `[name]`.

    Time is linear in the length of the text.

    Args:
        text: any text, best already without secrets (`mask_secrets`).

    Returns:
        The text with what was found replaced; masking it again changes nothing.
    """
    text = _EMAIL.sub("[e-mail]", text)
    for pattern in _ADDRESSES:
        text = _replace(text, pattern, 0, "[address]")
    for pattern in _POSTCODES:
        text = _replace(text, pattern, 1, "[postcode]")
    text = _replace(text, _NAME, 1, "[name]")
    text = _replace(text, _BEHIND_NAME, 1, "[postcode]")
    view = plain_view(text)
    parts, position = [], 0
    for match in _PHONE_CANDIDATE.finditer(view):
        if _is_phone(match.group()):
            parts += [text[position : match.start()], "[phone]"]
            position = match.end()
    return "".join(parts) + text[position:]


def _replace(text: str, pattern: re.Pattern[str], group: int, placeholder: str) -> str:
    parts, position = [], 0
    for match in pattern.finditer(plain_view(text)):
        parts += [text[position : match.start(group)], placeholder]
        position = match.end(group)
    return "".join(parts) + text[position:]


def _is_phone(candidate: str) -> bool:
    if _IP_ADDRESS.fullmatch(candidate) or _TIMESTAMP.match(candidate):
        return False
    if sum(char.isdigit() for char in candidate) < _FEWEST_PHONE_DIGITS:
        return False
    for region in (None,) if candidate.startswith("+") else _REGIONS:
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue  # not a number there; perhaps in the next country
        if phonenumbers.is_valid_number(number):
            return True
    return False
