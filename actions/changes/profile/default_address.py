"""The address that orders go to from now on, on request also those that wait."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes import consent
from actions.changes.address import place_words, read_place
from actions.changes.draft import Draft
from actions.changes.outcome_words import listed
from actions.changes.profile.kind import ProfileKind, merged
from actions.reading import Message
from actions.shop import backends, policy
from backends.change_models import Outcome

# "also for my pending orders", "and the open order too"
_ORDERS_TOO = re.compile(
    r"\b(?:also|too|as well|including)\b.*\borders?\b|\borders?\b.*\b(?:too|as well|also)\b",
    re.IGNORECASE,
)


class DefaultAddress(ProfileKind):
    """The account has another address."""

    name = "default_address"
    yes = "Yes, change it"
    no = "No, leave it"

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: an address, or whether orders that wait go there, too."""
        if draft.asks == "orders":
            said = consent.answer(message)
            if said or message.intent in {"affirm", "deny"}:
                agreed = said == "yes" or (said is None and message.intent == "affirm")
                return merged(draft, pending_orders=agreed)
        placed = read_place(draft, message)
        if _ORDERS_TOO.search(message.text):
            return merged(placed or draft, pending_orders=True)
        return placed

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind."""
        if not draft.address:
            if draft.wish:
                dispatcher.utter_message(response="utter_want_address_rest", street=draft.wish)
            else:
                dispatcher.utter_message(response="utter_want_default_address")
            return draft.amended(asks="address")
        if "pending_orders" in (draft.profile or {}):
            return draft
        orders = await backends().orders.list(tracker.slots["customer_id"])
        waiting = [o.number for o in orders if o.state in policy().change_address.states]
        if not waiting:
            return merged(draft, pending_orders=False)
        dispatcher.utter_message(response="utter_want_pending_orders", orders=listed(waiting))
        return draft.amended(asks="orders")

    def words(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """See Kind."""
        moved = list(outcome.orders)
        one = f"So does order {listed(moved)}, which" if len(moved) == 1 else ""
        several = f"So do orders {listed(moved)}, which"
        told = f"{one or several} you placed already." if moved else ""
        kept = "Orders that you placed already keep their address."
        return {"address": place_words(outcome), "orders_line": told or kept}
