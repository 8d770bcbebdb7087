"""Replies as text messages: numbered menus, plain links, pages of few segments.

A text message has no buttons: choices are numbered in the order of `Reply.choices`, and the
customer replies with a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from channels.provider import Part, Rendering, Token
from channels.reply import Button, Card, Reply
from channels.sms.pages import join, paginate
from channels.sms.segments import count_segments, plain

MAX_BODY = 1600  # characters of one message, after which Twilio answers 21617
MAX_MEDIA = 10  # media of one MMS (Twilio's Messages resource); WhatsApp takes one a message
MAX_CAPTION = 1024  # characters that WhatsApp shows with a picture
MORE = "Reply MORE for the rest."
MAX_TITLE = 60  # characters of a choice in a menu

_PLAN = 3  # segments of one message, unless set


def render(
    reply: Reply,
    token: Token | None = None,
    *,
    segments: int = _PLAN,
    whatsapp: bool = False,
    mms: bool = False,
) -> Rendering:
    """Write a reply as messages.

    Args:
        reply: what to say.
        token: not needed: a choice is its number.
        segments: most segments that one message may take; the rest is held until the customer
            asks for it. WhatsApp has none: there all is sent at once.
        whatsapp: the messages go by WhatsApp.
        mms: images may be sent as such; otherwise their addresses are. WhatsApp always shows them.

    Returns:
        Parts of the form `{"body": ..., "media": [...]}`.
    """
    cut: list[str] = []
    shows_images = whatsapp or mms
    write = _as_written if whatsapp else plain
    text = write(_text(reply, shows_images, cut))
    menu = write(_menu(reply, cut))
    media = _images(reply) if shows_images else []

    def fits(body: str) -> bool:
        # Twilio counts a character outside Unicode's first plane as two.
        if len(body.encode("utf-16-le")) // 2 > MAX_BODY:
            return False
        return whatsapp or count_segments(body).count <= segments

    bodies = paginate(text, menu, "" if whatsapp else MORE, fits) if text or menu else []
    parts: list[Part] = [{"body": body} for body in bodies]
    if media:
        parts = _with_media(bodies, media, 1 if whatsapp else MAX_MEDIA)
    # Pictures belong to what is said first; only the further pages of the text wait for MORE.
    sent = parts if whatsapp else parts[: len(parts) - max(0, len(bodies) - 1)]
    held = parts[len(sent) :]
    if held:
        cut.append(f"the rest is sent when the customer replies MORE ({len(held)} more)")
    return Rendering(
        parts=tuple(sent), held=tuple(held), cut=tuple(cut), cost=_cost(parts, whatsapp)
    )


def _with_media(bodies: list[str], media: list[str], at_once: int) -> list[Part]:
    """The messages with pictures, of so many each, then the rest of the text."""
    groups = [media[place : place + at_once] for place in range(0, len(media), at_once)]
    parts: list[Part] = [{"body": "", "media": group} for group in groups]
    if not bodies:
        return parts
    if len(bodies[0]) > MAX_CAPTION:
        return [*parts, *({"body": body} for body in bodies)]
    parts[-1] = {"body": bodies[0], "media": groups[-1]}
    return [*parts, *({"body": body} for body in bodies[1:])]


def show(part: Part) -> str:
    """Give a part as it is read on a telephone, for a terminal.

    Args:
        part: from `render`.
    """
    return join(*(f"[image] {address}" for address in part.get("media", ())), part["body"])


def _text(reply: Reply, shows_images: bool, cut: list[str]) -> str:
    """Everything but the menu."""
    name = f"{reply.sender_name}: " if reply.sender_name and reply.text else ""
    pieces = [name + reply.text]
    if reply.image and not shows_images:
        pieces.append(reply.image)
    pieces += [reply.link, *(_link(button) for button in reply.buttons if button.url)]
    for card in reply.cards:
        pieces.append(_card(card, shows_images))
    if reply.custom:
        cut.append("custom parts are not shown")
    return join(*pieces)


def _card(card: Card, shows_images: bool) -> str:
    lines = [card.title, card.subtitle, "" if shows_images else card.image, card.link]
    return join(*lines, *(_link(button) for button in card.buttons if button.url))


def _link(button: Button) -> str:
    return button.url if button.title in ("", button.url) else f"{button.title}: {button.url}"


def _menu(reply: Reply, cut: list[str]) -> str:
    titles = list(_titles(reply))
    if not titles:
        return ""
    if any(len(title) > MAX_TITLE for title in titles):
        cut.append(f"choices are shortened to {MAX_TITLE} characters")
    lines = [f"{number} {_short(title)}" for number, title in enumerate(titles, 1)]
    if len(lines) == 1:
        return f"Reply {lines[0]}" if len(lines[0]) <= MAX_TITLE else f"Reply with 1:\n{lines[0]}"
    return join("Reply with a number:", *lines)


def _titles(reply: Reply) -> Iterator[str]:
    """What each choice is called: one below a card also by what it is about."""
    about = {
        button: card.title
        for card in (reply.cards if len(reply.cards) > 1 else ())
        for button in card.buttons
        if card.title and button not in reply.buttons
    }
    for button in reply.choices:
        title = f"{button.title} ({about[button]})" if button in about else button.title
        yield _one_line(title)


def _one_line(title: str) -> str:
    return " ".join(title.split())


def _short(title: str) -> str:
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 3].rstrip() + "..."


def _images(reply: Reply) -> list[str]:
    return [image for image in (reply.image, *(card.image for card in reply.cards)) if image]


def _as_written(text: str) -> str:
    return text.strip()


def _cost(parts: list[Part], whatsapp: bool) -> str:
    """What all of it takes, held parts as well."""
    if whatsapp:
        return f"{len(parts)} WhatsApp message{'s' if len(parts) != 1 else ''}"
    counted: list[Any] = [count_segments(part["body"]) for part in parts if part["body"]]
    pictures = sum(1 for part in parts if part.get("media"))
    total = sum(segments.count for segments in counted)
    kinds = sorted({segments.encoding for segments in counted})
    said = f"{total} segment{'s' if total != 1 else ''} ({', '.join(kinds)})" if counted else ""
    if len(counted) > 1:
        said += f", of which {counted[0].count} at once"
    return ", ".join(piece for piece in (said, f"{pictures} MMS" if pictures else "") if piece)
