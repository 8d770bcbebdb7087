"""Finding US social security numbers, labelled national ids, and PINs."""

from __future__ import annotations

import re

from privacy.fold import Span

# 3-2-4 digits with the same separator. 000 and 666 were never issued as the first part; 9xx are
# taxpayer ids (ITIN) of the same shape and worth hiding as well.
_SSN = re.compile(
    r"(?<![0-9])(?<![0-9][\-.])(?!000|666)[0-9]{3}([\-. ])(?!00)[0-9]{2}\1(?!0000)[0-9]{4}"
    r"(?![0-9])(?!\1[0-9])"
)
# British national insurance number, recognisable without a label.
_NINO = re.compile(
    r"(?<![a-z0-9])[abceghj-prstw-z][abceghj-nprstw-z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]"
    r"(?![a-z0-9])"
)
_ID_NAME = (
    r"\b(?:ssn|social security(?: number| no| num|#)?|social(?! media| network)|itin|tin|"
    r"tax(?:payer)?[ \-]?(?:id|number)(?: number)?|national (?:id|identity|insurance)"
    r"(?: card)?(?: number| no)?|nino|ni number|sozialversicherungsnummer|steuer-?id|"
    r"steueridentifikationsnummer|passport(?: number| no)?|driver'?s? licen[cs]e(?: number| no)?|"
    r"driving licen[cs]e(?: number| no)?|aadhaar|bsn|dni|codice fiscale|pesel|personnummer|"
    r"social insurance number|cpf|id card(?: number| no)?|identity card(?: number| no)?)\b"
)
_FILL = (
    r"(?:[\s:=,'\"(\-]{0,3}\b(?:is|was|are|ist|it's|its|it|my|the|number|no|num|nr|last|four|4|of|"
    r"digits|here|also)\b(?!-)){0,8}[\s:=#,.'\"(\-]{0,4}"
)
_ID_VALUE = (
    r"((?:[a-z]{1,2}[ \-]?)?[0-9](?:[ \-./]?[0-9]){3,15}(?:[ \-]?[a-z](?![a-z]))?(?![0-9])"
    r"|(?=[a-z]{0,8}[0-9])[a-z0-9]{6,20}(?![a-z0-9]))"
)
_NAMED_ID = re.compile(_ID_NAME + _FILL + _ID_VALUE)

_PIN_NAME = r"\b(?:pin(?:[ \-]?(?:code|number|num|no|nummer))?|geheimzahl|passcode)\b"
_PIN_VALUE = r"(?<![0-9])([0-9]{3,8}(?![0-9])|[0-9](?:[ \-][0-9]){2,7}(?![ \-]?[0-9]))"
_PIN_AFTER_NAME = re.compile(
    _PIN_NAME
    + r"(?:[\s:=,'\"(\-]{0,3}\b(?:is|was|ist|it's|its|it|my|the|for|card|bank|to|set|still|just|"
    r"number|code|on|account|of|as|changed|i|entered|typed|used|use)\b){0,8}[\s:=#,.'\"(\-]{0,4}"
    + _PIN_VALUE
)
_PIN_BEFORE_NAME = re.compile(
    r"(?<![0-9])([0-9]{3,8})[\s,'\")(\-=]{1,3}(?:(?:is|was|as)\s)?"
    r"(?:(?:my|the|a|your)\s)(?:[a-z]{1,12}\s)?" + _PIN_NAME
)
# In India a "pincode" of six digits is a postcode: part of an address, and no secret.
_POSTCODE = re.compile(r"[1-9][0-9]{2} ?[0-9]{3}")
_ADDRESS_TALK = re.compile(
    r"\b(?:deliver\w{0,4}|ship\w{0,5}|address|area|city|location|availab\w{2,5})\b"
)
_TALK_REACH = 120


def find_identity_numbers(view: str) -> list[Span]:
    """Find social security numbers and labelled national ids ("ssn") in a plain view."""
    spans = [Span(*m.span(), "ssn") for p in (_SSN, _NINO) for m in p.finditer(view)]
    return spans + [Span(*m.span(1), "ssn") for m in _NAMED_ID.finditer(view)]


def find_pins(view: str) -> list[Span]:
    """Find PINs that are called so ("pin") in a plain view."""
    return [
        Span(*m.span(1), "pin")
        for pattern in (_PIN_AFTER_NAME, _PIN_BEFORE_NAME)
        for m in pattern.finditer(view)
        if not _is_postcode(view, m)
    ]


def _is_postcode(view: str, match: re.Match[str]) -> bool:
    if not _POSTCODE.fullmatch(match[1]):
        return False
    around = view[max(0, match.start() - _TALK_REACH) : match.end() + _TALK_REACH]
    return "pincode" in match[0] or ("pin code" in match[0] and bool(_ADDRESS_TALK.search(around)))
