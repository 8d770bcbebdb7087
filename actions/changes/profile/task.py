"""The action by which customers start to change their profile, for several intents."""

from __future__ import annotations

import logging
import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import tasks
from actions.changes.asked import asked_with, remember
from actions.changes.draft import SLOT, Draft
from actions.changes.kinds import kind_of
from actions.changes.profile.consents import names_advertising
from actions.changes.profile.two_factor import wants_other_way
from actions.changes.unsettled import settle
from actions.changes.wanted import WANTED
from actions.knowledge import article_for
from actions.proven import is_proven_for, is_verified, need_of
from actions.reading import Message
from backends.change_models import ChangeKind
from backends.errors import BackendUnavailable

logger = logging.getLogger(__name__)

TASK = "change_profile"
# The intents that begin it; the button that goes on with it says nothing about what is wanted.
INTENTS = frozenset(
    {
        *("edit_account", "change_address", "subscription", "membership"),
        *("two_factor_problem", "delete_account"),
    }
)
# The help pages tell how somebody does it without us.
_QUESTION = re.compile(
    r"^\W*(?:(?:hi|hello|hey|good \w+)\b\W*)?(?:there\b\W*)?"
    r"(?:how|where|what|when|which|why|is|does|do|will|are)\b",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\b(?:phone|mobile|cell(?:phone)?|telephone|number)\b", re.IGNORECASE)
# Only another one can be put in its place.
_REMOVE = re.compile(r"\b(?:remove|delete|second)\b", re.IGNORECASE)
_EMAIL = re.compile(r"\be-?mail\b|@", re.IGNORECASE)
_PREFERENCES = re.compile(r"\bpreferences?\b", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<!mail )\baddress\b", re.IGNORECASE)


def kind_wanted(message: Message) -> ChangeKind | None:
    """Which kind a message asks for; None for what the contract has no change for."""
    text, intent = message.text, message.intent
    if intent in {"subscription", "membership"}:
        return "consents" if names_advertising(text) else None
    if intent == "two_factor_problem":
        return "two_factor" if wants_other_way(text) else None
    if intent == "delete_account":
        return "close_account"
    if intent == "change_address":
        return "default_address"
    if intent != "edit_account" or _REMOVE.search(text):
        return None
    if _PREFERENCES.search(text):
        return "consents"
    if _EMAIL.search(text):
        return "email"
    if _PHONE.search(text):
        return "phone"
    return "default_address" if _ADDRESS.search(text) else None


class ActionChangeProfile(Action):
    """Begins to change a profile, or sets `next_step` to what is needed first."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_change_profile"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Proves the customer, then collects; never returns an empty list."""
        message = asked_with(INTENTS, tracker)
        kind, known = kind_wanted(message), Draft.read(tracker.get_slot(SLOT))
        known = known if known and known.of_profile else None
        if kind is None and (known is None or message.text):
            return tasks.slots(next_step="article")
        asked_now = tracker.latest_action_name in {"action_listen", "action_change_order"}
        if asked_now and _QUESTION.search(message.text) and article_for(tracker):
            return tasks.slots(next_step="article")
        events = tasks.begin(TASK, tracker) + tasks.slots(**remember(INTENTS, tracker))
        need = need_of([kind or (known.kind if known else None)])
        if not is_proven_for(tracker, need):
            if is_verified(tracker):
                dispatcher.utter_message(response="utter_code_needed")
            return events + tasks.slots(identity_need=need, next_step="identity", code=None)
        try:
            events += await settle(dispatcher, tracker)
        except BackendUnavailable as error:
            logger.warning("an earlier change could not be looked up: %s", error)
            dispatcher.utter_message(response="utter_change_still_unknown")
            return events + tasks.slots(failure="backend_unavailable", next_step="done")
        if known and kind in (None, known.kind):
            draft = known.amended(asks="")
        else:
            draft = Draft("", kind, country=tracker.get_slot("region"))
        draft = kind_of(draft).read(draft, message) or draft
        started = {SLOT: draft.value(), "change_decision": None, WANTED: None}
        return events + tasks.slots(**started, next_step="details")
