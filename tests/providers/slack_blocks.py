"""What Slack checks of a message before it takes it: the documented limits of Block Kit.

From the reference of blocks, block elements and composition objects, and of `chat.postMessage`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MAX_TEXT = 40_000  # characters of a message's `text`; Slack cuts what is over
MAX_BLOCKS = 50
_SECTION_TEXT = 3_000
_ACTIONS_ELEMENTS = 25
_BUTTON_TEXT = 75
_BUTTON_VALUE = 2_000
_ID = 255
_URL = 3_000
_ALT_TEXT = 2_000
_CONTEXT_ELEMENTS = 10


def problem_with(blocks: Sequence[Mapping[str, Any]]) -> str | None:
    """Say what Slack would refuse in a message's blocks.

    Returns:
        A message like those in `response_metadata.messages`; None when the blocks are fine.
    """
    if len(blocks) > MAX_BLOCKS:
        return f"[ERROR] no more than {MAX_BLOCKS} items allowed [json-pointer:/blocks]"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        return "[ERROR] `block_id` must be unique [json-pointer:/blocks]"
    for number, block in enumerate(blocks):
        check = _CHECKS.get(str(block.get("type")))
        said = check(block) if check else f"unsupported type: {block.get('type')}"
        if said:
            return f"[ERROR] {said} [json-pointer:/blocks/{number}]"
    return None


def _length(value: Any, limit: int, what: str) -> str | None:
    if not isinstance(value, str) or not value:
        return f"{what} must be a string of at least 1 character"
    return f"{what} must be less than {limit + 1} characters" if len(value) > limit else None


def _text(value: Any, limit: int, *kinds: str) -> str | None:
    if not isinstance(value, Mapping) or value.get("type") not in kinds:
        return f"text must be an object of type {' or '.join(kinds)}"
    return _length(value.get("text"), limit, "text")


def _section(block: Mapping[str, Any]) -> str | None:
    return _text(block.get("text"), _SECTION_TEXT, "plain_text", "mrkdwn")


def _context(block: Mapping[str, Any]) -> str | None:
    elements = block.get("elements") or ()
    if not 1 <= len(elements) <= _CONTEXT_ELEMENTS:
        return f"elements must have 1 to {_CONTEXT_ELEMENTS} items"
    said = (_text(element, _SECTION_TEXT, "plain_text", "mrkdwn") for element in elements)
    return next(filter(None, said), None)


def _image(block: Mapping[str, Any]) -> str | None:
    for extra in block.keys() - {"type", "block_id", "image_url", "alt_text", "title"}:
        return f"invalid additional property: {extra}"
    return _length(block.get("image_url"), _URL, "image_url") or _length(
        block.get("alt_text"), _ALT_TEXT, "alt_text"
    )


def _actions(block: Mapping[str, Any]) -> str | None:
    elements = block.get("elements") or ()
    if not 1 <= len(elements) <= _ACTIONS_ELEMENTS:
        return f"elements must have 1 to {_ACTIONS_ELEMENTS} items"
    ids = [element.get("action_id") for element in elements]
    if len(ids) != len(set(ids)):
        return "`action_id` must be unique within its block"
    return next(filter(None, map(_button, elements)), None)


def _button(element: Mapping[str, Any]) -> str | None:
    if element.get("type") != "button":
        return f"unsupported element: {element.get('type')}"
    said = _text(element.get("text"), _BUTTON_TEXT, "plain_text")
    said = said or _length(element.get("action_id"), _ID, "action_id")
    if "value" in element:
        said = said or _length(element["value"], _BUTTON_VALUE, "value")
    if "url" in element:
        said = said or _length(element["url"], _URL, "url")
    return said


def _rich_text(block: Mapping[str, Any]) -> str | None:
    for section in block.get("elements") or ():
        if section.get("type") != "rich_text_section":
            return f"unsupported element: {section.get('type')}"
        for element in section.get("elements") or ():
            kind = element.get("type")
            if kind == "text":
                said = _length(element.get("text"), MAX_TEXT, "text")
            elif kind == "link":
                said = _length(element.get("url"), _URL, "url")
            else:
                said = f"unsupported element: {kind}"
            if said:
                return said
    return None if block.get("elements") else "elements must have 1 item or more"


_CHECKS = {
    "section": _section,
    "context": _context,
    "image": _image,
    "actions": _actions,
    "rich_text": _rich_text,
    "divider": lambda _block: None,
}
