"""Choosing among the shop's options: a kind of a product, a way to pay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from actions.changes.matcher import Thing, named
from backends.change_models import PaymentMethod, Product

_SIZES = {"large": "l", "medium": "m", "small": "s"}
_BIGGER = re.compile(r"\b(?:bigger|larger|next size|size up|one up)\b")
_SMALLER = re.compile(r"\b(?:smaller|size down|one down)\b")
_OTHER = re.compile(r"\b(?:other|another|different)\b")
# "back to what I paid with"
_ORIGINAL = re.compile(r"\b(?:original|same|paid with|way i paid|back to (?:it|the card))\b")
_METHODS = {
    "gift_card": re.compile(r"\b(?:gift|voucher|store credit)\b"),
    "paypal": re.compile(r"\bpay ?pal\b"),
    "bank_transfer": re.compile(r"\b(?:bank|transfer)\b"),
    "card": re.compile(r"\b(?:card|credit|visa|mastercard|debit)\b"),
}
# The last digits of a card.
_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")
# "to my gift card", "with PayPal": the money's way, also in words that say much else.
_BY_METHOD = re.compile(
    r"\b(?:to|with|by|via|on|onto|use|using) (?:my |the |a )?(?:gift ?card|voucher|store credit"
    r"|pay ?pal|bank (?:account|transfer)|(?:credit |debit )?card|visa|mastercard)\b"
)


@dataclass(frozen=True)
class Option:
    """One thing to choose.

    Attributes:
        id: the shop's.
        title: as the customer reads it.
        price: of one piece, in minor units; of a gift card what it holds.
        available: pieces in stock; for a way to pay 1.
        kind: of a way to pay.
    """

    id: str
    title: str
    price: int = 0
    available: int = 1
    kind: str = ""


def variants(product: Product) -> tuple[Option, ...]:
    """The kinds of a product, in the shop's order."""
    return tuple(
        Option(kind.id, kind.title or product.name, kind.price.amount, kind.available)
        for kind in product.variants
    )


def payment_options(methods: tuple[PaymentMethod, ...]) -> tuple[Option, ...]:
    """A customer's ways to pay."""
    return tuple(
        Option(
            method.id, method.label, method.balance.amount if method.balance else 0, 1, method.kind
        )
        for method in methods
    )


def read_options(values: Any) -> tuple[Option, ...]:
    """Options as a slot holds them."""
    return tuple(Option(**value) for value in values or ())


def choose_variant(text: str, options: tuple[Option, ...], current: str | None) -> tuple[str, ...]:
    """The kinds that a text may mean.

    What the text does not say stays as it is: "navy" for a white M is the navy M.

    Args:
        text: the customer's words.
        options: all kinds of the product.
        current: id of the kind that it is now.

    Returns:
        Ids: one if it is clear, none if the text names no kind.
    """
    said = text.lower().replace(",", " ")  # one kind is meant, "moss, M", and no list
    titles = " ".join(option.title.lower() for option in options).split()
    for word, size in _SIZES.items():
        if word not in titles:  # "a large shirt", where there is an L
            said = re.sub(rf"\b{word}\b", size, said)
    now = next((option for option in options if option.id == current), None)
    others = [option for option in options if option.id != current]
    things = [Thing(option.id, "", option.title, 1, option.price) for option in others]
    found = named(said, things)
    fits = [o for o in others if o.id in found.found or o.id in found.unclear]
    if not fits or len(fits) == len(others):
        if now and (_BIGGER.search(said) or _SMALLER.search(said)):
            return _next_size(options, now, up=bool(_BIGGER.search(said)))
        if not fits and _OTHER.search(said) and len(others) == 1:
            return (others[0].id,)
    if len(fits) > 1 and now:
        shared = {o.id: len(_parts(o.title) & _parts(now.title)) for o in fits}
        fits = [o for o in fits if shared[o.id] == max(shared.values())]
    return tuple(option.id for option in fits)


def choose_again(text: str, options: tuple[Option, ...], now: str, was: str | None) -> set[str]:
    """The kinds that a text may mean instead of one that was chosen: "no, the navy one".

    Args:
        text: the customer's words.
        options: all kinds of the product.
        now: id of the kind that was chosen.
        was: id of the kind that it is to replace.

    Returns:
        Ids: of a white M for which a white L was chosen, "navy" may mean the navy M or the navy L.
        None when the text names no kind, or just the one that was chosen.
    """
    beside = choose_variant(text, options, now)
    if is_relative(text) and len(beside) == 1:  # "one size bigger": than the chosen one
        return {*beside} - {was}
    instead = choose_variant(text, options, was)
    if instead == (now,):
        return set()
    return {*beside, *instead} - {now, was}


def is_relative(text: str) -> bool:
    """Whether a text wants another kind by comparing it with the one there is."""
    said = text.lower()
    return any(words.search(said) for words in (_BIGGER, _SMALLER, _OTHER))


def _next_size(options: tuple[Option, ...], now: Option, *, up: bool) -> tuple[str, ...]:
    """The neighbour in the shop's order that differs in the last part of its title alone."""
    row = [o for o in options if o.title.split(", ")[:-1] == now.title.split(", ")[:-1]]
    place = row.index(now) + (1 if up else -1)
    return (row[place].id,) if 0 <= place < len(row) else ()


def _parts(title: str) -> set[str]:
    return set(title.split(", "))


def choose_method(text: str, options: tuple[Option, ...], original: str | None) -> str | None:
    """The way to pay that a text names, as its id; None if it names none or several.

    Args:
        text: the customer's words.
        options: the customer's ways to pay.
        original: label of what the order was paid with.
    """
    said = text.lower()
    if kind := _method_kind(text):
        fits = [option for option in options if option.kind == kind]
        said_words = re.findall(r"[a-z0-9]+", said)
        numbered = [o for o in fits if o.title.split()[-1].lower() in said_words]
        if not numbered and kind != "gift_card" and _FOUR_DIGITS.search(said):
            return None  # a card of theirs, but of another number
        fits = numbered or fits
        return fits[0].id if len(fits) == 1 else None
    if _ORIGINAL.search(said):
        fits = [option for option in options if option.title == original]
        return fits[0].id if len(fits) == 1 else None
    found = named(said, [Thing(option.id, option.title) for option in options])
    return next(iter(found.found)) if len(found.found) == 1 else None


def _method_kind(text: str) -> str | None:
    """The kind of a way to pay that a text names, by the contract's words; None for none."""
    said = text.lower()
    return next((kind for kind, words in _METHODS.items() if words.search(said)), None)


def names_way(text: str) -> bool:
    """Whether a text says by what way money shall move."""
    return bool(_BY_METHOD.search(text.lower()))


def names_kind(text: str) -> bool:
    """Whether a text names a way to pay, or what was paid with."""
    return _method_kind(text) is not None or bool(_ORIGINAL.search(text.lower()))
