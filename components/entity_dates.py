"""Days as people name them, resolved to a calendar date."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from dateparser import parse  # type: ignore[import-untyped]

from components.spoken_numbers import spoken_digits

_ARTICLE = re.compile(r"^(?:on|by|since|until|till|from|before|after|the)\s+", re.IGNORECASE)
_DIRECTION = re.compile(r"^(this past|last|past|previous|this coming|next|coming|this)\s+")
_AHEAD = frozenset({"next", "coming", "this coming", "this"})
_FUTURE = re.compile(r"^(?:in|within)\s|from now$|from today$|^tomorrow|^tonight|^today")
_FIXED = {
    "day before yesterday": -2,
    "yesterday": -1,
    "today": 0,
    "tonight": 0,
    "day after tomorrow": 2,
    "tomorrow": 1,
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b(?:\s+of\b)?")
_COUNTED = re.compile(r"\b(?:a couple of|a couple|a|an|one)(?=\s+(?:day|week|month|year)s?\b)")
_NUMBER_WORD = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"(?=\s+(?:day|week|month|year)s?\b)"
)
# The library's default languages are all it knows, which costs seconds and finds false friends.
_LANGUAGES = ["en"]
_CENTURY_DAYS = 36_525


def resolve_date(words: str, now: datetime, order: str = "DMY") -> date | None:
    """The day that the words name.

    A weekday or a day without a year is the latest one that has passed ("on Tuesday", "3rd of
    May"): customers speak of what happened to their order. "Next", "coming", "this" and "in" look
    ahead.

    Args:
        words: such as "last Tuesday", "two weeks ago", "3rd of May" or "12/05/2024".
        now: the time of the message.
        order: how digits alone are read, such as "DMY" or "MDY".

    Returns:
        The day, or None if the words name none ("a few days ago", "31 February").
    """
    text = " ".join(words.lower().replace(",", " ").split())
    while (shorter := _ARTICLE.sub("", text)) != text:
        text = shorter
    if text in _FIXED:
        return now.date() + timedelta(days=_FIXED[text])
    if _ISO.fullmatch(text):  # the library would read it in the order of day and month that is set
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    ahead = bool(_FUTURE.search(text))
    if found := _DIRECTION.match(text):
        rest = text[found.end() :]
        ahead = found.group(1) in _AHEAD
        if rest.startswith("weekend"):
            return _weekday(5, now.date(), ahead)
        if rest not in ("week", "month", "year"):
            text = rest
        elif found.group(1) in ("this past", "past", "previous"):
            text = f"last {rest}"
        elif ahead and found.group(1) != "this":
            text = f"next {rest}"
    stems = [name for name in _WEEKDAYS if len(text) >= 3 and name.startswith(text.rstrip("s."))]
    if len(stems) == 1 and text.isalpha():
        return _weekday(_WEEKDAYS.index(stems[0]), now.date(), ahead)
    text = _ORDINAL.sub("", text)
    text = _COUNTED.sub(lambda m: "2" if "couple" in m.group() else "1", text)
    text = _NUMBER_WORD.sub(lambda m: spoken_digits(m.group()) or m.group(), text)
    text = re.sub(r"\s+from (?:now|today)$", "", text) if not ahead else text
    parsed = parse(
        re.sub(r"^(.*) from (?:now|today)$", r"in \1", text),
        languages=_LANGUAGES,
        settings={
            "RELATIVE_BASE": now.replace(tzinfo=None),
            "PREFER_DATES_FROM": "future" if ahead else "past",
            "PREFER_DAY_OF_MONTH": "first",
            "DATE_ORDER": order,
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    if parsed is None or abs((parsed.date() - now.date()).days) > _CENTURY_DAYS:
        return None
    return date(parsed.year, parsed.month, parsed.day)


def _weekday(wanted: int, today: date, ahead: bool) -> date:
    """The nearest such weekday before today, or after it."""
    if ahead:
        return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)
    return today - timedelta(days=(today.weekday() - wanted - 1) % 7 + 1)
