"""Saying that something cannot be done: why, and what can be done instead."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.changes.draft import Draft
from backends.errors import NotAllowed


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The rules and alternatives of the contract that have a text in domain.yml; any other leads to
# `utter_refused_other` and a person.
RULES = _words(
    "state already_changed nothing_to_change not_delivered not_returnable window_over "
    "same_variant other_product out_of_stock gift_card_too_small refund_method quantity no_phone"
)
ALTERNATIVES = _words("cancel return refuse_delivery wait other_method other_variant")


def refuse(
    error: NotAllowed, draft: Draft, dispatcher: CollectingDispatcher, *, state: str = ""
) -> None:
    """Says why a change is not made, and then what can be done instead.

    Args:
        error: the shop's refusal.
        draft: what was wanted.
        dispatcher: takes what is to be said.
        state: the order's; "" if it is not known.
    """
    explain(error, draft, dispatcher, state=state)
    instead = error.alternative if error.alternative in ALTERNATIVES else "person"
    dispatcher.utter_message(response=f"utter_instead_{instead}", number=draft.number)


def explain(
    error: NotAllowed, draft: Draft, dispatcher: CollectingDispatcher, *, state: str = ""
) -> None:
    """Says why a change is not made; see `refuse`."""
    rule = error.rule if error.rule in RULES else "other"
    shown = state.replace("_", " ") or "too far on its way"
    dispatcher.utter_message(
        response=f"utter_refused_{rule}", number=draft.number, subject=draft.subject, state=shown
    )
