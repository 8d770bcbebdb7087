"""A reply as one event of the web channel, which can show all of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from channels.provider import Part, Rendering, Token
from channels.reply import Button, Card, Reply


def render(reply: Reply, token: Token) -> Rendering:
    """Turn a reply into the content of one event (`docs/web-channel.md`).

    Args:
        reply: what is said.
        token: gives what a choice is handed back as.
    """
    custom = reply.custom
    if reply.cards:
        custom = {**(custom or {}), "cards": [_card(card, token) for card in reply.cards]}
    content: dict[str, Any] = {"text": reply.text, "buttons": _buttons(reply.buttons, token)}
    parts = {
        "image": reply.image,
        "link": reply.link,
        "custom": custom,
        "name": reply.sender_name,
    }
    content |= {name: part for name, part in parts.items() if part}
    return Rendering((content,))


def show(part: Part) -> str:
    """Return an event's content as plain text, for a terminal.

    Args:
        part: from `render`.
    """
    custom = part.get("custom") or {}
    cards = custom.get("cards", []) if isinstance(custom, dict) else []
    rest = {k: v for k, v in custom.items() if k != "cards"} if cards else custom
    lines = [part["text"]]
    lines += [f"[image: {part['image']}]"] if "image" in part else []
    lines += [f"[link: {part['link']}]"] if "link" in part else []
    for card in cards:
        lines += [f"| {card['title']}", f"| {card['subtitle']}" if card["subtitle"] else ""]
        lines += [f"| [image: {card['image']}]"] if "image" in card else []
        lines += [f"| [link: {card['link']}]"] if "link" in card else []
        lines += [f"| {_shown(button)}" for button in card["buttons"]]
    lines += [f"[custom: {rest}]"] if rest else []
    lines += [_shown(button) for button in part["buttons"]]
    return "\n".join(filter(None, lines))


def _shown(button: dict[str, str]) -> str:
    return f"({button['title']})" + (f" -> {button['link']}" if "link" in button else "")


def _buttons(buttons: Iterable[Button], token: Token) -> list[dict[str, str]]:
    return [
        {"title": button.title, "link": button.url}
        if button.url
        else {"title": button.title, "choice": token(button)}
        for button in buttons
    ]


def _card(card: Card, token: Token) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "title": card.title,
        "subtitle": card.subtitle,
        "buttons": _buttons(card.buttons, token),
    }
    if card.image:
        shown["image"] = card.image
    if card.link:
        shown["link"] = card.link
    return shown
