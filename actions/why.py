"""Answering "why do you need that?" about what was just asked."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import tasks
from actions.changes.draft import SLOT, Draft

# What `Draft.asks` has a reason of its own for; the rest of a change shares one.
_OF_CHANGES = {
    "reason": "utter_explain_reason",
    "code_old": "utter_explain_contact_codes",
    "code_new": "utter_explain_contact_codes",
}
_OF_FORMS = {"contact_form": "utter_explain_contact", "change_form": "utter_explain_change"}


class ActionExplainWhy(Action):
    """Says why the question under way is asked; without one, why identities are checked."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_explain_why"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Explains; the form asks again afterwards."""
        form = tracker.active_loop.get("name") or ""
        response = _OF_FORMS.get(form, "utter_explain_identity")
        draft = Draft.read(tracker.get_slot(SLOT))
        if form == "change_form" and draft:
            response = _OF_CHANGES.get(draft.asks, response)
        dispatcher.utter_message(response=response)
        return tasks.slots(next_step=None)
