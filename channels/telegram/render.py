"""A reply as Telegram shows it: messages of HTML, photos, and keyboards below them.

A part is a message: `text` (HTML), `image` (an address) where the text is its caption, and
`keyboard`, rows of buttons with `text` and either `data`, a choice's token, or `url`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from channels.provider import Part, Rendering, Token
from channels.reply import Button, Card, Reply
from channels.telegram.markup import escape, pieces, plain, units

# Of the Bot API's reference; a message's and a caption's length are counted in UTF-16 code units.
MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_TITLE = 64  # characters of a button; clients show fewer
_MAX_BUTTONS = 100  # below one message
_ROW_BUTTONS = 3
_ROW_CHARS = 24  # of the titles side by side, so that a telephone need not cut them
_MAX_URL = 2048
# What a pressed choice adds below the words: two line breaks, a tick, a space and the title.
_CHOSEN = 4 + 2 * MAX_TITLE
# A keyboard needs words above it, and there are none.
NO_WORDS = "\u2193"

Row = list[dict[str, str]]


@dataclass
class _Work:
    """What is being rendered: the messages so far, and what had to be cut."""

    token: Token
    parts: list[dict[str, Any]] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)


def render(reply: Reply, token: Token) -> Rendering:
    """Turn a reply into Telegram messages within Telegram's limits.

    Args:
        reply: what is said.
        token: gives the data of a choice's button.

    Returns:
        The messages; `cut` says what Telegram cannot show or was shortened.
    """
    work = _Work(token)
    name = f"{reply.sender_name}:" if reply.sender_name else ""
    words = f"{name}\n{reply.text}" if name else reply.text
    _add(work, [words, reply.link], len(name), reply.image, reply.buttons)
    for card in reply.cards:
        _add_card(work, card)
    if reply.custom:
        work.cut.append("`custom` is for clients that know it; Telegram does not show it.")
    return Rendering(parts=tuple(work.parts), cut=tuple(dict.fromkeys(work.cut)))


def show(part: Part) -> str:
    """Write a part as a terminal can show it: its words, and buttons in brackets.

    Args:
        part: from `render`.
    """
    return "\n".join(_shown(part))


def without_image(part: Part) -> Part:
    """Give a photo's part as words with its address, for when Telegram cannot fetch it.

    Args:
        part: from `render`, with an `image`.
    """
    words = "\n".join(filter(None, [part["text"], escape(part["image"])]))
    return {**part, "text": words, "image": ""}


def _add_card(work: _Work, card: Card) -> None:
    lines = [card.title, card.subtitle, card.link]
    _add(work, lines, len(card.title), card.image, card.buttons)


def _add(
    work: _Work, lines: Sequence[str], bold: int, image: str, buttons: Sequence[Button]
) -> None:
    """Add the messages for words, a picture and buttons that belong together."""
    written = [f"{button.title}: {button.url}" for button in buttons if _is_written(button)]
    text = "\n".join(filter(None, [*lines, *written]))
    if image and len(image) > _MAX_URL:
        work.cut.append(f"An image's address is over {_MAX_URL} characters; it is left out.")
        image = ""
    keyboards = list(_keyboards(work, buttons))
    room = _CHOSEN if keyboards else 0
    if image and units(text) <= MAX_CAPTION - room:
        parts = [_part("".join(pieces(text, bold, MAX_TEXT, MAX_TEXT)), image)]
    else:
        limit = MAX_TEXT if image else MAX_TEXT - room
        parts = [_part(piece) for piece in pieces(text, bold, MAX_TEXT, limit)]
        parts += [_part("", image)] if image else []
    if keyboards and not parts:
        parts = [_part(NO_WORDS)]
    for number, keyboard in enumerate(keyboards):
        if number:
            parts.append(_part(NO_WORDS))
        parts[-1]["keyboard"] = keyboard
    work.parts += parts


def _part(text: str, image: str = "") -> dict[str, Any]:
    return {"text": text, "image": image, "keyboard": []}


def _is_written(button: Button) -> bool:
    """Whether a link must stand in the text: Telegram's buttons open public web pages only."""
    if not button.url:
        return False
    parts = urlsplit(button.url)
    public = parts.scheme.lower() in ("http", "https") and "." in (parts.hostname or "")
    return not public or len(button.url) > _MAX_URL


def _keyboards(work: _Work, buttons: Sequence[Button]) -> Iterator[list[Row]]:
    shown = [_button(work, button) for button in buttons if not _is_written(button)]
    for start in range(0, len(shown), _MAX_BUTTONS):
        rows: list[Row] = []
        for button in shown[start : start + _MAX_BUTTONS]:
            row = rows[-1] if rows else []
            titles = sum(len(other["text"]) for other in [*row, button])
            if row and len(row) < _ROW_BUTTONS and titles <= _ROW_CHARS:
                row.append(button)
            else:
                rows.append([button])
        yield rows


def _button(work: _Work, button: Button) -> dict[str, str]:
    title = " ".join(button.title.split())
    if len(title) > MAX_TITLE:
        title = f"{title[: MAX_TITLE - 1].rstrip()}\u2026"
        work.cut.append(f"A button's title is cut after {MAX_TITLE} characters: {title}")
    return {"text": title, **({"url": button.url} if button.url else {"data": work.token(button)})}


def _shown(part: Part) -> Iterator[str]:
    if part["image"]:
        yield f"[image] {part['image']}"
    if part["text"]:
        yield plain(part["text"])
    for row in part["keyboard"]:
        yield " ".join(
            f"[{button['text']}]" + (f" -> {button['url']}" if "url" in button else "")
            for button in row
        )
