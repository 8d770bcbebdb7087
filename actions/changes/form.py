"""The form that collects a change: asks for what is missing, shows it, waits for a clear yes."""

from __future__ import annotations

import logging
import re
import uuid
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import reading, tasks
from actions.changes import consent
from actions.changes.draft import CONFIRM, SLOT, UNKNOWN, Draft
from actions.changes.kind import ENDED, RETRY
from actions.changes.kinds import kind_of
from actions.changes.refusal import explain, refuse
from actions.changes.telling import show_preview
from actions.form import ANSWERING_INTENTS, SupportForm
from actions.proven import is_proven_for, need_of
from actions.reading import Message
from actions.shop import policy
from actions.wording import minutes
from backends.errors import (
    BackendError,
    BackendUnavailable,
    CodeExpired,
    CodeLocked,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotOffered,
    WrongCode,
)

logger = logging.getLogger(__name__)

# The one slot that the form fills: what the customer decided.
DECISION = "change_decision"
# Its values: yes and no to the preview or to trying again; another order is meant; nothing more to
# decide; the customer has to be proven once more; the shop's system does not offer it.
YES, NO, OTHER, IDENTITY, PERSON = "yes", "no", "other_order", "identity", "person"
# What a refusal was about is asked for again so often in one turn.
_MAX_RETRIES = 3
_OTHER_ORDER = re.compile(
    r"\b(?:other|another|different|wrong) order\b|\bnot (?:that|this) order\b"
)
# "and the same for my other order": another wish, after this one.
_SAME_TOO = re.compile(r"\b(?:same|also|too|as well|likewise|ditto)\b")
# "did it work?", while an answer is lost
_ASKS_AGAIN = re.compile(
    r"\b(?:work|done|through|happen\w*|check|again|try|retry|cancell?ed|now)\b"
)
# Said under a preview these ask about it ("and what about my money?"): it is shown again.
_ABOUT_THE_PREVIEW = frozenset({"refund_status"})


