"""Slack's markup for text: made harmless on the way out, read on the way in."""

from __future__ import annotations

import re

# "Escape text": these three, and no other character, mean something to Slack.
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_REFERENCE = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_NAMED = {"@": "@", "#": "#", "!": "@"}


def escape(text: str) -> str:
    """Return text that Slack shows as it is: no mention, no channel, no link of its own.

    Args:
        text: any text.
    """
    for character, entity in _ENTITIES:
        text = text.replace(character, entity)
    return text


def unescape(text: str) -> str:
    """Undo `escape`.

    Args:
        text: what Slack shows as text.
    """
    for character, entity in reversed(_ENTITIES):
        text = text.replace(entity, character)
    return text


def mentions(text: str) -> list[str]:
    """Return the ids of the users that a message names, in order.

    Args:
        text: a message event's `text`.
    """
    return [match[1][1:] for match in _REFERENCE.finditer(text) if match[1].startswith("@")]


def read(text: str, own_user: str) -> str:
    """Return what somebody wrote, without Slack's markup.

    Links become what they showed, and addresses themselves where they showed nothing else; names
    of people and channels their readable part; the app's own name goes.

    Args:
        text: a message event's `text`.
        own_user: the app's user id.
    """

    def readable(match: re.Match[str]) -> str:
        target, label = match[1], match[2]
        if target[:1] == "@" and target[1:] == own_user:
            return ""
        if target.startswith("!date^"):
            return label or ""
        if sign := _NAMED.get(target[:1]):
            name = label or target.partition("^")[0]
            return sign + name.lstrip("@#!")
        scheme, _, rest = target.partition(":")
        if scheme in ("mailto", "tel"):
            return label or rest
        if label and label != target and label not in target:
            return f"{label} ({target})"
        return label or target

    plain = _REFERENCE.sub(readable, text)
    return unescape(plain).strip()
