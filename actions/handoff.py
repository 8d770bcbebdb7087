"""Bringing in a person: a ticket with everything said so far, whatever state the systems are in."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ConversationResumed
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import people, reading, tasks
from actions.changes.wanted import wanted_change
from actions.form import SupportForm
from actions.keys import message_key
from actions.proven import is_verified
from actions.reading import Message
from actions.shop import backends, history, outbox
from actions.transcript import shown_slots, transcript, whole_events
from actions.wording import moment
from backends.errors import BackendError, InvalidInput, NotFound
from backends.models import NewTicket, Ticket

logger = logging.getLogger(__name__)

# For how long further requests go to the same ticket, in seconds.
TICKET_SECONDS = 24 * 3600
SKIPPED = "none"

# The reason in words, for the ticket's summary.
_REASONS = {
    "customer_asked": "The customer asked for a person.",
    "delivery_problem": "A delivery went wrong.",
    "close_account": "The customer wants the account closed, and has agreed to the legal wait.",
    "not_understood": "The assistant did not understand the customer twice.",
    "foreign_language": "The customer writes in another language.",
    "wrong_answer": "The customer said that the assistant's answers were wrong.",
    "article_no_help": "An answer from the knowledge base did not help the customer.",
    "repeated": "The conversation went in circles.",
    "unexpected_fact": "The customer gave details that the assistant had no use for.",
    "too_many_tries": "The order was tried too often with wrong details.",
    "too_many_names": "The name or the postcode was tried too often with wrong details.",
    "customer_not_found": "The name and the postcode that the customer gave do not fit.",
    "invalid_name_and_postcode": "The customer could not give name and postcode.",
    "invalid_order_number": "The customer could not give an order number.",
    "invalid_proof": "The customer could not give the e-mail address or postcode on the order.",
    "invalid_email": "The customer could not give a readable e-mail address.",
    "invalid_code": "The customer could not give the one-time code.",
    "invalid_choice": "The customer could not say which order is meant.",
    "order_not_yours": "The customer chose an order that is not theirs.",
    "invalid_answer": "The customer could not say what of the order is to be changed.",
    "unclear_answer": "The customer gave no clear yes or no to a change; nothing was changed.",
    "not_offered": "The shop's system does not let the assistant do this.",
    "frustrated": "The customer is frustrated with the assistant.",
    "action_failed": "The assistant's own systems failed.",
    "backend_unavailable": "The shop's system did not answer.",
    "order_not_found": "The customer's order could not be found with what they gave.",
    "wrong_code": "The customer could not give the right one-time code.",
    "code_locked": "Verification was locked after too many wrong codes.",
    "contact_for_ticket": "The customer gave an address for the answer to the earlier ticket.",
}

# How the customer is told of a ticket, by its reason; for the others something had failed.
_TOLD = {
    "customer_asked": "utter_handoff_asked",
    "delivery_problem": "utter_handoff_collected",
    "not_offered": "utter_handoff_collected",
    "close_account": "utter_handoff_collected",
}


def _summary(tracker: Tracker, reason: str) -> str:
    words = [_REASONS.get(reason, f"The customer could not answer a question ({reason}).")]
    if topic := tracker.get_slot("topic"):
        words.append(f"It is about: {str(topic).replace('_', ' ')}.")
    if language := tracker.get_slot("language"):
        words.append(f"Language: {language}.")
    if number := tracker.get_slot("order_number"):
        words.append(f"Order {number}.")
    if change := wanted_change(tracker):
        words.append(f"Wanted: {change}.")
    if fault := tracker.get_slot("delivery_fault"):
        items = tracker.get_slot("problem_items") or "the order"
        wish = tracker.get_slot("remedy") or "nothing in particular"
        words.append(f"Fault: {fault.replace('_', ' ')}, {items}. Wanted: {wish}.")
    if written := _last_written(tracker):
        words.append(f"Last message: {written[:300]}")
    return " ".join(words)


def _last_written(tracker: Tracker) -> str | None:
    """The customer's last message in words of their own."""
    last = [e for e in tracker.events if e.get("event") == "user" and e.get("text")]
    # a lone placeholder of a masked secret tells nobody anything
    return next((str(e["text"]) for e in reversed(last) if e["text"][0] not in "/["), None)


def _priority(tracker: Tracker, reason: str) -> Literal["normal", "high"]:
    angry = {"frustrated", "wrong_answer"}
    return "high" if reason in angry or tracker.get_slot("topic") == "complaint" else "normal"


