"""What the assistant gets of an entity: "£1,250" as "1250.00 GBP", "double oh 7" as digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from components.spoken_numbers import spoken_digits

# Lists of an entity's file: canonical name -> words that say it.
Lists = Mapping[str, Mapping[str, Sequence[str]]]
Normaliser = Callable[[str, Lists], "str | None"]

_AMOUNT = re.compile(r"\d[\d., '’]*\d|\d")


def as_written(text: str, _lists: Lists) -> str | None:
    """The text itself."""
    return text


def digits(text: str, _lists: Lists) -> str | None:
    """The ASCII digits, typed or said; None if there are none."""
    if re.search(r"(?<![a-z])(?!fd)[a-z]+", text.lower()):
        return spoken_digits(text)
    return "".join(re.findall(r"[0-9]", text)) or None


def upper(text: str, _lists: Lists) -> str | None:
    """In capitals, single spaces."""
    return " ".join(text.upper().split())


def code(text: str, _lists: Lists) -> str | None:
    """A code without blanks, in capitals: "1Z 999" is "1Z999"."""
    return re.sub(r"\s", "", text).upper()


def lower(text: str, _lists: Lists) -> str | None:
    """In small letters, single spaces."""
    return " ".join(text.lower().split())


def phone(text: str, _lists: Lists) -> str | None:
    """The digits, with "+" before them if the number says its country; None if too few or many."""
    bare = "".join(re.findall(r"[0-9]", text))
    country = text.lstrip("( ").startswith("+")
    if bare.startswith("00"):
        bare, country = bare[2:], True
    # a "(0)" is dialled at home only
    bare = re.sub(r"[^0-9]", "", text.replace("(0)", "")) if country and "(0)" in text else bare
    if not 6 <= len(bare) <= 15:  # ITU-T E.164 allows fifteen
        return None
    return f"+{bare}" if country else bare


def number(text: str, lists: Lists) -> str | None:
    """A count: "two" and "a dozen" by the file's list `number`, digits as they are."""
    if found := re.search(r"\d+", text):
        return str(int(found.group()))
    return canonical(text, lists.get("number", {}))


def money(text: str, lists: Lists) -> str | None:
    """Amount and ISO 4217 currency, such as "1250.00 GBP", by the file's list `currency`."""
    found = _AMOUNT.search(text)
    if found is None:
        return None
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    currency = canonical(rest, lists.get("currency", {}))
    amount = _amount(found.group())
    return f"{amount} {currency}" if amount and currency else None


def _amount(text: str) -> str:
    """A decimal number with two places: the last mark before one or two digits parts cents."""
    text = re.sub(r"[ '’]", "", text)
    whole, cents = text, ""
    if found := re.search(r"[.,](\d{1,2})$", text):
        whole, cents = text[: found.start()], found.group(1)
    whole = re.sub(r"[.,]", "", whole)
    return f"{int(whole)}.{cents:0<2}" if whole and len(whole) < 13 else ""


def canonical(text: str, words: Mapping[str, Sequence[str]]) -> str | None:
    """The name under which a list has the text, in any case; None if it has it nowhere."""
    wanted = " ".join(text.lower().split()).strip(" .")
    for name, listed in words.items():
        if wanted == name.lower() or wanted in (word.lower().strip(" .") for word in listed):
            return name
    return None


# By the name in a pattern file's `value:`. A date is resolved later, when the message's time is
# known (components/entity_extractor.py).
NORMALISERS: Mapping[str, Normaliser] = {
    "text": as_written,
    "digits": digits,
    "upper": upper,
    "lower": lower,
    "code": code,
    "phone": phone,
    "number": number,
    "money": money,
    "date": as_written,
}
