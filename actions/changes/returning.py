"""Sending items of a delivered order back for their money."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import CONFIRM, Draft, Line
from actions.changes.kind import Kind
from actions.changes.paying import (
    ask_method,
    names_method,
    read_method,
    refund_options,
    wished,
)
from actions.changes.picking import ask_items, kept_items, pick, taken_back
from actions.reading import Message
from backends.change_models import Outcome
from backends.models import OrderState
from backends.policy import Policy, SendBack


class SendingBack(Kind):
    """What a return and an exchange have in common."""

    def rules(self, policy: Policy) -> SendBack:
        """The policy's block for it."""
        return policy.return_items

    def states(self, policy: Policy) -> tuple[OrderState, ...]:
        """See Kind."""
        return self.rules(policy).states

    def lines(self, draft: Draft) -> tuple[Line, ...]:
        """See Kind: those that arrived and did not go back yet."""
        return tuple(line for line in draft.lines if line.status == "delivered")

    def withdraws(self, draft: Draft, message: Message) -> bool:
        """See Kind: every item that was chosen is kept."""
        out = taken_back(draft, message)
        return bool(draft.items and out) and not kept_items(draft, out)

    def retried(self, draft: Draft, rule: str, policy: Policy) -> Draft | None:
        """See Kind: the rest goes back without what never does."""
        if rule == "refund_method":
            return draft.amended(method_id=None)
        if rule != "not_returnable":
            return None
        never = self.rules(policy).not_returnable
        kept = tuple(
            item
            for item in draft.items
            if (line := draft.line(item["item_id"])) and line.product not in never
        )
        return draft.amended(items=kept) if kept and len(kept) < len(draft.items) else None


class Return(SendingBack):
    """Items go back, and the money for them is refunded."""

    name = "return"
    yes = "Yes, return them"
    no = "No, I keep them"

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: items, or where the money goes."""
        if draft.asks == "method" and (amended := read_method(draft, message)):
            return amended
        if draft.items and (out := taken_back(draft, message)):
            return draft.amended(items=kept_items(draft, out))
        items = pick(draft, message, self.lines(draft))
        amended = draft.amended(items=items) if items and items != draft.items else None
        if draft.asks == CONFIRM:  # "no, to my gift card instead", with or without the items
            return read_method(amended or draft, message) or amended
        if names_method(message):
            amended = (amended or draft).amended(wish=message.text)
        return amended

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind."""
        lines = self.lines(draft)
        if not draft.items and len(lines) == 1:
            draft = draft.amended(items=({"item_id": lines[0].id},))
        if not draft.items:
            return ask_items(draft, "utter_want_return_items", lines, dispatcher)
        if draft.method_id is None:
            options = await refund_options(draft, tracker)
            draft = wished(draft, options)
            if draft.method_id is None and len(options) > 1:
                return ask_method(draft, "utter_want_refund_method", options, dispatcher)
        return draft

    def words(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """See Kind."""
        return {"label_line": label_line(outcome)}


def label_line(outcome: Outcome) -> str:
    """How the items get back to the shop."""
    return (
        "A label to send them back with comes by e-mail."
        if outcome.label_sent
        else "How to send them back comes by e-mail."
    )
