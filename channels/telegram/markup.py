"""Telegram's HTML and its measure of text: made on the way out, undone for a terminal."""

from __future__ import annotations

import html
import re

from channels.split import split_text

_BOLD = re.compile(r"</?b>")


def units(text: str) -> int:
    """Return a text's length as Telegram counts it: in UTF-16 code units.

    Args:
        text: plain text, without HTML.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape(text: str) -> str:
    """Return text that Telegram shows as it is, where it reads HTML.

    Args:
        text: any text.
    """
    return html.escape(text, quote=False)


def plain(marked: str) -> str:
    """Return what is shown of the HTML that we write.

    Args:
        marked: from `pieces`.
    """
    return html.unescape(_BOLD.sub("", marked))


def pieces(text: str, bold: int, limit: int, last_limit: int) -> list[str]:
    """Cut a text into messages where a reader would pause.

    Args:
        text: plain text.
        bold: how many characters from its start are bold.
        limit: most UTF-16 code units of a message.
        last_limit: the same of the last one, at most `limit`.

    Returns:
        HTML; empty when the text is only white space.
    """
    cut = split_text(text, limit, units)
    if cut and units(cut[-1]) > last_limit:
        cut[-1:] = split_text(cut[-1], last_limit, units)
    marked, at = [], 0
    for piece in cut:
        start = text.index(piece, at)
        at = start + len(piece)
        heavy, rest = piece[: max(0, bold - start)], piece[max(0, bold - start) :]
        marked.append(f"<b>{escape(heavy)}</b>{escape(rest)}" if heavy else escape(rest))
    return marked
