"""A delivery address in a message."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.reading import Message

# What customers call the countries that the shop sends to; others are taken as two letters.
_COUNTRIES = {
    "germany": "DE",
    "deutschland": "DE",
    "uk": "GB",
    "gb": "GB",
    "united kingdom": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "usa": "US",
    "us": "US",
    "united states": "US",
    "america": "US",
    "france": "FR",
    "de": "DE",
    "fr": "FR",
}
_POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{5}(?:-\d{4})?|\d{4} ?[A-Z]{2})\b", re.IGNORECASE
)
# What leads up to an address: "please send it to ..."
_LEAD = re.compile(
    r"^.*\b(?:to|is|be|at|now|address)\b[:, ]+(?=(?:\d|\w+[^,]*\d))", re.IGNORECASE | re.DOTALL
)
# What people say before they say it: "no wait, ..."
_CHATTER = re.compile(
    r"^(?:(?:no|nope|yes|ok|okay|wait|sorry|actually|hm+|please|pls|well|oh|it'?s|make (?:it|that)"
    r"|i (?:meant?|moved)|rather|instead)\b[ ,.!:-]*)+",
    re.IGNORECASE,
)
# What they say after it: "... 24103 Kiel instead of my old place, please".
_AFTER = re.compile(
    r"\b(?:instead(?: of [^\d]{0,80})?|rather|please|pls|plz|now|asap|if possible|cheers|thx"
    r"|thank(?:s| you)[^\d]{0,80})[ .!?]*$",
    re.IGNORECASE,
)
# "... for my order no. 10041": five digits that are no postcode.
_OF_ORDER = re.compile(
    r"(?:\b(?:for|of|on|from|in) )?(?:\b(?:my|the|this) )?"
    r"\border (?:(?:number|no\.?|nr\.?|num) ?)?[#:]? ?\d{5,8}\b[ :]*",
    re.IGNORECASE,
)
# "Gartenstr. 12 in 79098 Freiburg"
_JOINT = re.compile(r"[ ,]+(?:in|at)$", re.IGNORECASE)
# One line with a house number and nothing else: "Hafenweg 5", "22b Orchard Lane".
_STREET_ALONE = re.compile(
    r"[^\W\d_][^\d,;@?]{2,60} \d{1,4} ?[a-z]?|\d{1,4}[a-z]? [^\W\d_][^\d,;@?]{3,60}", re.IGNORECASE
)
# A house number somewhere, before or after the street.
_STREET = re.compile(r"[^\W\d_]{2,}.*\d|\d.*[^\W\d_]{2,}")


def read_address(text: str, country: str) -> dict[str, str] | None:
    """Find a whole address: street with a number, postcode and city, perhaps a country.

    Args:
        text: the customer's words.
        country: two letters, for an address that names none.

    Returns:
        street, postcode, city and country; None if one of the first three is missing.
    """
    parts = [part.strip(" .!?") for part in re.split(r"[,;\n]", _bare(text))]
    parts = [part for part in parts if part]
    if parts and parts[-1].lower() in _COUNTRIES:
        country = _COUNTRIES[parts.pop().lower()]
    codes = [
        (place, match) for place, part in enumerate(parts) for match in _POSTCODE.finditer(part)
    ]
    if not codes:
        return None
    place, match = codes[-1]
    with_code = parts[place]
    before, after = with_code[: match.start()].strip(" ,"), with_code[match.end() :].strip(" ,")
    earlier, later = parts[:place], parts[place + 1 :]
    city = " ".join(after.split()) or (later[0] if later else "")
    if before and not earlier:  # "7 Mill Street LS1 4AP Leeds"
        earlier = [before]
    elif before:
        city = city or before
        if len(before) == 2 and len(earlier) > 1:  # "Madison, WI 53703"
            city = f"{earlier.pop()}, {before}"
    if not city and len(earlier) > 1:  # "22 Orchard Lane, Leeds, LS1 4AP"
        city = earlier.pop()
    street = _JOINT.sub("", _without_lead(", ".join(earlier)))
    if not city or not _STREET.search(street) or re.search(r"\d", city):
        return None
    return {
        "street": street[:200],
        "postcode": match.group().upper(),
        "city": city[:200],
        "country": country,
    }


def without_address(message: Message) -> Message:
    """A message without the postcode of an address in it, which could be taken for a number."""
    place = read_address(message.text, "")
    if place is None:
        return message
    code = place["postcode"]
    plain = {name: values for name, values in message.entities.items() if name != "postcode"}
    numbers = plain.get("order_number", [])
    plain["order_number"] = [value for value in numbers if value.upper() != code]
    text = re.sub(re.escape(code), " ", message.text, flags=re.IGNORECASE)
    return replace(message, text=text, entities=plain, rest=None)


def read_street(text: str) -> str | None:
    """A street with its house number, where a message holds nothing else; None without one."""
    said = _without_lead(text.strip(" ."))
    return said if _STREET_ALONE.fullmatch(said) else None


def _bare(text: str) -> str:
    """The words without what is said after an address, and without the order's number."""
    text = _OF_ORDER.sub("", text).rstrip()
    for _ in range(3):  # "instead, please. Thanks!"
        text = _AFTER.sub("", text).rstrip(" ,.!?")
    return text


def _without_lead(text: str) -> str:
    return _CHATTER.sub("", _LEAD.sub("", text)).strip()
