"""Reading facts out of a customer's message: numbers, addresses, codes.

Entities come from the NLU pipeline first; the patterns here only take what a form has just asked
for, when no entity was found.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import phonenumbers
from rasa_sdk import Tracker

from privacy import PLACEHOLDERS, SealError, unseal_code

# Order numbers of the contract: five to eight digits (backends/openapi.yaml).
# Digits before or after, as in a phone number, mean that it is something else.
_NUMBER = re.compile(
    r"(?<![\w@.+])(?<!\d[ ,.\-])#?(?:FD-?)?((?:\d[ ,.\-]?){4,7}\d)(?![ ,.\-]?\d)(?![\w@])",
    re.IGNORECASE,
)
# One "@", a dot in the host, nothing that needs quoting: what a person can type on a phone.
_EMAIL = re.compile(r"[A-Z0-9._%+\-]+@[A-Z0-9\-]+(?:\.[A-Z0-9\-]+)*\.[A-Z]{2,}", re.IGNORECASE)
# "anna dot berg at example dot com", as people say it or hide it from robots.
_SPOKEN = re.compile(
    r"[\w.+\-]+(?:\s+dot\s+[\w.+\-]+)*\s*(?:\s+at\s+|\(at\)|\[at\]|@)\s*"
    r"[\w\-]+(?:(?:\s+dot\s+|\s*\(dot\)\s*|\s*\[dot\]\s*|\.)[\w\-]+)+",
    re.IGNORECASE,
)
_AT = re.compile(r"\s*(?:\bat\b|\(at\)|\[at\]|@)\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*(?:\bdot\b|\(dot\)|\[dot\])\s*", re.IGNORECASE)
# A postcode of any country: 3 to 10 characters in one or two groups, each with a digit, save that
# the second may be two letters alone ("1234 AB").
_POSTCODE = re.compile(
    r"^(?=.{3,10}$)(?=[A-Z]*\d)[A-Z0-9]+(?:[ \-](?:[A-Z]{2}|(?=[A-Z]*\d)[A-Z0-9]+))?$",
    re.IGNORECASE,
)
# Seven to fifteen digits (ITU-T E.164 allows fifteen), however they are set apart.
_PHONE = re.compile(r"\+?(?:\d[ ()/.\-]{0,2}){6,14}\d")
_POSTCODE_WORDS = re.compile(
    r"^(?:(?:it'?s|it is|the|my|post ?code|zip ?code|zip|plz|is|should be|must be)[ :]*)+",
    re.IGNORECASE,
)
# Entities with digits in them that must not be taken for an order number.
_OTHER_NUMBERS = frozenset(
    {"phone", "money", "date", "tracking_number", "invoice_number", "postcode", "email", "quantity"}
)
_LATEST = re.compile(r"\b(last|latest|newest|most recent|recent)\b", re.IGNORECASE)
# "I don't have the number", "lost my order no.", "without a number"
_NO_NUMBER = re.compile(
    r"\b(?:no|without|lost|forgot|misplaced"
    r"|(?:do not|don.?t|haven.?t|have not|can.?t|cannot|didn.?t)"
    r" (?:have|got|get|know|find|remember|see))"
    r" (?:the |an? |any |my |that |it'?s )?(?:order |tracking )?"
    r"(?:number|no\.?|nr\.?|num|id)\b(?! \d)",
    re.IGNORECASE,
)
# Words by which a customer puts a number right, rather than answering with a postcode.
_CORRECTION = re.compile(
    r"\b(?:order|number|no\.?|nr\.?|meant|mean|sorry|instead|actually|wrong|rather)\b|#",
    re.IGNORECASE,
)

# "how long does a refund take?" asks about refunds in general ...
_ASKS = re.compile(
    r"\b(?:how|what|which|when|where|who|do|does|is|are|can|could|will|would)\b|\?", re.IGNORECASE
)
# ... while these words tell of something of the customer's own ...
_OWN = re.compile(
    r"\b(?:my|mine|our|ours|me|still|yet|again|already|i|i'?(?:m|ve)"
    r"|the (?:order|parcel|package|refund|money|delivery|invoice|receipt))\b",
    re.IGNORECASE,
)
# ... unless it is only imagined: "what happens if my parcel is lost?", "how long do I have to ...?"
_IMAGINED = re.compile(
    r"\bwhat\b.*\bif\b|\bif\b.*\b(?:how|what|when)\b|\bhow long (?:do|have) i\b", re.IGNORECASE
)

# "no wait, ...", "actually, ...": what was offered is not wanted.
_REFUSES = re.compile(
    r"\W*(?:(?:oh|ok(?:ay)?|h+m+|um+|uh|well|wait|sorry|hold on|hang on|stop)\b\W*)*"
    r"(?:no+|nope|nah|don'?t|do not|actually|forget|scrap)\b",
    re.IGNORECASE,
)
# "change the address instead": in place of what is under way.
_IN_PLACE = re.compile(r"\b(?:instead|rather)\b", re.IGNORECASE)
# "I meant my other order", and nothing else.
_ANOTHER = re.compile(
    r"\W*(?:(?:no|nope|oh|ah|sorry|oops|wait|i|ive|i'?ve|mean|meant|got|want|wanted|it'?s|its|is|that'?s"
    r"|was|wrong|number|one|order|the|my|our|please|pls|then|actually|to|say|of|course)\b\W*)*"
    r"(?:other|another|different) (?:order|one)\b"
    r"(?:\W*\b(?:i|mean|meant|please|pls|then|sorry|of|course|instead|thanks|have|mine)\b)*\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Message:
    """The latest customer message.

    Attributes:
        text: what was written, secrets masked.
        intent: the intent's name, "" if there is none.
        entities: values by entity name, in the order of the text.
        metadata: what the channel added.
        rest: the text without the numbers that are known to be something else (amounts, phone and
            tracking numbers, days), if there are any.
    """

    text: str
    intent: str
    entities: dict[str, list[str]]
    metadata: dict[str, Any]
    rest: str | None = None

    @classmethod
    def latest(cls, tracker: Tracker) -> Message:
        """The latest customer message of a conversation."""
        raw: dict[str, Any] = tracker.latest_message or {}
        entities: dict[str, list[str]] = {}
        for entity in sorted(raw.get("entities") or [], key=lambda e: e.get("start") or 0):
            entities.setdefault(str(entity.get("entity")), []).append(str(entity.get("value")))
        text = raw.get("text") or ""
        return cls(
            rest=_without(raw.get("entities") or [], text) or None,
            text=text.strip(),
            intent=(raw.get("intent") or {}).get("name") or "",
            entities=entities,
            metadata=raw.get("metadata") or {},
        )


def digits(text: str) -> str:
    """The ASCII digits of a text, in order."""
    return re.sub(r"[^0-9]", "", text)


def order_number(message: Message, *, asked: bool = False) -> str | None:
    """The order number in a message: 5 to 8 digits without anything between, or None.

    The last one counts, since people correct themselves from left to right.

    Args:
        message: the message.
        asked: whether it was just asked for. Six digits alone are sealed by the channel, and are
            an order number only then: out of the blue they are a late one-time code.
    """
    found = [digits(value) for value in message.entities.get("order_number", [])]
    found = [number for number in found if 5 <= len(number) <= 8]
    if not found:
        text = message.text if message.rest is None else message.rest
        found = [digits(match) for match in _NUMBER.findall(_without_addresses(text))]
    alone = asked and message.text == PLACEHOLDERS["code"]
    if not found and alone and (code := one_time_code(message)):
        found = [code]
    return found[-1] if found else None


def _without(entities: list[dict[str, Any]], text: str) -> str:
    """A text in which blanks stand for the entities that are no order number."""
    for entity in entities:
        start, end = entity.get("start") or 0, entity.get("end") or 0
        if entity.get("entity") in _OTHER_NUMBERS:
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def _without_addresses(text: str) -> str:
    return _EMAIL.sub(" ", text)


def email(message: Message) -> str | None:
    """The e-mail address in a message, in lower case, or None."""
    match = None
    for match in _EMAIL.finditer(message.text):  # noqa: B007 - the last one counts
        pass
    if match:
        return match.group().lower().rstrip(".")
    for spoken in _SPOKEN.findall(message.text[:500]):
        written = _DOT.sub(".", _AT.sub("@", spoken))
        if _EMAIL.fullmatch(written):
            return written.lower()
    values = message.entities.get("email", [])
    return values[-1].lower() if values and _EMAIL.fullmatch(values[-1]) else None


def postcode(message: Message, *, asked: bool) -> str | None:
    """The postcode in a message in upper case, or None.

    Args:
        message: the message.
        asked: whether it was just asked for, so that a bare "94110" may be one.
    """
    values = message.entities.get("postcode", [])
    if values:
        return _POSTCODE_WORDS.sub("", values[-1]).strip().upper() or None
    if not asked:
        return None
    # six digits alone are sealed by the channel, and may be a postcode (of India, say)
    text = one_time_code(message) if message.text == PLACEHOLDERS["code"] else message.text
    bare = _POSTCODE_WORDS.sub("", text or "").strip(" .,!?")
    return bare.upper() if _POSTCODE.match(bare) else None


def is_correction(message: Message) -> bool:
    """Whether a message with a number in it says that an earlier one was wrong."""
    return bool(_CORRECTION.search(message.text))


def one_time_code(message: Message) -> str | None:
    """The one-time code that the channel sealed, or None if there is none or it cannot be read."""
    sealed = message.metadata.get("sealed_code")
    secret = os.environ.get("FRONTDESK_SEAL_SECRET", "")
    if not sealed or not secret:
        return None
    try:
        return digits(unseal_code(str(sealed), secret))
    except SealError:
        return None


def typed_code(message: Message) -> str | None:
    """Six digits where a one-time code was asked for: sealed, written, or in words."""
    if code := one_time_code(message):
        return code
    said = message.entities.get("order_number", [])  # "one two three four five six"
    found = digits(message.text) or (said[-1] if said else "")
    return found if len(found) == 6 else None


def phone(message: Message, region: str) -> str | None:
    """The last phone number in a message, in E.164, or None.

    Args:
        message: the message.
        region: ISO 3166-1 alpha-2, for a number without its country's code; "" for none.
    """
    found = None
    for match in phonenumbers.PhoneNumberMatcher(message.text, region or None):
        found = match.number
    if found is None:
        return None
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))


def contact(message: Message) -> str | None:
    """An e-mail address, or a phone number in international form, or None."""
    if address := email(message):
        return address
    for region in (None, "US", "GB"):
        for found in phonenumbers.PhoneNumberMatcher(message.text, region):
            return phonenumbers.format_number(
                found.number, phonenumbers.PhoneNumberFormat.INTERNATIONAL
            )
    # a number of a country that was not said: a person will know what to do with it
    if plain := _PHONE.search(message.text):
        return plain.group().strip()
    return None


def refuses(message: Message) -> bool:
    """Whether a message that asks for something begins by refusing what was shown."""
    return bool(_REFUSES.match(message.text.replace("\u2019", "'")))


def replaces(message: Message) -> bool:
    """Whether a message asks for something in place of something else."""
    return bool(_IN_PLACE.search(message.text))


def means_another(message: Message) -> bool:
    """Whether a message says that another order is meant, and not which one."""
    return bool(_ANOTHER.fullmatch(message.text.replace("\u2019", "'")))


def lacks_number(message: Message) -> bool:
    """Whether the customer says that they do not have the order's number."""
    return bool(_NO_NUMBER.search(message.text))


def means_latest(message: Message) -> bool:
    """Whether the customer speaks of the newest of several things."""
    return bool(_LATEST.search(message.text))


def is_general(message: Message) -> bool:
    """Whether a question is about how things are done in general, not about an order."""
    if order_number(message) or not _ASKS.search(message.text):
        return False
    return bool(_IMAGINED.search(message.text)) or not _OWN.search(message.text)
