"""Telling what a change will do, and what it did."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.changes.consent import CONFIRM, QUOTE
from actions.changes.draft import Draft
from actions.changes.kinds import KINDS
from actions.changes.outcome_words import items_words, money_line
from backends.change_models import ChangeRecord, Outcome


def _words(draft: Draft, outcome: Outcome) -> dict[str, Any]:
    kind = KINDS[outcome.kind]
    return {
        "number": draft.number,
        "items": items_words(outcome),
        "money_line": money_line(outcome),
        **kind.words(draft, outcome),
    }


def show_preview(
    draft: Draft, outcome: Outcome, dispatcher: CollectingDispatcher, *, again: bool = False
) -> None:
    """Says exactly what will happen, and asks for a yes.

    Args:
        draft: the change, with the outcome's quote.
        outcome: what it comes to.
        dispatcher: takes the question.
        again: whether the same was shown before, so that fewer words will do.
    """
    kind = KINDS[outcome.kind]
    if again:
        dispatcher.utter_message(response="utter_change_unclear")
    dispatcher.utter_message(
        response=f"utter_preview_{outcome.kind}",
        buttons=[
            {"title": kind.yes, "payload": f'/{CONFIRM}{{"{QUOTE}": "{draft.quote}"}}'},
            {"title": kind.no, "payload": "/deny"},
        ],
        **_words(draft, outcome),
    )


def tell_made(record: ChangeRecord, draft: Draft, dispatcher: CollectingDispatcher) -> None:
    """Says what was done, under which reference, and what comes next."""
    dispatcher.utter_message(
        response=f"utter_changed_{record.outcome.kind}",
        reference=record.reference,
        new_number=record.new_order_number or "",
        **_words(draft, record.outcome),
    )
