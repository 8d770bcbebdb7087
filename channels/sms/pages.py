"""Long answers in pages, cut where a reader would pause."""

from __future__ import annotations

from collections.abc import Callable

from channels.split import pause

Fits = Callable[[str], bool]

# With the menu on the first page, at least so many characters of the text must fit beside it.
_LEAST_TEXT = 60
_LONGEST = 1600  # characters; no page of a text message may have more


def paginate(text: str, menu: str, more: str, fits: Fits) -> list[str]:
    """Cut a text into pages of which each fits.

    Args:
        text: what is said; may be empty.
        menu: what can be chosen, one line each; may be empty. It stands on the first page, so
            that it can be answered without reading on; if it is too long for that, it follows the
            text.
        more: the line that ends each page but the last; may be empty.
        fits: whether a page is short enough. It must hold for `more` with a few words.

    Returns:
        The pages; joined, and without the lines of `more`, they hold every word of the text and
        of the menu.
    """
    whole = join(text, menu)
    if fits(whole):
        return [whole]
    if menu and not fits(join(text[:_LEAST_TEXT], more, menu)):
        text, menu = whole, ""
    pages: list[str] = []
    rest = text
    while rest:
        tail = menu if not pages else ""
        if fits(join(rest, tail)):
            pages.append(join(rest, tail))
            break
        head, rest = _cut(rest, join(more, tail), fits)
        pages.append(join(head, more, tail))
    return pages


def join(*pieces: str) -> str:
    """Join what there is of the pieces, each beginning on a line of its own."""
    return "\n".join(piece for piece in pieces if piece)


def _cut(text: str, tail: str, fits: Fits) -> tuple[str, str]:
    """Return the beginning that fits above a tail, cut at a good place, and the rest."""
    low, high = 1, min(len(text) - 1, _LONGEST)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(join(text[:middle], tail)) else (low, middle - 1)
    place = pause(text, low)
    return text[:place].rstrip(), text[place:].lstrip()
