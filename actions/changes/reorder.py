"""Ordering the same again: everything of an earlier order, or some of it."""

from __future__ import annotations

from typing import Any, get_args

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import CONFIRM, Draft
from actions.changes.kind import ENDED, Kind
from actions.changes.paying import ask_method, charge_options, read_method
from actions.changes.picking import kept_items, pick, taken_back
from actions.reading import Message
from actions.wording import money
from backends.change_models import OrderChange, Outcome
from backends.models import OrderState
from backends.policy import Policy


class Reorder(Kind):
    """A new order with the items of an earlier one, at today's stock."""

    name = "reorder"
    yes = "Yes, order it"
    no = "No, don't order"

    def states(self, policy: Policy) -> tuple[OrderState, ...]:
        """See Kind: whatever became of the earlier one."""
        return get_args(OrderState)

    def probe(self, draft: Draft) -> OrderChange | None:
        """See Kind: no state refuses it."""
        return None

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: how it is paid, or which items it is to have."""
        if draft.asks in {"method", CONFIRM} and (amended := read_method(draft, message)):
            return amended
        out = taken_back(draft, message) if draft.items else frozenset()
        items = kept_items(draft, out) if out else pick(draft, message, draft.lines)
        if not items or items == draft.items:
            return None
        return draft.amended(items=items, method_id=None)

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind: without a word about items it is all of them."""
        if not draft.items:
            draft = draft.amended(items=tuple({"item_id": line.id} for line in draft.lines))
        if draft.method_id:
            return draft
        options = await charge_options(draft, tracker, _total(draft))
        if not options:
            dispatcher.utter_message(response="utter_no_payment_method", number=draft.number)
            return draft.amended(asks=ENDED)
        if len(options) == 1:
            return draft.amended(method_id=options[0].id)
        return ask_method(draft, "utter_want_reorder_method", options, dispatcher)

    def retried(self, draft: Draft, rule: str, policy: Policy) -> Draft | None:
        """See Kind."""
        return draft.amended(method_id=None) if rule == "gift_card_too_small" else None

    def words(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """See Kind."""
        return {
            "method": outcome.method,
            "charge": money(outcome.charge) if outcome.charge else "nothing",
        }


def _total(draft: Draft) -> int:
    """What the items cost, in minor units."""
    pieces = {item["item_id"]: item.get("quantity") for item in draft.items}
    return sum(
        line.price * (pieces[line.id] or line.quantity) for line in draft.lines if line.id in pieces
    )
