"""A change that was not made, in words for the person who takes over."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.changes.draft import ORIGINAL, SLOT, Draft
from actions.changes.unsettled import SLOT as UNSETTLED

# The slot that holds these words after the change was refused or left.
WANTED = "wanted_change"
_KINDS = {
    "cancel": "cancel the order",
    "address": "send the order to another address",
    "payment": "pay for the order in another way",
    "items": "change items of the order for another kind",
    "return": "return items of the order",
    "exchange": "exchange items of the order",
    "reorder": "order the same again as in order",
    "consents": "change what advertising may be sent",
    "default_address": "change the default address",
    "email": "change the e-mail address of the account",
    "phone": "change the phone number of the account",
    "two_factor": "have the codes for signing in sent elsewhere",
    "close_account": "close the account",
}


def in_words(draft: Draft) -> str:
    """Everything that was collected of a change."""
    place = draft.address or {}
    facts = {
        "reason": (draft.reason or "").replace("_", " "),
        "items": ", ".join(_item(draft, item) for item in draft.items),
        "to": ", ".join(str(part) for part in place.values()),
        **{name.replace("_", " "): str(value) for name, value in (draft.profile or {}).items()},
        "proven": ", ".join(code["hint"] for code in draft.codes if code.get("proven")),
        "in the customer's words": draft.wish or "",
        "money": _method(draft),
    }
    what = _KINDS.get(draft.kind or "", "change the order")
    return "; ".join(
        [
            f"{what} {draft.number}".strip(),
            *(f"{name}: {fact}" for name, fact in facts.items() if fact),
        ]
    )


def wanted_change(tracker: Tracker) -> str | None:
    """What a person must know of a change: the one under way, else the last that was not made."""
    if held := Draft.read((tracker.get_slot(UNSETTLED) or {}).get("draft")):
        return f"{in_words(held)}; agreed to, but the shop did not answer: it may have been made"
    draft = Draft.read(tracker.get_slot(SLOT))
    if draft and (draft.number or draft.of_profile):
        return f"{in_words(draft)}; not agreed to yet"
    left: str | None = tracker.get_slot(WANTED)
    return left


def _item(draft: Draft, item: dict[str, Any]) -> str:
    line = draft.line(item["item_id"])
    title = line.title if line else str(item["item_id"])
    pieces = f" ({item['quantity']} of them)" if item.get("quantity") else ""
    return f"{title}{pieces}" + (f" for {item['to']}" if item.get("to") else "")


def _method(draft: Draft) -> str:
    if draft.method_id == ORIGINAL:
        return draft.paid_with or ""
    found = (way["title"] for way in draft.methods if way.get("id") == draft.method_id)
    return str(next(found, ""))
