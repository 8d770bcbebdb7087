"""A reply as Slack shows it: plain messages, and Block Kit where there is more than words.

What we say is plain text and must look as it was written. A message of words only is posted with
`mrkdwn` off; words beside buttons, images or cards stand in a `rich_text` block, whose text Slack
never interprets. The message's `text`, which notifications show, is escaped.

A part is the arguments of `chat.postMessage` (`text`, and `blocks` or `mrkdwn`), and `name` when a
person speaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.provider import Part, Rendering, Token
from channels.reply import Button, Card, Reply
from channels.slack.mrkdwn import escape, unescape
from channels.split import split_text

# Of Slack's reference: blocks, block elements, and truncation of content.
MAX_TEXT = 3_000  # of a section; of a whole message Slack recommends 4,000
_MAX_BLOCKS = 49  # 50, less one for who speaks or what was chosen
_MAX_ELEMENTS = 25
_MAX_TITLE = 75
_MAX_URL = 3_000
_MAX_ALT = 2_000

CHOICE = "choice"  # the first half of a choice's action id
LINK = "link"
_WEB = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?\"')\]]")
_IMAGE_KEYS = frozenset({"type", "block_id", "image_url", "alt_text"})
_BUTTON_SCHEMES = ("http://", "https://")

Block = dict[str, Any]


@dataclass
class _Draft:
    """The blocks of one message, and its words for notifications."""

    blocks: list[Block] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


@dataclass
class _Work:
    """What is being rendered: the messages so far, and what had to be cut."""

    token: Token
    drafts: list[_Draft] = field(default_factory=lambda: [_Draft()])
    cut: list[str] = field(default_factory=list)
    buttons: int = 0

    def add(self, words: str, *blocks: Block) -> None:
        """Put blocks that belong together into the current message, or into a new one."""
        draft = self.drafts[-1]
        length = sum(map(len, draft.words)) + len(words)
        if draft.blocks and (len(draft.blocks) + len(blocks) > _MAX_BLOCKS or length > MAX_TEXT):
            draft = _Draft()
            self.drafts.append(draft)
        draft.blocks += blocks
        if words:
            draft.words.append(words)


def render(reply: Reply, token: Token) -> Rendering:
    """Turn a reply into Slack messages within Slack's limits.

    Args:
        reply: what is said.
        token: gives the value of a choice's button.

    Returns:
        The messages; `cut` says what Slack cannot show or was shortened.
    """
    work = _Work(token)
    pieces = split_text(_words(reply), MAX_TEXT)
    has_blocks = bool(reply.buttons or reply.image or reply.cards)
    before = pieces[:-1] if has_blocks else pieces
    if has_blocks and pieces:
        work.add(pieces[-1], _rich_text(pieces[-1]))
    if reply.image:
        _add_image(work, reply.image, alt=reply.text)
    _add_buttons(work, reply.buttons)
    for card in reply.cards:
        _add_card(work, card)
    if reply.custom:
        work.cut.append("`custom` is for clients that know it; Slack does not show it.")
    plain = [{"text": escape(piece), "mrkdwn": False} for piece in before]
    rich = [_message(draft) for draft in work.drafts if draft.blocks]
    name = {"name": reply.sender_name} if reply.sender_name else {}
    return Rendering(parts=tuple({**part, **name} for part in plain + rich), cut=tuple(work.cut))


def show(part: Part) -> str:
    """Write a part as a terminal can show it: its words, and buttons in brackets.

    Args:
        part: from `render`.
    """
    said = "\n".join(_shown(part))
    return f"{part['name']}: {said}" if part.get("name") else said


def retired(message: Mapping[str, Any], title: str, user: str | None) -> Part:
    """Give a message after a choice was made: without its buttons, with what was chosen.

    Args:
        message: as Slack has it, in a press's payload.
        title: what was pressed.
        user: who pressed it, where others see it too; None: the only reader did.

    Returns:
        `text` and `blocks` for `chat.update`.
    """
    blocks: list[Block] = []
    for block in message.get("blocks", ()):
        if block["type"] == "actions":  # links stay: they can be opened again
            links = [element for element in block["elements"] if _is_link(element)]
            blocks += [{**block, "elements": links}] if links else []
        elif block["type"] == "image":  # Slack adds sizes, and refuses them when they come back
            blocks.append({key: block[key] for key in _IMAGE_KEYS & block.keys()})
        else:
            blocks.append(block)
    chosen: list[Block] = [{"type": "plain_text", "text": f"\u2713 {title}", "emoji": False}]
    if user:
        chosen.append({"type": "mrkdwn", "text": f"<@{user}>"})
    blocks.append({"type": "context", "elements": chosen})
    words = str(message.get("text", ""))
    return {"text": f"{words}\n\u2713 {escape(title)}".strip(), "blocks": blocks}


def without_images(part: Part) -> Part | None:
    """Give a part with its images as addresses, for when Slack cannot fetch one.

    Args:
        part: from `render`.

    Returns:
        The part; None when it has no image.
    """
    blocks = part.get("blocks", ())
    if not any(block["type"] == "image" for block in blocks):
        return None
    plain = [
        _rich_text(block["image_url"]) if block["type"] == "image" else block for block in blocks
    ]
    return {**part, "blocks": plain}


def named(part: Part) -> Part:
    """Give a part that begins with the name of who speaks, for apps that cannot change theirs.

    Args:
        part: from `render`, with a `name`.
    """
    name = f"{part['name']}:"
    said = {key: value for key, value in part.items() if key != "name"}
    said["text"] = f"{escape(name)} {part['text']}"
    if "blocks" in part:
        context = {"type": "plain_text", "text": name[:_MAX_ALT], "emoji": False}
        said["blocks"] = [{"type": "context", "elements": [context]}, *part["blocks"]]
    return said


def _words(reply: Reply) -> str:
    """Return the reply's text with the addresses that no button can lead to."""
    lines = [reply.text, reply.link]
    lines += [f"{button.title}: {button.url}" for button in reply.buttons if _is_written(button)]
    return "\n".join(filter(None, lines))


