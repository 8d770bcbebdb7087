"""The words that carriers demand to be obeyed, and typed numbers.

A keyword counts only as a whole message: "cancel my order" is not CANCEL. Twilio's own handling
takes CANCEL, END and QUIT for an opt-out too (and then sends nothing more, whatever we do), and
so do the rules in the US (47 CFR 64.1200(a)(10)): so they are one here, unless a shop has agreed
otherwise with its carrier (`stop_words`).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Keyword = Literal["stop", "start", "yes", "help", "more"]

STOP_WORDS = frozenset(
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
)
_START_WORDS = frozenset(["START", "UNSTOP"])
_HELP_WORDS = frozenset(["HELP", "INFO"])
# WhatsApp has no carrier that demands keywords; whoever writes these does not want more messages.
_WHATSAPP_STOP_WORDS = frozenset(["STOP", "STOPALL", "UNSUBSCRIBE", "OPTOUT"])

_IN_TWO_WORDS = {"STOP ALL": "STOPALL", "OPT OUT": "OPTOUT", "OPT-OUT": "OPTOUT"}
_AROUND = " \t\n.,!?;:'\"*()[]-"

_PLACES = {
    word: place
    for place, words in enumerate(
        (
            "one first 1st",
            "two second 2nd",
            "three third 3rd",
            "four fourth 4th",
            "five fifth 5th",
            "six sixth 6th",
            "seven seventh 7th",
            "eight eighth 8th",
            "nine ninth 9th",
            "ten tenth 10th",
        ),
        start=1,
    )
    for word in words.split()
}
_PLACE = re.compile(
    # "no. 2" is a number; "no. one" may as well be a no
    r"(?:the\s|(?:option|number|choice|nr|no\.(?=\s?\d))\s?|#\s?|\()?"
    r"(?P<place>0?[0-9]{1,2}|10th|[0-9](?:st|nd|rd|th)|[a-z]+)[.)!]*"
    r"(?:\s(?:one|option|choice))?(?:[,]?\s(?:please|pls|thanks|thank you))?[.)!]*"
)


def keyword(text: str, stop_words: frozenset[str], *, whatsapp: bool = False) -> Keyword | None:
    """Tell which keyword a message is.

    Args:
        text: the whole message.
        stop_words: those that mean STOP, in capitals.
        whatsapp: it came by WhatsApp, which knows only clear opt-outs and opt-ins.

    Returns:
        The keyword, or None for a message that says something else. "yes" means an opt-in only
        from somebody who has opted out.
    """
    said = " ".join(unicodedata.normalize("NFKC", text).upper().split()).strip(_AROUND)
    said = _IN_TWO_WORDS.get(said, said)
    if said in (stop_words & _WHATSAPP_STOP_WORDS if whatsapp else stop_words):
        return "stop"
    if said in _START_WORDS:
        return "start"
    if said == "YES":
        return "yes"
    if whatsapp:
        return None
    if said in _HELP_WORDS:
        return "help"
    return "more" if said == "MORE" else None


def picked(text: str) -> int | None:
    """Tell which number of a menu a message names: "2", "2.", "two", "the second one".

    Every text that is a number here is the same place to `components.choice_text`, which reads
    what is left to it (titles, "the last one", a plain yes): a test holds the two together.

    Args:
        text: the whole message.

    Returns:
        The number, 1 or more; None when the message says anything else.
    """
    folded = unicodedata.normalize("NFKC", text).replace("\ufe0f", "").replace("\u20e3", "")
    said = " ".join(folded.casefold().split())
    match = _PLACE.fullmatch(said)
    if match is None or said.startswith("the one"):  # which one?
        return None
    place = match["place"]
    number = _PLACES.get(place) or (int(place) if place.isdecimal() else 0)
    return number if number > 0 else None
