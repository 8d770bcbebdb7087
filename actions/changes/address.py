"""Sending a pending order to another address."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.addressing import read_address, read_street
from actions.changes.draft import Draft
from actions.changes.kind import Kind
from actions.reading import Message
from backends.change_models import OrderChange, Outcome
from backends.models import OrderState
from backends.policy import Policy


class ChangeAddress(Kind):
    """The order goes somewhere else."""

    name = "address"
    yes = "Yes, change it"
    no = "No, leave it"

    def states(self, policy: Policy) -> tuple[OrderState, ...]:
        """See Kind."""
        return policy.change_address.states

    def probe(self, draft: Draft) -> OrderChange | None:
        """See Kind: without an address there is no request."""
        return None

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: a whole address, or its street and then the rest."""
        return read_place(draft, message)

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind."""
        if draft.address:
            return draft
        if draft.wish:
            dispatcher.utter_message(response="utter_want_address_rest", street=draft.wish)
        else:
            dispatcher.utter_message(response="utter_want_change_address", number=draft.number)
        return draft.amended(asks="address")

    def words(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """See Kind."""
        return {"address": place_words(outcome)}


def read_place(draft: Draft, message: Message) -> Draft | None:
    """Takes a whole address, or its street and then the rest; None if there is none."""
    country = draft.country or ""
    found = read_address(message.text, country)
    if found is None and draft.wish:
        found = read_address(f"{draft.wish}, {message.text}", country)
    if found:
        # the same once more changes nothing of what was shown
        return draft if found == draft.address else draft.amended(address=found, wish=None)
    street = read_street(message.text) if draft.asks == "address" else None
    return draft.amended(wish=street) if street else None


def place_words(outcome: Outcome) -> str:
    """The new address in one line; "" if there is none."""
    to = outcome.ship_to
    return f"{to.street}, {to.postcode} {to.city}, {to.country}" if to else ""