def _is_written(button: Button) -> bool:
    """Whether a link must stand in the text: Slack's buttons open web pages only."""
    return bool(button.url) and not (
        button.url.lower().startswith(_BUTTON_SCHEMES) and len(button.url) <= _MAX_URL
    )


def _rich_text(text: str, *, heading: str = "") -> Block:
    elements: list[Block] = []
    if heading:
        elements.append({"type": "text", "text": heading, "style": {"bold": True}})
        text = f"\n{text}" if text else ""
    at = 0
    for match in _WEB.finditer(text):
        if len(match[0]) > _MAX_URL:
            continue
        if match.start() > at:
            elements.append({"type": "text", "text": text[at : match.start()]})
        elements.append({"type": "link", "url": match[0]})
        at = match.end()
    if at < len(text):
        elements.append({"type": "text", "text": text[at:]})
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "elements": [section]}


def _add_image(work: _Work, address: str, alt: str) -> None:
    if len(address) > _MAX_URL:
        work.cut.append(f"An image's address is over {_MAX_URL} characters; it is left out.")
        return
    words = alt[:_MAX_ALT].strip() or "Image"
    work.add("", {"type": "image", "image_url": address, "alt_text": words})


def _add_card(work: _Work, card: Card) -> None:
    lines = [card.subtitle, card.link]
    lines += [f"{button.title}: {button.url}" for button in card.buttons if _is_written(button)]
    below = split_text("\n".join(filter(None, lines)), MAX_TEXT)
    title = split_text(card.title, MAX_TEXT)
    for piece in title[:-1]:
        work.add(piece, _rich_text("", heading=piece))
    if title or below:
        first = "".join(below[:1])
        words = "\n".join(filter(None, [*title[-1:], first]))
        work.add(words, _rich_text(first, heading="".join(title[-1:])))
    for piece in below[1:]:
        work.add(piece, _rich_text(piece))
    if card.image:
        _add_image(work, card.image, alt=card.title)
    _add_buttons(work, card.buttons)


def _add_buttons(work: _Work, buttons: tuple[Button, ...]) -> None:
    elements = []
    for button in buttons:
        if not _is_written(button):
            elements.append(_button(work, button))
    for start in range(0, len(elements), _MAX_ELEMENTS):
        row = elements[start : start + _MAX_ELEMENTS]
        work.add("", {"type": "actions", "elements": row})


def _button(work: _Work, button: Button) -> Block:
    title = button.title
    if len(title) > _MAX_TITLE:
        title = f"{title[: _MAX_TITLE - 1].rstrip()}\u2026"
        work.cut.append(f"A button's title is cut after {_MAX_TITLE} characters: {title}")
    work.buttons += 1
    kind = LINK if button.url else CHOICE
    shown: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": title, "emoji": False},
        "action_id": f"{kind}:{work.buttons}",
    }
    return {**shown, "url": button.url} if button.url else {**shown, "value": work.token(button)}


def _message(draft: _Draft) -> Part:
    words = "\n".join(draft.words)
    if not words:
        words = " \u00b7 ".join(_titles(draft.blocks)) or "Image"
    return {"text": escape(words), "blocks": draft.blocks}


def _titles(blocks: list[Block]) -> Iterator[str]:
    for block in blocks:
        for element in block.get("elements", ()):
            if element["type"] == "button":
                yield element["text"]["text"]


def _is_link(element: Mapping[str, Any]) -> bool:
    return str(element.get("action_id", "")).startswith(f"{LINK}:")


def _shown(part: Part) -> Iterator[str]:
    if "blocks" not in part:
        yield unescape(part["text"])
    for block in part.get("blocks", ()):
        if block["type"] == "rich_text":
            pieces = block["elements"][0]["elements"]
            yield "".join(piece.get("text") or piece["url"] for piece in pieces)
        elif block["type"] == "image":
            yield f"[image: {block['alt_text']}] {block['image_url']}"
        elif block["type"] == "actions":
            for element in block["elements"]:
                where = f" -> {element['url']}" if "url" in element else ""
                yield f"[{element['text']['text']}]{where}"
        elif block["type"] == "context":
            yield " ".join(element["text"] for element in block["elements"])
