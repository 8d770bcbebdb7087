"""Reading what went wrong with a delivery, with which item, and what the customer wants for it."""

from __future__ import annotations

import re

from actions.reading import Message
from backends.change_models import ProblemKind
from backends.models import Order, OrderItem

# The entities of the buttons.
PROBLEM, ITEM, WISH = "delivery_fault", "order_item", "remedy"
# The value of ITEM that means the whole order.
WHOLE = "all"
# The first that fits counts: "a part is missing and the rest came broken" is looked at by a person
# in any case, and "the box was lost" is no missing item.
_KINDS: tuple[tuple[ProblemKind, re.Pattern[str]], ...] = (
    (
        "damaged",
        re.compile(
            r"\b(?:damag\w*|brok\w*|smash\w*|crack\w*|crush\w*|dent\w*|scratch\w*|torn|tore|leak\w*"
            r"|defect\w*|faulty|pieces|shatter\w*|hole|ripped|wet|does ?n.?t work|not working)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "wrong_item",
        re.compile(
            r"\bwrong\b(?! (?:address|house|door))|\bsomeone else.?s\b|\bsomebody else.?s\b"
            r"|\bnot what i ordered\b|\binstead of\b"
            r"|\bdifferent (?:from|item|colou?r|size|product)\b"
            r"|\bordered an? .* (?:and|but) (?:got|received)\b|\bnot the (?:item|one|thing)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "missing_item",
        re.compile(
            r"\bmissing\b|\bincomplete\b|\bempty\b|\bonly (?:got|received|one|half|part)\b"
            r"|\b(?:half|part) of\b|\bnot all\b|\bdid ?n.?t get all\b",
            re.IGNORECASE,
        ),
    ),
    (
        "lost",
        re.compile(r"\blost\b|\bstolen\b|\bstole\b|\bgone\b|\bdisappeared\b", re.IGNORECASE),
    ),
    (
        "late",
        re.compile(
            r"\b(?:late|overdue|delay\w*|never (?:came|arrived|got|received|recieved)|stuck)\b"
            r"|\b(?:not|n.t|nothing|nobody|no one|never) (?:been |has |have |yet )?"
            r"(?:come|came|arrived|here|delivered|received|get|got|rang)\b"
            r"|\bsupposed to\b|\bshould have\b|\bwas due\b|\bpromised\b|\b(?:says|marked|shows)\b"
            r"|\bmissed (?:the )?delivery\b",
            re.IGNORECASE,
        ),
    ),
)
_WORD = re.compile(r"[a-z]{3,}")
_WISHES = {
    "replacement": re.compile(
        r"\breplac\w*|\bsend (?:me )?(?:a new|another)\b|\bnew one\b", re.IGNORECASE
    ),
    "refund": re.compile(r"\brefund\w*|\bmoney back\b|\bmy money\b", re.IGNORECASE),
}


def fault(message: Message) -> str | None:
    """What went wrong, one of the contract's problems, or None."""
    if chosen := message.entities.get(PROBLEM):
        return chosen[-1]
    return next((kind for kind, words in _KINDS if words.search(message.text)), None)


def wish(message: Message) -> str | None:
    """What the customer wants for it, one of the contract's remedies, or None."""
    if chosen := message.entities.get(WISH):
        return chosen[-1]
    return next((name for name, words in _WISHES.items() if words.search(message.text)), None)


def item_id(message: Message) -> str | None:
    """The order line that a button named, or None."""
    chosen = message.entities.get(ITEM)
    return chosen[-1] if chosen else None


def items_said(order: Order, text: str) -> tuple[OrderItem, ...]:
    """The order's items that a text names by a word of their name or kind."""
    said = {_stem(word) for word in _WORD.findall(text.lower())}
    return tuple(
        item
        for item in order.items
        if said & {_stem(word) for word in _WORD.findall(f"{item.product} {item.variant}".lower())}
    )


def _stem(word: str) -> str:
    return word[:-1] if word.endswith("s") else word
