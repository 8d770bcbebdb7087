"""Reading a person's name and postcode out of one message, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions import reading
from actions.form import ANSWERING_INTENTS
from actions.reading import Message
from privacy import PLACEHOLDERS

# Postcodes as they are written in the world; the last line is that of most of it.
_POSTCODE = re.compile(
    r"(?<![\w@#.\-])(?:"
    r"[a-z]{1,2}\d[a-z\d]?\ ?\d[a-z]{2}"  # British
    r"|[a-z]\d[a-z][ \-]?\d[a-z]\d"  # Canadian
    r"|[a-z]\d[\dw]\ ?[a-z\d]{4}"  # Irish
    r"|\d{4}\ ?(?:(?-i:[A-Z]{2})|[a-z]{2}(?=\W*$))"  # Dutch
    r"|\d{5}-\d{3,4}|\d{4}-\d{3}|\d{3}-\d{4}|\d{2}-\d{3}"
    r"|\d{3}\ \d{2,3}|\d{2}\ \d{3}"
    r"|(?:[a-z]{1,2}-)?\d{3,10}"
    r")(?![\w@\-])",
    re.IGNORECASE,
)
_POSTCODE_NAMED = re.compile(
    r"\b(?:post ?code|postal ?code|zip(?: ?code)?|plz)\b\W*(?:(?:is|was)\b)?\W*$", re.IGNORECASE
)
_NAMED = re.compile(r"\b(?:name|post ?code|postal ?code|zip|plz)\b", re.IGNORECASE)
_ORDER = re.compile(
    r"(?:\border(?: number| no\.?| nr\.?)?(?: is)?[ :]*#?|#)(\d{5,8})\b", re.IGNORECASE
)
_BETWEEN = re.compile(r"[,;:\n!?()]|\.(?= |$)|\band\b|&|\bfrom\b|\bpost ?code\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['.\-](?=[^\W\d_]))*\.?")
_MOST_WORDS = 6


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What people say around a name; taken off its ends only, for some of it is in names, too.
_AROUND = _words(
    "my your full first last family name names surname is it it's its i am i'm im this that's here "
    "the a hi hello hey yes yeah ok okay sure well please pls thanks thank you of course mr mrs ms "
    "miss sir madam for in at on with was to also so then oh no sorry again actually zip code post "
    "postal postcode plz file account under registered live living called they both"
)
# No name has these: the words are about something else.
_NO_NAME = _words(
    "don't dont do does not know have haven't has had can can't cant cannot could couldn't need "
    "want would won't what why where how when which who order orders number parcel package "
    "delivery "
    "email e-mail mail inbox mailbox access refund return cancel help person human agent someone "
    "somebody talk speak wrong forgot remember lost address money already that there never any "
    "anymore longer tell give get got send sent change status track my your code codes none "
    "nothing dunno idk hm hmm hmmm um uh erm"
)
# Intents with which two words may be a name; whoever says yes, no or "dunno" has not told one.
_SAYING = ANSWERING_INTENTS - {"affirm", "deny", "dont_know", "confirm_change"}
# "I have no access to my e-mail any more": said of the address itself ...
_MAILBOX = (
    r"(?:e-?mails?(?: (?:address|account|box))?|mail ?box|mail account|inbox|addresse?s?|it)\b"
)
_NO_MAILBOX = re.compile(
    r"\b(?:no (?:longer )?(?:have )?access|lost access|without (?:access|my e-?mail)"
    r"|lost my (?:e-?mail|mail ?box|inbox)"
    rf"|(?:can'?t|cannot|can not|couldn'?t|no longer|unable to|not able to) (?:\w+ )?"
    r"(?:access|open|use|read|check|reach|log ?in ?to|sign ?in ?to|get (?:in ?to|at|to))"
    rf"(?: to)? (?:(?:my|that|this|the|the old|my old|any|those) )?{_MAILBOX}"
    rf"|(?:don'?t|do not|no longer) (?:have|use|own) (?:(?:my|that|this|the|the old) )?{_MAILBOX}"
    r" (?:any ?more|any longer|now|address)"
    rf"|no longer (?:have|use|own) (?:(?:my|that|this|the) )?{_MAILBOX})",
    re.IGNORECASE,
)
# ... and, where the address is asked for, of having none.
_NO_ADDRESS = re.compile(
    r"\b(?:don'?t|do not|no longer|haven'?t|can'?t|cannot|forgot) (?:have|got|know|remember|use)?"
    r" ?(?:an? |any |my |the |which )?(?:e-?mail|mail)\b|\bno e-?mail\b|\bwithout (?:an )?e-?mail\b"
    r"|\b(?:my |by |full )?name and (?:my )?(?:post ?code|zip)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Person:
    """Who somebody says that they are; "" for what was not said."""

    name: str = ""
    postcode: str = ""


def person(message: Message, *, asked: bool, bare: bool = False) -> Person | None:
    """Name and postcode in a message.

    Args:
        message: the message.
        asked: whether both were just asked for: then one of them will do, too.
        bare: whether both will do when nothing in the message says that they are such.

    Returns:
        None if it holds neither, or, when it was not asked for, not clearly both.
    """
    text = message.text.replace("\u2019", "'")
    if text.startswith("/"):
        return None
    if asked and (code := reading.one_time_code(message)):
        text = text.replace(PLACEHOLDERS["code"], code)  # six digits may be a postcode, of India
    text = _ORDER.sub(" , ", text)
    found = _postcode(text)
    before, after = (text[: found.start()], text[found.end() :]) if found else (text, "")
    name, clean = _name(before, after)
    given = Person(name, found.group().upper() if found else "")
    if given.name and given.postcode:
        taken = bare and clean and message.intent in ANSWERING_INTENTS
        sure = asked or taken or _NAMED.search(text)
        return given if sure else None
    if not asked:
        return None
    if given.name:
        told = clean and (message.intent in _SAYING or _NAMED.search(text))
        return given if told else None
    alone = reading.postcode(Message(text, "", {}, {}), asked=True)
    return Person("", alone or given.postcode) if alone or (given.postcode and clean) else None


def named_order(message: Message) -> str | None:
    """The order number in a message that says that it is one: no postcode."""
    found = _ORDER.search(message.text)
    return found[1] if found else None


def lacks_mailbox(message: Message, *, address_asked: bool) -> bool:
    """Whether the customer says that they cannot read e-mail.

    Args:
        message: the message.
        address_asked: whether the address was just asked for, so that having none counts, too.
    """
    text = message.text.replace("\u2019", "'")
    return bool(_NO_MAILBOX.search(text) or (address_asked and _NO_ADDRESS.search(text)))


def _postcode(text: str) -> re.Match[str] | None:
    every = list(_POSTCODE.finditer(text))
    named = [one for one in every if _POSTCODE_NAMED.search(text[: one.start()])]
    best = named or every
    return best[-1] if best else None


def _name(before: str, after: str) -> tuple[str, bool]:
    """The name in what stands before and after a postcode, and whether all of it may be one."""
    clean, singles = True, []
    for side in (before, after):
        alone = []
        for part in _BETWEEN.split(side):
            words = _bare(part)
            lowered = {word.lower() for word in words}
            if not words or re.search(r"\d", part):
                continue  # a street with its number is nobody's name
            if lowered & _NO_NAME or len(words) > _MOST_WORDS:
                clean = False
            elif len(words) > 1:
                return " ".join(words), clean
            else:
                alone += words
        singles.append(alone)
    # "Lind, Dora, 24103"
    pairs = [" ".join(alone) for alone in singles if len(alone) == 2]
    return (pairs[0] if pairs else ""), clean


def _bare(part: str) -> list[str]:
    words = _WORD.findall(part)
    while words and words[0].lower().rstrip(".") in _AROUND:
        words = words[1:]
    while words and words[-1].lower().rstrip(".") in _AROUND:
        words = words[:-1]
    return words
