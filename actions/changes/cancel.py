"""Cancelling an order that has not been packed."""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import Draft
from actions.changes.kind import Kind
from actions.reading import Message
from backends.change_models import OrderChange
from backends.models import OrderState
from backends.policy import Policy

# The entity of the buttons that give a reason.
REASON = "cancel_reason"
# The policy's reasons in customers' words; what else is said when asked is `other`.
_REASONS = {
    "ordered_by_mistake": re.compile(
        r"\b(?:mistake|accident\w*|wrong (?:thing|item|one|size|colou?r)|twice|double|my (?:kid|son"
        r"|daughter)|didn'?t mean|not mean)\b",
        re.IGNORECASE,
    ),
    "no_longer_needed": re.compile(
        r"\b(?:no longer|(?:don'?t|do not|didn'?t) (?:need|want)|not need(?:ed)?|changed my mind"
        r"|any ?more|already (?:have|got|bought)|found (?:it|one|the same)|cheaper elsewhere)\b",
        re.IGNORECASE,
    ),
}
_ANY = re.compile(r"(?:an)?other(?: reason)?|no reason|none|just because|whatever", re.IGNORECASE)


class Cancel(Kind):
    """The whole order is cancelled, and all its money goes back."""

    name = "cancel"
    yes = "Yes, cancel it"
    no = "No, keep it"

    def states(self, policy: Policy) -> tuple[OrderState, ...]:
        """See Kind."""
        return policy.cancel.states

    def probe(self, draft: Draft) -> OrderChange:
        """See Kind."""
        return OrderChange(kind=self.name, reason="other")

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: a reason, at once or when asked for it."""
        if chosen := message.entities.get(REASON):
            return draft.amended(reason=chosen[-1])
        for reason, words in _REASONS.items():
            if words.search(message.text):
                return draft.amended(reason=reason)
        if draft.asks == "reason" and _ANY.fullmatch(message.text.strip(" .!")):
            return draft.amended(reason="other")
        answers = draft.asks == "reason" and message.intent in _ANY_REASON
        return draft.amended(reason="other") if answers else None

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind."""
        if draft.reason is not None:
            return draft
        dispatcher.utter_message(
            response="utter_want_cancel_reason",
            number=draft.number,
            buttons=[
                {"title": title, "payload": f'/inform{{"{REASON}": "{reason}"}}'}
                for title, reason in _TITLES.items()
            ],
        )
        return draft.amended(asks="reason")


# The buttons' reasons.
_TITLES = {
    "I don't need it any more": "no_longer_needed",
    "I ordered it by mistake": "ordered_by_mistake",
    "Another reason": "other",
}
# Asked for a reason, whatever these say is one.
_ANY_REASON = {"", "nlu_fallback", "out_of_scope", "dont_know", "deny", "inform", "return_item"}
