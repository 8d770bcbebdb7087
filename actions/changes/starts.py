"""The actions by which customers start to change an order, one an intent."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.changes.asked import asked_with
from actions.changes.task import ChangeTask
from actions.changes.undecided import kind_in
from actions.reading import Message
from backends.change_models import ChangeKind

# Where parcels go; the intent is one of its own.
_CHANGE_ADDRESS = "change_address"
# An address that is the account's and no order's.
_ACCOUNT = re.compile(
    r"\b(?:account|profile|billing|invoice|default|on file|from now on|future)\b", re.IGNORECASE
)
_ORDER = re.compile(
    r"\b(?:order\w*|parcel|package|deliver\w*|shipment|ship(?:ping|ped)?)\b", re.IGNORECASE
)
# The same once more; a subscription is no single order.
_AGAIN = re.compile(
    r"\b(?:re-?order\w*|again|repeat|same (?:order|thing|things|items?|again|as)|once more"
    r"|buy .* again)\b",
    re.IGNORECASE,
)
_RECURRING = re.compile(r"\b(?:every|monthly|weekly|recurring|subscription)\b", re.IGNORECASE)
# What the customer wants in place of an item that arrived.
_EXCHANGE = re.compile(
    r"\b(?:exchang\w*|swap\w*|replac\w*|(?:different|another|bigger|smaller|larger|other) "
    r"(?:size|colou?r|kind|one|model))\b",
    re.IGNORECASE,
)


class ActionCancelOrder(ChangeTask):
    """Begins to cancel an order, or sets `next_step` to what is needed first."""

    task = "cancel_order"
    kinds = ("cancel",)

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_cancel_order"

    def kind(self, message: Message) -> ChangeKind:
        """See ChangeTask."""
        return "cancel"


class ActionReorder(ChangeTask):
    """Begins to order the items of an earlier order again."""

    task = "reorder"
    kinds = ("reorder",)
    intents = frozenset({"place_order"})

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_reorder"

    def kind(self, message: Message) -> ChangeKind:
        """See ChangeTask."""
        return "reorder"

    def is_for_articles(self, message: Message, tracker: Tracker) -> bool:
        """See OrderTask: so is every order that is not the same again."""
        if message.text.startswith("/"):  # the button that goes on with it
            return False
        return not _AGAIN.search(message.text) or bool(_RECURRING.search(message.text))


class ActionReturnItem(ChangeTask):
    """Begins to send items back, for money or for another kind."""

    task = "return_item"
    kinds = ("return", "exchange")

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_return_item"

    def kind(self, message: Message) -> ChangeKind:
        """See ChangeTask."""
        return "exchange" if _EXCHANGE.search(message.text) else "return"


class ActionChangeOrder(ChangeTask):
    """Begins to change the address, the payment or the items of an order."""

    task = "change_order"
    kinds = ("address", "payment", "items")
    intents = frozenset({"change_order", _CHANGE_ADDRESS})

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_change_order"

    def kind(self, message: Message) -> ChangeKind | None:
        """See ChangeTask."""
        return "address" if message.intent == _CHANGE_ADDRESS else kind_in(message.text)

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """See OrderTask; the address of an account is a matter of the profile."""
        message = Message.latest(tracker)
        # of a yes to "And you also wrote: ..." the words that were repeated there
        words = asked_with({_CHANGE_ADDRESS}, tracker).text or message.text
        of_account = _ACCOUNT.search(words) and not _ORDER.search(words)
        if message.intent == _CHANGE_ADDRESS and of_account:
            return [FollowupAction("action_change_profile")]
        return await super().run(dispatcher, tracker, domain)