class ValidateChangeForm(SupportForm):
    """Takes what the customer says about a change, at every step anything about it."""

    invalid = {DECISION: "invalid_answer"}

    def name(self) -> str:
        """The action's name in the domain."""
        return "validate_change_form"

    def read(self, requested: str, message: Message, tracker: Tracker) -> dict[str, Any]:
        """See SupportForm: a decision, another order, or something about the change."""
        draft = Draft.read(tracker.get_slot(SLOT))
        if draft is None:
            return {DECISION: ENDED}
        if draft.asks == UNKNOWN:
            return _tried_again(message)
        if code := kind_of(draft).code_in(draft, message):
            return {DECISION: {"code": code}}
        wishes = tasks.begins_another(message.intent, tracker.get_slot("task"))
        if _wants_both(message):  # one after the other
            return {DECISION: None if draft.asks == CONFIRM else {"draft": draft.value()}}
        if not (draft.of_profile or wishes) and (other := _another(draft, message)):
            return {DECISION: other}
        if draft.asks == CONFIRM and (said := consent.answer(message)):
            shown = draft.quote and consent.quote(message) in (None, draft.quote)
            shown = shown and not consent.is_early(message, tracker)
            # a yes to what is not shown any more, or was not yet, agrees to nothing: shown again
            return {DECISION: said if shown or said == NO else {"draft": draft.value()}}
        if kind_of(draft).withdraws(draft, message):
            return {DECISION: NO}
        amended = kind_of(draft).read(draft, message)
        if amended and draft.kind is None:  # now that the kind is known, its own words count too
            amended = kind_of(amended).read(amended, message) or amended
        if amended is None and draft.asks == RETRY and _goes_on(message):
            amended = draft  # what was said before the shop went away is known
        if amended:
            return {DECISION: {"draft": amended.value()}}
        # it answers the question, so it is no request of its own, but nothing to act on either
        unclear = consent.is_hedged(message) or message.intent in _ABOUT_THE_PREVIEW
        return {DECISION: None} if draft.asks == CONFIRM and unclear else {}

    async def check(
        self, slot: str, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        """See SupportForm: nothing is wrong with what `read` found."""
        if isinstance(value, str):
            return {DECISION: value}
        if "draft" in value:
            return {DECISION: None, SLOT: value["draft"]}
        if "code" in value:
            return await self._prove(slot, value["code"], dispatcher, tracker)
        return {DECISION: OTHER, "order_number": value["order_number"]}

    async def _prove(
        self, slot: str, code: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        """Checks a one-time code for a contact; it is kept nowhere, whatever comes of it."""
        draft = Draft.read(tracker.get_slot(SLOT))
        assert draft is not None
        try:
            proven = await kind_of(draft).prove(draft, code, tracker)
        except WrongCode:
            missed = kind_of(draft).missed(draft)
            return {**self.wrong(slot, "wrong_code"), SLOT: missed.value()}
        except (CodeExpired, NotFound):
            fresh = draft.amended(trouble="resend")
            return {DECISION: None, SLOT: fresh.value(), "ask_variant": "code_expired"}
        except CodeLocked as error:
            wait = minutes(error.retry_after)
            dispatcher.utter_message(response="utter_contact_locked", wait_minutes=wait)
            return {DECISION: ENDED, "failure": "code_locked"}
        except InvalidInput:
            return self.wrong(slot, "invalid_code")
        except BackendError as error:
            logger.warning("checking a code failed: %s", error)
            return self.wrong(slot, "backend_unavailable")
        return {DECISION: None, SLOT: proven.value()}

    async def _outcome(
        self, slot: str, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        draft = Draft.read(tracker.get_slot(SLOT))
        if value is None and draft and draft.asks in {CONFIRM, UNKNOWN}:
            return self.wrong(slot, "unclear_answer")
        return await super()._outcome(slot, value, dispatcher, tracker)


def _wants_both(message: Message) -> bool:
    """Whether the same is wanted for another order, too, before this one is done."""
    text = message.text.lower()
    return bool(_OTHER_ORDER.search(text) and _SAME_TOO.search(text))


def _another(draft: Draft, message: Message) -> dict[str, Any] | None:
    """Another order that is meant; or the address for this one, whose postcode is no number."""
    text = message.text.lower()
    number = None if text.startswith("/") else reading.order_number(message)
    if draft.kind == "address" and (placed := kind_of(draft).read(draft, message)):
        return {"draft": placed.value()}
    if draft.asks == "address" and not reading.is_correction(message):
        number = None  # nor is one that came without its street
    if number not in (None, draft.number) or _OTHER_ORDER.search(text):
        return {"order_number": number if number != draft.number else None}
    return None


def _goes_on(message: Message) -> bool:
    return message.intent in ANSWERING_INTENTS or bool(_ASKS_AGAIN.search(message.text.lower()))


def _tried_again(message: Message) -> dict[str, Any]:
    said = consent.answer(message)
    if message.text.startswith("/") and message.intent == "affirm":
        said = "yes"  # the button under the question
    if said is None and _ASKS_AGAIN.search(message.text.lower()):
        said = "yes"  # only looks it up, and tries what was agreed to
    return {DECISION: said} if said else {}


class ActionAskChange(Action):
    """Asks for what is missing of a change; when nothing is, shows it and asks for a yes."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_ask_change_form_change_decision"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Asks one thing; ends the form where there is nothing to ask."""
        draft = Draft.read(tracker.get_slot(SLOT))
        if draft is None:
            return _end(ENDED)
        if not is_proven_for(tracker, need_of([draft.kind])):
            return _end(IDENTITY)
        if draft.asks == UNKNOWN:
            dispatcher.utter_message(response="utter_want_change_unknown")
            return tasks.slots(next_step="details")
        try:
            asked = await self._ask(draft, dispatcher, tracker)
        except NotAllowed as error:
            refuse(error, draft, dispatcher)
            return _end(ENDED)
        except NotOffered as error:
            logger.info("a change is handed over: %s", error)
            return _end(PERSON)
        except BackendUnavailable as error:
            logger.warning("previewing a change failed: %s", error)
            dispatcher.utter_message(response="utter_change_down", subject=draft.subject)
            waiting = draft.amended(asks=RETRY)
            return tasks.slots(failure="backend_unavailable", **{SLOT: waiting.value()})
        except BackendError as error:
            logger.error("the shop cannot preview a change: %s", error)
            dispatcher.utter_message(response="utter_refused_other", subject=draft.subject)
            dispatcher.utter_message(response="utter_instead_person")
            return _end(ENDED)
        if asked is None:
            return _end(ENDED)
        return tasks.slots(next_step="details", **{SLOT: asked.value()})

    async def _ask(
        self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Draft | None:
        """Asks for what is missing; None if there turns out to be nothing to choose."""
        kind, before = kind_of(draft), draft.quote
        for _ in range(_MAX_RETRIES):
            asked = await kind.ask(replace(draft, asks=""), dispatcher, tracker)
            if asked.asks:
                return None if asked.asks == ENDED else asked
            try:
                return await self._preview(asked, before, dispatcher, tracker)
            except NotAllowed as error:
                again = kind.retried(asked, error.rule, policy())
                if again is None:
                    raise
                explain(error, asked, dispatcher)
                draft = again
        return None

    @staticmethod
    async def _preview(
        draft: Draft, before: str | None, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Draft:
        """Shows what would happen, under a key of its own."""
        outcome = await kind_of(draft).preview(draft, tracker.slots["customer_id"])
        again = outcome.quote == before and tracker.get_slot("ask_variant") == "unclear_answer"
        shown = draft.previewed(CONFIRM, outcome.quote, uuid.uuid4().hex)
        show_preview(shown, outcome, dispatcher, again=again)
        return shown


def _end(decision: str) -> list[dict[str, Any]]:
    """Events that end the form with a decision."""
    return tasks.slots(**{DECISION: decision}, requested_slot=None)
