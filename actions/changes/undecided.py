"""While it is not known what of an order is to be changed."""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import Draft
from actions.changes.kind import ENDED, Kind
from actions.changes.picking import halves, pick
from actions.reading import Message
from backends.change_models import ChangeKind
from backends.models import OrderState
from backends.policy import Policy

# The entity of the buttons that name what is to be changed.
KIND = "change_kind"
_TITLES: dict[str, ChangeKind] = {
    "The delivery address": "address",
    "The payment": "payment",
    "An item, for another kind of it": "items",
}
_ADDRESS = re.compile(
    r"\b(?:address|street|moved|ship(?:ped)? to|deliver(?:ed)? to|send (?:it )?to)\b"
)
_PAYMENT = re.compile(r"\b(?:pay|paid|paying|payment|paypal|gift card|credit card|my card)\b")
_ITEMS = re.compile(
    r"\b(?:size|colou?r|kind|variant|small|medium|large|smaller|bigger|larger|swap|switch|replace"
    r"|exchange|different|another (?:one|item)|item|for an? |instead)\b"
)
# What the contract has no change for.
UNSUPPORTED = re.compile(
    r"\b(?:add|remove|delete|take .* (?:off|out)|drop|leave out|quantity|more pieces|combine|merge"
    r"|split|only want|gift ?wrap|one more|two more|cancel (?:one|only|just|part))\b"
)


def kind_in(text: str) -> ChangeKind | None:
    """What of an order a text wants changed; None if it does not say."""
    said = text.lower()
    if UNSUPPORTED.search(said):
        return None
    address, payment = _ADDRESS.search(said), _PAYMENT.search(said)
    if address and payment:  # the first of two wishes
        return "address" if address.start() < payment.start() else "payment"
    if address or payment:
        return "address" if address else "payment"
    return "items" if _ITEMS.search(said) else None


class Undecided(Kind):
    """Asks what is to be changed."""

    def states(self, policy: Policy) -> tuple[OrderState, ...]:
        """See Kind."""
        return policy.change_items.states

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: what is to be changed."""
        chosen = [k for k in message.entities.get(KIND, []) if k in _TITLES.values()]
        kind = chosen[-1] if chosen else kind_in(message.text)
        if kind is None and pick(draft, Message(halves(message.text)[0], "", {}, {}), draft.lines):
            kind = "items"  # "change the lamp to black"
        if UNSUPPORTED.search(message.text.lower()):
            kind = None
        if kind:
            return draft.amended(kind=kind)
        wish = message.text if UNSUPPORTED.search(message.text.lower()) else None
        return draft.amended(wish=wish) if wish else None

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind."""
        if draft.wish:
            dispatcher.utter_message(response="utter_change_unsupported", number=draft.number)
            return draft.amended(asks=ENDED)
        dispatcher.utter_message(
            response="utter_want_change_kind",
            number=draft.number,
            buttons=[
                {"title": title, "payload": f'/inform{{"{KIND}": "{kind}"}}'}
                for title, kind in _TITLES.items()
            ],
        )
        return draft.amended(asks="kind")
