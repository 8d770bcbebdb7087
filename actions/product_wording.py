"""Putting products, their kinds and prices into words."""

from __future__ import annotations

from collections.abc import Iterable

from actions.wording import money
from backends.change_models import Product, Variant


def product_kind(product: Product, kind: Variant) -> str:
    """A product in one of its kinds, such as "Stoneware mug (rust)"."""
    return f"{product.name} ({kind.title})" if kind.title else product.name


def kinds_of(kinds: Iterable[Variant]) -> str:
    """Kinds in words, such as "slate and rust"; "none" if there are none."""
    return _listed([f"“{kind.title}”" if "," in kind.title else kind.title for kind in kinds])


def varieties(product: Product) -> str:
    """What sets a product's kinds apart, such as "colour: white and navy; size: S, M and L"."""
    values: dict[str, dict[str, None]] = {}
    for kind in product.variants:
        for name, value in kind.options.items():
            values.setdefault(name, {})[value] = None
    return "; ".join(f"{name}: {_listed(list(found))}" for name, found in values.items())


def prices(kinds: Iterable[Variant]) -> str:
    """What kinds cost, such as "€29.00" or "from €29.00 to €31.00"."""
    sums = sorted((kind.price for kind in kinds), key=lambda price: price.amount)
    least, most = money(sums[0]), money(sums[-1])
    return least if least == most else f"from {least} to {most}"


def _listed(words: list[str]) -> str:
    if len(words) < 2:
        return words[0] if words else "none"
    return f"{', '.join(words[:-1])} and {words[-1]}"