class ActionHandoff(Action):
    """Asks the desk for a person; where nobody is there, a ticket takes the message.

    The ticket is opened, or what was said since is added to the one that is open, and the customer
    is told by when somebody answers.
    """

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_handoff"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Never raises for a backend: a ticket that cannot be delivered is kept and sent later."""
        reason = tracker.get_slot("handoff_reason") or "customer_asked"
        if _last_written(tracker) is None:  # nothing but buttons for many turns
            tracker.events = await whole_events(tracker, history())
        wanted = people.request_for(
            tracker, reason, _summary(tracker, reason), _priority(tracker, reason)
        )
        left = tasks.drop(tracker)
        queued = await people.queue(wanted, dispatcher)
        if queued is not None:
            return left + queued
        ticket = await self.take_message(dispatcher, tracker, reason)
        number = {event["name"]: event["value"] for event in ticket if event["event"] == "slot"}
        later = people.left_for_later(wanted, number.get("ticket_number"))
        return left + ticket + later

    async def take_message(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, reason: str
    ) -> list[dict[str, Any]]:
        """Opens a ticket or adds to the open one; returns what is known of it as slots.

        Args:
            dispatcher: takes what is said.
            tracker: the conversation.
            reason: why a person is needed.
        """
        tracker.events = await whole_events(tracker, history())
        if tracker.get_slot("contact") is None:
            tracker.slots["contact"] = self._contact(tracker)
        opened_at = tracker.get_slot("ticket_opened_at") or 0
        if tracker.get_slot("ticket_id") and time.time() - opened_at < TICKET_SECONDS:
            again = await self._add_to_ticket(dispatcher, tracker)
            if again is not None:
                return again
        return await self._open_ticket(dispatcher, tracker, reason)

    @staticmethod
    def _contact(tracker: Tracker) -> str | None:
        """An address that the customer gave as theirs when asked; one merely mentioned is not."""
        proof = tracker.get_slot("order_proof") or ""
        return tracker.get_slot("email") or (proof if "@" in proof else None)

    async def _open_ticket(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, reason: str
    ) -> list[dict[str, Any]]:
        contact = tracker.slots.get("contact")
        ticket = _new_ticket(tracker, reason, contact)
        key = message_key(tracker, "ticket")
        # told to the customer if the shop gives no number now, so the agent must find it
        reference = f"R-{key[:8].upper()}"
        ticket = replace(ticket, slots={**ticket.slots, "reference": reference})
        opened = await outbox().open(ticket, key)
        if opened is None:
            dispatcher.utter_message(response="utter_handoff_kept", reference=reference)
            known = tasks.slots(ticket_number=reference, ticket_id=None)
        else:
            self._tell(_TOLD.get(reason, "utter_handoff_failing"), opened, dispatcher)
            known = self._ticket_slots(opened)
        return [
            *known,
            *tasks.slots(handoff_status="ticket", ticket_key=key, ticket_opened_at=time.time()),
            *self._ask_for_contact(contact, dispatcher),
        ]

    @staticmethod
    def _ask_for_contact(
        contact: str | None, dispatcher: CollectingDispatcher
    ) -> list[dict[str, Any]]:
        if contact is None:
            return tasks.slots(next_step="contact", contact=None)
        if contact != SKIPPED:
            dispatcher.utter_message(response="utter_answer_goes_to", contact=contact)
        return tasks.slots(next_step="done", contact=contact)

    async def _add_to_ticket(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[dict[str, Any]] | None:
        """Adds what was said since; None if the ticket is not there any more."""
        since = tracker.get_slot("ticket_opened_at") or 0
        lines = [line for line in transcript(tracker) if line.at.timestamp() > since]
        note = (
            "\n".join(f"{line.who}: {line.text}" for line in lines) or "Asked again for a person."
        )
        try:
            ticket = await backends().tickets.add_note(
                tracker.get_slot("ticket_id"),
                note[-8000:],
                idempotency_key=message_key(tracker, "ticket-note"),
            )
        except (NotFound, InvalidInput):
            return None
        except BackendError as error:
            # A new ticket that repeats the whole conversation is kept in place of the note.
            logger.warning("adding to a ticket failed: %s", error)
            return None
        self._tell("utter_handoff_already", ticket, dispatcher)
        return [
            *self._ticket_slots(ticket),
            *tasks.slots(ticket_opened_at=time.time()),
            *tasks.slots(next_step="done", contact=tracker.slots.get("contact")),
        ]

    @staticmethod
    def _tell(response: str, ticket: Ticket, dispatcher: CollectingDispatcher) -> None:
        dispatcher.utter_message(
            response=response, ticket_number=ticket.number, when=moment(ticket.answer_by)
        )

    @staticmethod
    def _ticket_slots(ticket: Ticket) -> list[dict[str, Any]]:
        answer_by: datetime = ticket.answer_by
        return tasks.slots(
            ticket_id=ticket.id, ticket_number=ticket.number, answer_by=answer_by.isoformat()
        )


class ActionLeaveMessage(Action):
    """The customer leaves a message instead of waiting, or nobody came in time."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_leave_message"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Leaves the queue and opens the ticket; nothing if a person came at that moment."""
        if tracker.get_slot("handoff_status") not in people.WITH_PEOPLE:
            dispatcher.utter_message(response="utter_with_assistant")
            return tasks.slots(next_step="done")
        left = await people.stop_waiting(tracker)
        if left is None:
            return tasks.slots(next_step="done")
        reason = tracker.get_slot("handoff_reason") or "customer_asked"
        ticket = await ActionHandoff().take_message(dispatcher, tracker, reason)
        return [ConversationResumed(), *ticket, *tasks.slots(handoff_task=None), *left]


class ValidateContactForm(SupportForm):
    """Takes an address for the answer; a "no" will do, and so will a second misunderstanding."""

    invalid = {"contact": "invalid_contact"}

    def name(self) -> str:
        """The action's name in the domain."""
        return "validate_contact_form"

    def read(self, requested: str, message: Message, tracker: Tracker) -> dict[str, Any]:
        """See SupportForm."""
        if address := reading.contact(message):
            return {"contact": address}
        refused = message.intent in {"deny", "never_mind", "dont_know", "goodbye", "thank"}
        return {"contact": SKIPPED} if refused else {}

    async def check(
        self, slot: str, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        """See SupportForm: whatever `read` found is right."""
        return {"contact": value}

    async def _outcome(
        self, slot: str, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> dict[str, Any]:
        if value is None and tracker.slots.get("last_chance"):
            # The ticket is open: no second handoff because an address could not be read.
            return {"contact": SKIPPED}
        return await super()._outcome(slot, value, dispatcher, tracker)


class ActionSaveContact(Action):
    """Tells the ticket system where the answer goes."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_save_contact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Sets the contact on the open or the kept ticket; says so only if it worked."""
        contact = tracker.get_slot("contact")
        number = tracker.get_slot("ticket_number") or ""
        if not contact or contact == SKIPPED:
            dispatcher.utter_message(response="utter_contact_skipped", ticket_number=number)
            return tasks.slots(next_step=None)
        if await self._save(contact, tracker):
            dispatcher.utter_message(response="utter_contact_saved", contact=contact)
            return tasks.slots(next_step=None)
        dispatcher.utter_message(response="utter_contact_skipped", ticket_number=number)
        return tasks.slots(next_step=None, contact=None)

    @staticmethod
    async def _save(contact: str, tracker: Tracker) -> bool:
        """Gets the contact to the ticket, or into a ticket of its own: it is never just dropped."""
        ticket = tracker.get_slot("ticket_id")
        if ticket is None:
            # the ticket waits in the outbox, unless it was delivered a moment ago
            if await outbox().amend(tracker.get_slot("ticket_key") or "", contact=contact):
                return True
        else:
            key = message_key(tracker, "ticket-contact", contact)
            try:
                await backends().tickets.set_contact(ticket, contact, idempotency_key=key)
                return True
            except BackendError as error:
                logger.warning("setting a ticket's contact failed: %s", error)
        number = tracker.get_slot("ticket_number") or ""
        addition = _new_ticket(tracker, "contact_for_ticket", contact)
        addition = replace(addition, summary=f"Contact for {number}. {addition.summary}")
        try:
            await outbox().open(addition, message_key(tracker, "contact-ticket"))
        except BackendError as error:
            logger.error("a contact could be neither sent nor kept: %s", error)
            return False
        return True


def _new_ticket(tracker: Tracker, reason: str, contact: str | None) -> NewTicket:
    verified = is_verified(tracker)
    return NewTicket(
        reason=reason,
        summary=_summary(tracker, reason),
        channel=tracker.get_latest_input_channel() or "unknown",
        conversation_id=tracker.sender_id,
        transcript=transcript(tracker),
        slots=shown_slots(tracker, verified=verified),
        customer_id=tracker.get_slot("customer_id") if verified else None,
        contact=contact if contact != SKIPPED else None,
        priority=_priority(tracker, reason),
    )
