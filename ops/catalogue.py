"""Write the words of the shop's catalogue for the entity patterns: ``python -m ops.catalogue``.

It reads the demo shop's catalogue. For your own shop, write the same three files by hand or with a
script of yours: docs/nlu.md shows what is in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from backends.demo.catalogue import PRODUCTS, Product
from ops.problem import entry, say

ENTITIES = Path("data") / "entities"
_SIZE = re.compile(r"^(?:size )?\d|^(?:extra )?(?:small|medium|large)$|^X{0,3}[SML]$")
# What follows the thing itself in a name: "Teapot with warmer" is a teapot.
_REST = re.compile(r",.*| (?:with|in|for|of) .*")
# Too general to mean the product when said alone: "in my basket" is no firewood basket.
_GENERAL = frozenset({"basket", "board", "bottle", "cover", "set", "box", "bag", "case"})
_HEAD = "# Written by `python -m ops.catalogue` from the shop's catalogue: changes here are lost.\n"


def product_words(name: str) -> list[str]:
    """What customers call a product: its name, the thing alone, one of it and several.

    Args:
        name: such as "Beeswax candles, set of six".

    Returns:
        Such as beeswax candles, beeswax candle, candles, candle.
    """
    whole = _REST.sub("", name.lower())
    thing = whole.split()[-1]
    spellings = [whole, whole.replace("-", " "), *([] if thing in _GENERAL else [thing])]
    words = []
    for spelling in dict.fromkeys(spellings):
        single = re.sub(r"(?<=[^s])s$", "", spelling)
        several = single + ("es" if re.search(r"(?:s|x|ch|sh)$", single) else "s")
        words += [single, several]
    return [word for word in dict.fromkeys(words) if word != name.lower()]


def files(products: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """The pattern files of a catalogue.

    Args:
        products: names, each with its variants, such as "moss, 130 x 180 cm".

    Returns:
        Texts by file name.
    """
    found: dict[str, list[str]] = {}
    colours: dict[str, None] = {}
    sizes: dict[str, None] = {}
    taken: set[str] = set()
    for name, variants in products:
        words = [word for word in product_words(name) if word not in taken]
        taken.update(words)
        found[name] = words
        for part in (part.strip() for variant in variants for part in variant.split(",")):
            if part:
                (sizes if _SIZE.match(part) else colours).setdefault(part)
    first = next(iter(found))
    texts = {
        "catalogue_product.yml": _text("product", "The shop's products.", found, first),
        "catalogue_colour.yml": _text(
            "colour", "Colours and patterns of the shop's products.", {key: [] for key in colours}
        ),
    }
    # Numbers and letters are sizes by their neighbours alone: data/entities/size.yml.
    named = [size for size in sizes if size.islower() and not re.search(r"\d", size)]
    if named:
        texts["catalogue_size.yml"] = _text(
            "size", "Sizes of the shop's products.", {size.upper(): [size] for size in named}
        )
    return texts


def _text(entity: str, about: str, words: dict[str, list[str]], example: str = "") -> str:
    example = example or next(iter(words))
    lines = [_HEAD, f"entity: {entity}\nabout: {about}\nwords:\n"]
    lines += [f"  {_quoted(name)}: [{', '.join(map(_quoted, w))}]\n" for name, w in words.items()]
    said = words[example][0] if words[example] else example
    lines.append(
        f"examples:\n  {_quoted(f'I am looking at the {said} here')}: {_quoted(example)}\n"
    )
    return "".join(lines)


def _quoted(text: str) -> str:
    """A text as YAML takes it."""
    return text if re.fullmatch(r"[A-Za-z][A-Za-z -]*", text) else f"'{text}'"


def _kinds(product: Product) -> tuple[str, list[str]]:
    return product.name, [variant.title for variant in product.variants]


def main() -> int:
    """Write the files of the demo shop's catalogue. Gives the exit status."""
    for name, text in files(_kinds(product) for product in PRODUCTS).items():
        (ENTITIES / name).write_text(text, encoding="utf-8")
        say(f"Written: {ENTITIES / name}")
    return 0


if __name__ == "__main__":
    entry(main)
