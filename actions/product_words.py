"""Reading a question about a product: which kinds of it are meant, and what is asked of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from actions.reading import Message
from backends.change_models import Product, Variant

_PRICE = re.compile(
    r"\bhow much\b(?! (?:is|are|do you have) left)|\bprices?\b|\bcosts?\b|\bexpensive\b|\bcheap",
    re.IGNORECASE,
)
_OPTIONS = r"(?:kinds?|colou?rs?|sizes?|types?|sorts?|versions?|variants?|patterns?)"
_KINDS = re.compile(
    rf"\bhow many (?:different )?{_OPTIONS}\b|\b(?:which|what) (?:other |different )?{_OPTIONS}\b"
    r"|\bcomes? in\?*$",
    re.IGNORECASE,
)
_STOCK = re.compile(
    r"\bin ?stock\b|\bout of stock\b|\bavailab\w+|\bsold out\b|\bleft\b|\bcomes? in\b|\brestock"
    r"|\b(?:do|have|got) (?:you|u|ya)\b|\byou (?:still )?(?:have|sell|carry|got)\b"
    r"|\bcan i (?:still )?get\b|\bback\b|\bis there\b|\bgot any\b",
    re.IGNORECASE,
)
_REMIND = re.compile(
    r"\bnotify\b|\bremind(?:er)?\b|\blet me know\b|\bwait(?:ing)? ?list\b"
    r"|\b(?:tell|e-?mail|text|message|write(?: to)?) me (?:when|once|as soon)\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\bhow many\b.*\b(?:left|stock|have)\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z][a-z'-]*[a-z]|[a-z]", re.IGNORECASE)
# Words of a question that name no product.
_QUESTION_WORDS = """
    a about again all also am an and any anything are as at available back be but buy by can cheap
    cheaper cheapest colour color colours colors come comes cost costs could did different do does
    else expensive far find for from get give go going got has have hello hey hi how i if in is it
    it's item its just kind kinds left let like look looking many me more most much my need new
    notify now of ok okay on once one ones or other out please pls price prices product products
    range remind restock same see sell shop show size sizes so sold some sort sorts still stock
    store tell than that the their them then there these they thing things this those thx time to
    too type types u us variant variants version versions very want was we what what's when where
    which will with without would yes you your
"""
_FILLING = frozenset(_QUESTION_WORDS.split())


# Whatever there is to tell is wanted; "how heavy is it" wants one thing, which no catalogue holds.
_ABOUT = re.compile(r"\b(?:about|tell me|describe|description|details?|info|information)\b", re.I)


@dataclass(frozen=True)
class Asked:
    """What a message asks about a product; several may be true."""

    price: bool
    kinds: bool
    stock: bool
    reminder: bool
    how_many: bool
    about: bool

    @property
    def anything(self) -> bool:
        """Whether it asks for something that the catalogue knows."""
        return self.price or self.kinds or self.stock or self.reminder


def asked(text: str) -> Asked:
    """What a text asks about a product."""
    return Asked(
        price=bool(_PRICE.search(text)),
        kinds=bool(_KINDS.search(text)),
        stock=bool(_STOCK.search(text)),
        reminder=bool(_REMIND.search(text)),
        how_many=bool(_HOW_MANY.search(text)),
        about=bool(_ABOUT.search(text)),
    )


def naming_words(message: Message) -> list[str]:
    """The words of a message that may name a product, in lower case; colours and sizes do not."""
    said = {
        word
        for name in ("colour", "size")
        for value in message.entities.get(name, [])
        for word in _WORD.findall(value.lower())
    }
    words = [word.lower() for word in _WORD.findall(message.text)]
    return [word for word in words if word not in _FILLING and word not in said]


def singular(word: str) -> str:
    """A word without the ending of the plural, as far as the catalogue's search needs it."""
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def is_named(product: Product, words: Iterable[str]) -> bool:
    """Whether every word is one of the product's name."""
    name = {singular(word) for word in _WORD.findall(product.name.lower())}
    wanted = {singular(word) for word in words}
    return bool(wanted) and wanted <= name


@dataclass(frozen=True)
class Chosen:
    """The kinds of a product that a message speaks of.

    Attributes:
        kinds: those that fit; all of them when it names none.
        named: whether it names any.
        missing: an option that the product does not have, such as a colour; "" if there is none.
    """

    kinds: tuple[Variant, ...]
    named: bool
    missing: str


def choose(product: Product, message: Message) -> Chosen:
    """The kinds that a message names by their options: "the navy one in M"."""
    kinds, named, missing = product.variants, False, ""
    names = dict.fromkeys(name for variant in product.variants for name in variant.options)
    for name in names:
        values = dict.fromkeys(v.options[name] for v in product.variants if name in v.options)
        wanted = [value for value in values if _is_said(name, value, message)]
        if wanted:
            named = True
            kinds = tuple(kind for kind in kinds if kind.options.get(name) in wanted)
        elif unknown := message.entities.get(name, []):
            missing = missing or unknown[-1]
    for name in ("colour", "size"):
        if name not in names and not missing and (said := message.entities.get(name)):
            missing = said[-1]
    if not kinds:  # each option exists, but not together
        missing = missing or ", ".join(_said_options(product, message))
        kinds = product.variants
    return Chosen(kinds, named, missing)


def _said_options(product: Product, message: Message) -> list[str]:
    names = dict.fromkeys(name for variant in product.variants for name in variant.options)
    return [
        value
        for name in names
        for value in dict.fromkeys(kind.options.get(name, "") for kind in product.variants)
        if value and _is_said(name, value, message)
    ]


def _is_said(name: str, value: str, message: Message) -> bool:
    # a single letter is a size only where the pipeline says so: "what's" holds an s
    said = {entity.lower() for entity in message.entities.get(name, [])}
    if value.lower() in said or said & set(value.lower().split()):  # "white" is "salt white"
        return True
    if len(value) == 1:
        return False
    return bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", message.text, re.IGNORECASE))
