"""Paying a pending order with something else."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import Draft
from actions.changes.kind import ENDED, Kind
from actions.changes.outcome_words import days_words
from actions.changes.paying import ask_method, charge_options, names_method, read_method, wished
from actions.reading import Message
from actions.wording import money
from backends.change_models import Outcome
from backends.models import OrderState
from backends.policy import Policy


class ChangePayment(Kind):
    """What was taken goes back, and another method pays."""

    name = "payment"
    yes = "Yes, change it"
    no = "No, leave it"

    def states(self, policy: Policy) -> tuple[OrderState, ...]:
        """See Kind."""
        return policy.change_payment.states

    def read(self, draft: Draft, message: Message) -> Draft | None:
        """See Kind: one of the methods that were offered, or words for one before that."""
        if draft.methods:
            return read_method(draft, message)
        return draft.amended(wish=message.text) if names_method(message) else None

    async def ask(self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker) -> Draft:
        """See Kind."""
        if draft.method_id:
            return draft
        total = sum(line.price * line.quantity for line in draft.lines)
        options = await charge_options(draft, tracker, total)
        options = tuple(option for option in options if option.title != draft.paid_with)
        if (draft := wished(draft, options)).method_id:
            return draft
        if not options:
            dispatcher.utter_message(response="utter_no_payment_method", number=draft.number)
            return draft.amended(asks=ENDED)
        return ask_method(draft, "utter_want_payment_method", options, dispatcher)

    def retried(self, draft: Draft, rule: str, policy: Policy) -> Draft | None:
        """See Kind."""
        if rule == "gift_card_too_small":
            return draft.amended(method_id=None, methods=())
        return None

    def words(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """See Kind."""
        return {
            "method": outcome.method,
            "charge": money(outcome.charge) if outcome.charge else "nothing",
            "days": days_words(outcome.refund_days),
        }
