"""What the Bot API checks of a message's words and keyboard, and how it reads HTML.

Written from the public pages "Formatting options", `InlineKeyboardMarkup` and the limits named
with each method.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_DATA = 64  # bytes of a button's callback_data
MAX_IN_ROW = 8
MAX_BUTTONS = 100

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "s": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "a": "text_link",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_PIECE = re.compile(
    r"<(?P<close>/?)(?P<tag>[a-zA-Z-]+)(?P<attributes>[^<>]*)>|&(?P<entity>#?\w+);|(?P<bad><)"
)
_HREF = re.compile(r"""href=["']?([^"']*)["']?""")


class BadText(Exception):
    """What the Bot API says of it, behind "Bad Request: "."""


def units(text: str) -> int:
    """Count UTF-16 code units, in which the Bot API measures."""
    return len(text.encode("utf-16-le")) // 2


def read_text(text: str, parse_mode: str, limit: int) -> tuple[str, list[dict[str, Any]]]:
    """Read a message's text.

    Args:
        text: as it was sent.
        parse_mode: `HTML`, or empty for plain text.
        limit: most code units after the entities were read.

    Returns:
        The plain text and its entities, with offsets and lengths in UTF-16 code units.

    Raises:
        BadText: the Bot API would refuse it.
    """
    if parse_mode not in ("", "HTML"):
        raise BadText("unsupported parse_mode")
    plain, entities = _read_html(text) if parse_mode else (text, [])
    if units(plain) > limit:
        too_long = {MAX_TEXT: "message is too long", MAX_CAPTION: "message caption is too long"}
        raise BadText(too_long[limit])
    return plain.strip(), entities


def _read_html(text: str) -> tuple[str, list[dict[str, Any]]]:
    plain, at = "", 0
    entities: list[dict[str, Any]] = []
    opened: list[tuple[str, int, str]] = []
    for piece in _PIECE.finditer(text):
        plain += text[at : piece.start()]
        at = piece.end()
        place = len(text[: piece.start()].encode())
        if name := piece["entity"]:
            plain += _character(name, piece[0])
        elif piece["bad"] or piece["tag"].lower() not in _TAGS:
            tag = (piece["tag"] or "").lower()
            raise BadText(
                f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {place}'
            )
        elif not piece["close"]:
            href = _HREF.search(piece["attributes"])
            opened.append((piece["tag"].lower(), units(plain), href[1] if href else ""))
        elif not opened or opened[-1][0] != piece["tag"].lower():
            raise BadText(f"can't parse entities: Unexpected end tag at byte offset {place}")
        else:
            tag, start, href_value = opened.pop()
            entity: dict[str, Any] = {
                "type": _TAGS[tag],
                "offset": start,
                "length": units(plain) - start,
            }
            if href_value:
                entity["url"] = href_value
            if entity["length"]:
                entities.append(entity)
    if opened:
        raise BadText(f"can't parse entities: Can't find end tag corresponding to {opened[-1][0]}")
    return plain + text[at:], entities


def _character(name: str, written: str) -> str:
    if name.startswith("#"):
        digits = name[1:]
        return chr(int(digits[1:], 16) if digits.startswith("x") else int(digits))
    return _NAMED.get(name, written)


def check_keyboard(markup: Mapping[str, Any]) -> None:
    """Check an inline keyboard.

    Args:
        markup: `{"inline_keyboard": [[button, ...], ...]}`.

    Raises:
        BadText: the Bot API would refuse it.
    """
    rows = markup.get("inline_keyboard", [])
    if sum(len(row) for row in rows) > MAX_BUTTONS or any(len(row) > MAX_IN_ROW for row in rows):
        raise BadText("reply markup is too long")
    for button in (button for row in rows for button in row):
        if not str(button.get("text", "")).strip():
            raise BadText("inline keyboard button text must be non-empty")
        if "url" in button:
            _check_url(button["url"])
        elif not 1 <= len(str(button.get("callback_data", "")).encode()) <= MAX_DATA:
            raise BadText("BUTTON_DATA_INVALID")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "tg"):
        raise BadText(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    if "." not in (parts.hostname or ""):
        raise BadText(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
