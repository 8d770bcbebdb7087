"""The question at the end of a conversation with a person: 1 to 5, and a line of one's own.

The desk has it asked (the intent `ask_survey`) and reads the answer from the slot `survey`, so that
nothing is lost while the desk is away. It is asked once, and whoever goes on to something else is
not asked again.
"""

from __future__ import annotations

import time
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT
from rasa_sdk.types import DomainDict

from actions import people, tasks
from actions.form import ANSWERING_INTENTS, SupportForm
from actions.reading import Message
from privacy import mask_secrets

RATINGS = range(1, 6)
MAX_COMMENT = 1_000
SKIPPED = "none"
# What may be said of a conversation, besides what no rule is there for.
_COMMENTING = ANSWERING_INTENTS | {
    "feedback",
    "complaint",
    "thank",
    "frustration",
    "wrong_answer",
    "vague_help",
    "website_problem",
}
_REFUSING = {"deny", "decline_offer", "never_mind", "goodbye", "dont_know"}


class ActionSaveRating(Action):
    """Keeps the rating, and asks for a line of words unless one is there."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_save_rating"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Reads the rating from the button's entity; one that is none is left out."""
        said = str(next(tracker.get_latest_entity_values("rating"), ""))
        if not said.isdecimal() or int(said) not in RATINGS:
            dispatcher.utter_message(response="utter_survey_thanks")
            return tasks.slots(next_step="done")
        survey = {"rating": int(said), "comment": None, "at": time.time()}
        return tasks.slots(survey=survey, survey_comment=None, next_step="survey")


class ValidateSurveyForm(SupportForm):
    """Takes one line of words; whoever has none, or goes on to something else, is left alone."""

    invalid = {"survey_comment": "invalid_comment"}

    def name(self) -> str:
        """The action's name in the domain."""
        return "validate_survey_form"

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """See SupportForm; back from a digression, the form asks no second time."""
        if not self._is_fresh(tracker) and tracker.get_slot(REQUESTED_SLOT):
            return [SlotSet("survey_comment", SKIPPED)]
        return await super().get_extraction_events(dispatcher, tracker, domain)

    def read(self, requested: str, message: Message, tracker: Tracker) -> dict[str, Any]:
        """See SupportForm."""
        if not requested:
            return {}
        if message.intent in _REFUSING:
            return {"survey_comment": SKIPPED}
        text = mask_secrets(message.text).text.strip()
        return {"survey_comment": text[:MAX_COMMENT]} if message.intent in _COMMENTING else {}

    async def check(
        self, slot: str, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        """See SupportForm: whatever was said is right."""
        return {"survey_comment": value}


class ActionSaveSurvey(Action):
    """Keeps the line of words, thanks, and offers what the handoff had interrupted."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_save_survey"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Says nothing when the customer has gone on to something else."""
        survey, comment = tracker.get_slot("survey"), tracker.get_slot("survey_comment")
        kept = {**survey, "comment": comment} if survey and comment != SKIPPED else survey
        if comment != SKIPPED or _answered_the_form(tracker):
            offer = people.offer_of(tracker.get_slot("handoff_task"))
            declined = {"title": "No, thanks", "payload": "/decline_offer"}
            dispatcher.utter_message(
                response="utter_survey_thanks", buttons=[offer, declined] if offer else []
            )
        return tasks.slots(survey=kept, survey_comment=None, handoff_task=None, next_step="done")


def _answered_the_form(tracker: Tracker) -> bool:
    """Whether the latest message was a "no" to the form, and not about something else."""
    return Message.latest(tracker).intent in _REFUSING
