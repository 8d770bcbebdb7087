"""Which lines of the order are meant: shared by the kinds that are about items."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import Draft, Line
from actions.changes.matcher import Thing, left_out, named
from actions.reading import Message

# The entity of the buttons that name a line; this value means all of them.
ITEM = "item_id"
ALL = "all"
# Between the item and what it is changed for, "the white one for a navy one"; not "I'd like to".
_FOR = re.compile(
    r"\b(?:for|to|into|with|in)\b(?! (?:me|my order|the order|that order|order|exchange|change"
    r"|swap|switch|replace|return|send|get|have|be|give|buy|keep|do)\b)"
)


# Not "all of them", but that nothing is to be added.
_NO_MORE = re.compile(
    r"\b(?:that'?s|thats|that is|this is|it'?s) (?:all|it|everything)\b|\bnothing (?:else|more)\b"
    r"|\bno(?:thing)? more\b",
    re.IGNORECASE,
)


def is_no_more(message: Message) -> bool:
    """Whether a message says that everything was named: "that's all"."""
    return bool(_NO_MORE.search(message.text.replace("\u2019", "'")))


def halves(text: str) -> tuple[str, str]:
    """A text before and after "for", "to" or "with"; the second is "" without one."""
    cut = _FOR.search(text.lower())
    return (text[: cut.start()], text[cut.end() :]) if cut else (text, "")


def pick(draft: Draft, message: Message, lines: tuple[Line, ...]) -> tuple[dict[str, Any], ...]:
    """The lines that a message names, as items of a change; empty if it names none clearly.

    Args:
        draft: the change.
        message: the customer's message.
        lines: the lines that may be meant.
    """
    chosen = message.entities.get(ITEM, [])
    if ALL in chosen:
        return tuple({"item_id": line.id} for line in lines)
    if chosen:
        known = {line.id for line in lines}
        return tuple({"item_id": item} for item in chosen if item in known)
    if is_no_more(message):
        return ()
    found = named(message.text, [_thing(line) for line in lines])
    if found.unclear:
        return ()
    return tuple(
        {"item_id": item} | ({"quantity": pieces} if pieces else {})
        for item, pieces in found.found.items()
    )


def taken_back(draft: Draft, message: Message) -> frozenset[str]:
    """The lines that a message says are to stay as they are: "keep the kettle".

    Args:
        draft: the change; lines that were not chosen for it may be named as well.
        message: the customer's message.

    Returns:
        Ids; empty when the message chooses others, or is not about leaving out.
    """
    if message.entities.get(ITEM) or message.text.startswith("/"):
        return frozenset()
    chosen = [line for item in draft.items if (line := draft.line(item["item_id"]))]
    out = left_out(message.text, [_thing(line) for line in chosen])
    return frozenset(out or left_out(message.text, [_thing(line) for line in draft.lines]))


def kept_items(draft: Draft, out: frozenset[str]) -> tuple[dict[str, Any], ...]:
    """The items of a draft without the lines that are taken back."""
    return tuple(item for item in draft.items if item["item_id"] not in out)


def by_name(message: Message, lines: tuple[Line, ...]) -> frozenset[str]:
    """The lines whose product a message names, whatever it says about their kind."""
    things = [Thing(line.id, line.product) for line in lines]
    found = named(message.text, things)
    return frozenset({*found.found, *found.unclear})


def _thing(line: Line) -> Thing:
    return Thing(line.id, line.product, line.variant, line.quantity, line.price)


def ask_items(
    draft: Draft, response: str, lines: tuple[Line, ...], dispatcher: CollectingDispatcher
) -> Draft:
    """Asks which lines are meant, each with a button."""
    buttons = [
        {"title": line.title, "payload": f'/inform{{"{ITEM}": "{line.id}"}}'} for line in lines
    ]
    if len(lines) > 1:
        buttons.append({"title": "All of them", "payload": f'/inform{{"{ITEM}": "{ALL}"}}'})
    dispatcher.utter_message(response=response, number=draft.number, buttons=buttons)
    return draft.amended(asks="items")
