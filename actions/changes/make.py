"""Making a change that the customer said yes to: once, and telling the truth about it."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import tasks
from actions.changes import another, unsettled
from actions.changes.draft import SLOT, UNKNOWN, Draft
from actions.changes.form import DECISION, IDENTITY, NO, OTHER, PERSON, YES
from actions.changes.kinds import kind_of
from actions.changes.refusal import refuse
from actions.changes.telling import tell_made
from actions.changes.wanted import WANTED, in_words
from actions.not_offered import hand_over
from actions.proven import is_proven_for, is_verified, need_of, proof_of
from backends.change_models import ChangeRecord, MadeBy
from backends.errors import (
    BackendError,
    BackendUnavailable,
    Conflict,
    NotAllowed,
    NotOffered,
    OutcomeChanged,
)

logger = logging.getLogger(__name__)


class ActionMakeChange(Action):
    """Does what the customer decided about a change."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_make_change"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Makes the change only for a yes; never returns an empty list."""
        decision = tracker.get_slot(DECISION)
        draft = Draft.read(tracker.get_slot(SLOT))
        if decision is None or draft is None:
            return await self._late(dispatcher, tracker)
        if decision == NO:
            lost = draft.asks == UNKNOWN
            response = "utter_change_left_unknown" if lost else "utter_change_kept"
            dispatcher.utter_message(response=response, subject=draft.subject)
        if decision == OTHER:
            return await self._other_order(draft, dispatcher, tracker)
        need = need_of([draft.kind])
        if decision == IDENTITY or (decision == YES and not is_proven_for(tracker, need)):
            if is_verified(tracker):
                dispatcher.utter_message(response="utter_code_needed")
            again = {"identity_need": need, "next_step": "identity", "code": None}
            return tasks.slots(**again, **{DECISION: None, SLOT: draft.amended(asks="").value()})
        if decision == PERSON:
            return self._to_person(NotOffered(), draft, dispatcher)
        if decision == YES:
            return await self._make(draft, dispatcher, tracker)
        left = None if decision == NO else in_words(draft)
        return [*self._finish(dispatcher, tracker), *tasks.slots(**{WANTED: left})]

    @staticmethod
    def _finish(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        ended = tasks.finish(tracker.get_slot("task") or "", dispatcher, tracker)
        return [*ended, *tasks.slots(**{DECISION: None, SLOT: None})]

    async def _make(
        self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        customer = tracker.slots["customer_id"]
        try:
            record = None
            if draft.asks == UNKNOWN:  # tried before: only what was not made is made now
                record = await unsettled.find(customer, draft)
            record = record or await self._call(draft, customer, tracker)
        except OutcomeChanged:
            dispatcher.utter_message(response="utter_change_differs")
            fresh = draft.amended(asks="")
            return tasks.slots(
                **{DECISION: None, SLOT: fresh.value(), unsettled.SLOT: None}, next_step="details"
            )
        except NotAllowed as error:
            refuse(error, draft, dispatcher)
            left = {unsettled.SLOT: None, WANTED: in_words(draft)}
            return [*self._finish(dispatcher, tracker), *tasks.slots(**left)]
        except NotOffered as error:
            return [
                *tasks.slots(**{unsettled.SLOT: None}),
                *self._to_person(error, draft, dispatcher),
            ]
        except (BackendUnavailable, Conflict) as error:
            # a Conflict that is none of the above: the first try is still being carried out
            logger.warning("the answer to a change was lost: %s", error)
            return await self._lost(draft, customer, dispatcher, tracker)
        except BackendError as error:
            logger.error("the shop refused a change that it had previewed: %s", error)
            dispatcher.utter_message(response="utter_refused_other", subject=draft.subject)
            dispatcher.utter_message(response="utter_instead_person")
            left = {WANTED: in_words(draft)}
            return [*self._finish(dispatcher, tracker), *tasks.slots(**left)]
        return self._made(record, draft, dispatcher, tracker)

    @staticmethod
    def _to_person(
        error: NotOffered, draft: Draft, dispatcher: CollectingDispatcher
    ) -> list[dict[str, Any]]:
        """Hands the change over to a person, with everything that was collected of it."""
        left = {DECISION: None, SLOT: None, WANTED: in_words(draft)}
        return [*tasks.slots(**left), *hand_over(error, dispatcher)]

    @staticmethod
    async def _call(draft: Draft, customer: str, tracker: Tracker) -> ChangeRecord:
        made_by = MadeBy(
            channel=tracker.get_latest_input_channel() or "unknown",
            conversation_id=tracker.sender_id,
            proof=proof_of(tracker),
        )
        return await kind_of(draft).make(draft, customer, made_by)

    def _made(
        self,
        record: ChangeRecord,
        draft: Draft,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
    ) -> list[dict[str, Any]]:
        tell_made(record, draft, dispatcher)
        kind = kind_of(draft)
        done = {
            another.MADE: {
                "reference": record.reference,
                "task": tracker.get_slot("task"),
                "draft": draft.value(),
            },
            **{unsettled.SLOT: None, WANTED: None},
            **kind.known_after(record.outcome),
        }
        if kind.by_person:
            done |= {
                WANTED: f"{in_words(draft)}; taken down as {record.reference}",
                **{"handoff_reason": kind.name, "next_step": "person"},
            }
        return [*self._finish(dispatcher, tracker), *tasks.slots(**done)]

    async def _lost(
        self, draft: Draft, customer: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        """Looks up what became of the call; says only what is known."""
        known = True
        try:
            record = await unsettled.find(customer, draft)
            if record is not None:
                return self._made(record, draft, dispatcher, tracker)
        except BackendError as error:
            logger.warning("whether a change was made could not be looked up: %s", error)
            known = False
        response = "utter_change_not_made_yet" if known else "utter_change_unknown"
        dispatcher.utter_message(response=response, subject=draft.subject)
        waiting = draft.waiting(UNKNOWN).value()
        held = {"customer_id": customer, "draft": waiting}
        return tasks.slots(
            **{DECISION: None, SLOT: waiting, unsettled.SLOT: held},
            failure="backend_unavailable",
            next_step="details",
        )

    async def _other_order(
        self, draft: Draft, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]]:
        """Goes on with the order that is meant, or asks which one."""
        task, number = tracker.get_slot("task") or "", tracker.get_slot("order_number")
        try:
            going_on = await another.go_on(draft, task, number, tracker, fitting_only=False)
        except BackendError as error:
            logger.warning("listing orders failed: %s", error)
            dispatcher.utter_message(response="utter_change_down", subject=draft.subject)
            failed = tasks.slots(failure="backend_unavailable")
            return [*self._finish(dispatcher, tracker), *failed]
        if going_on is None:
            dispatcher.utter_message(response="utter_no_other_order", number=draft.number)
            return self._finish(dispatcher, tracker)
        return going_on

    @staticmethod
    async def _late(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """Answers a yes with nothing to say yes to: a second tap, or an old button."""
        made = tracker.get_slot(another.MADE) or {}
        try:
            settled = await unsettled.settle(dispatcher, tracker) if is_verified(tracker) else []
        except BackendUnavailable:
            dispatcher.utter_message(response="utter_change_still_unknown")
            return tasks.slots(next_step="done", failure="backend_unavailable")
        if settled:
            return [*settled, *tasks.slots(next_step="done")]
        if made.get("reference"):
            dispatcher.utter_message(
                response="utter_change_already_made", reference=made["reference"]
            )
        else:
            dispatcher.utter_message(response="utter_nothing_to_confirm")
        return tasks.slots(next_step="done")
