"""What every form of ours shares: digressions, second chances, and a backend that is down.

A form takes what answers its question, whatever the intent; leaves a message that is clearly about
something else to the rules (the form goes on afterwards); and counts everything else as a wrong
answer, which it explains once. On the last chance it does not ask again but ends, so that the
EscalationPolicy's handoff is all that the customer reads.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT, FormValidationAction
from rasa_sdk.types import DomainDict

from actions.reading import Message
from backends.errors import BackendError, NotOffered

logger = logging.getLogger(__name__)

# Intents that say nothing about what the customer wants, so that a form may take the message for a
# (wrong) answer. Every other intent is a digression unless the message holds the answer.
ANSWERING_INTENTS = frozenset(
    {
        *("", "nlu_fallback", "out_of_scope", "inform", "affirm", "deny", "dont_know"),
        # a yes by a button: it answers the form that shows a change, or nothing
        "confirm_change",
    }
)


class SupportForm(FormValidationAction, ABC):
    """Base of the forms' validation actions.

    A form says in `read` what it finds in a message and in `check` what it makes of it.
    """

    # The form's slots. What a wrong answer to each is called: in `ask_variant`, in `failure`, in
    # the KPIs.
    invalid: dict[str, str] = {}

    @abstractmethod
    def read(self, requested: str, message: Message, tracker: Tracker) -> dict[str, Any]:
        """Finds values in a message.

        Args:
            requested: the slot that was asked for, "" at the form's start.
            message: the customer's message.
            tracker: the conversation.

        Returns:
            Raw values by slot name; empty if the message answers nothing.
        """

    @abstractmethod
    async def check(
        self, slot: str, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        """Checks one value, at the backend where need be.

        Args:
            slot: the slot's name.
            value: what `read` found, or what was known before the form began.
            dispatcher: takes what is to be said.
            tracker: the conversation; `tracker.slots` holds what was found so far.

        Returns:
            Slots to set. `failure` and `ask_variant` say what was wrong with the value, if it was.

        Raises:
            BackendError: turned into an honest answer by the base class.
        """

    def domain_slots(self, domain: DomainDict) -> list[str]:
        """The form's slots, in the order in which they are asked for, as in domain.yml."""
        return list(self.invalid)

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Reads the message, once: not when the form begins or comes back after a digression."""
        # What failed earlier in this turn is no failure of this form.
        tracker.slots["failure"] = None
        if not self._is_fresh(tracker):
            # asked before, so asked in fewer words after the digression
            again = "again" if tracker.get_slot(REQUESTED_SLOT) else None
            return [SlotSet("ask_variant", again)]
        requested = tracker.get_slot(REQUESTED_SLOT) or ""
        message = Message.latest(tracker)
        found = self.read(requested, message, tracker)
        if not found:
            if message.intent not in ANSWERING_INTENTS:
                return []  # a digression: with no slot set, Rasa lets the rules answer
            # what could not be checked while a backend was down is tried again
            found = {requested: tracker.get_slot("unchecked")}
        return [SlotSet("ask_variant", None), *(SlotSet(k, v) for k, v in found.items())]

    def _is_fresh(self, tracker: Tracker) -> bool:
        """Whether nothing was done yet about the latest message.

        The tracker that a form's validation gets ends with the form's own action
        (`FormAction._temporary_tracker` in rasa.core.actions.forms), which does not count.
        """
        seen_itself = False
        for event in reversed(tracker.events):
            if event.get("event") == "user":
                return True
            if event.get("event") == "action":
                if seen_itself or event.get("name") != self.form_name():
                    return False
                seen_itself = True
        return False

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Checks what was read, in order, and stops at the first thing that is wrong."""
        candidates = tracker.slots_to_validate()
        if not candidates:
            return []
        mine = self.domain_slots(domain)
        result: dict[str, Any] = {}
        if "ask_variant" in candidates:
            result["ask_variant"] = candidates["ask_variant"]
        if tracker.get_slot("unchecked"):
            result["unchecked"] = None
        for slot in mine:
            if slot not in candidates:
                continue
            outcome = await self._outcome(slot, candidates[slot], dispatcher, tracker)
            result.update(outcome)
            tracker.slots.update(outcome)
            if outcome.get("failure"):
                break
        return [SlotSet(slot, value) for slot, value in result.items()]

    async def _outcome(
        self, slot: str, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        if value is None:
            return self.wrong(slot, self.invalid[slot])
        try:
            return await self.check(slot, value, dispatcher, tracker)
        except NotOffered:
            return {slot: value}  # the task meets the same and hands over
        except BackendError as error:
            logger.warning("checking %s failed: %s", slot, error)
            return {**self.wrong(slot, "backend_unavailable"), "unchecked": value}

    @staticmethod
    def wrong(slot: str, reason: str) -> dict[str, Any]:
        """The slots of a value that will not do: asked again, in the words for `reason`."""
        return {slot: None, "failure": reason, "ask_variant": reason}

    async def next_requested_slot(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any] | None:
        """What to ask next; nothing on the last chance, so that the form ends before it re-asks."""
        if tracker.slots.get("failure") and tracker.slots.get("last_chance"):
            ended: dict[str, Any] = SlotSet(REQUESTED_SLOT, None)
            return ended
        wanted = await self.required_slots(self.domain_slots(domain), dispatcher, tracker, domain)
        missing = (slot for slot in wanted if tracker.slots.get(slot) is None)
        following: dict[str, Any] = SlotSet(REQUESTED_SLOT, next(missing, None))
        return following
