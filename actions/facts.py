"""Facts and questions out of the blue: a number, an address, "send it again", "my ticket?"."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import reading, tasks
from actions.handoff import SKIPPED
from actions.reading import Message
from actions.wording import moment

# What an address is most likely given for, when it was not asked for.
_TRACKING_TOPICS = {"track_order", "delivery_problem", "refund_status"}
# The action that a number alone goes on with, by the last topic; tracking for every other topic.
_ORDER_ACTIONS = {"refund_status": "action_refund_status", "get_invoice": "action_get_invoice"}
_ACCOUNT_TOPICS = {"reset_password", "login_problem"}


class ActionUseFact(Action):
    """Takes a fact that nobody asked for, for what it was most likely given for."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_use_fact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Goes on with what the fact belongs to; otherwise remembers it and asks."""
        message = Message.latest(tracker)
        topic = tracker.get_slot("topic")
        if reading.order_number(message) or reading.means_latest(message):
            if topic in _ORDER_ACTIONS:
                return [FollowupAction(_ORDER_ACTIONS[topic])]
            return [*tasks.slots(topic="track_order"), FollowupAction("action_track_order")]
        address = reading.email(message)
        if address is None:
            dispatcher.utter_message(response="utter_no_code_wanted")
            return tasks.slots(next_step="done", failure="unexpected_fact")
        known = tasks.slots(email=address)
        if tracker.get_slot("ticket_number") and tracker.get_slot("contact") in (None, SKIPPED):
            return [*known, *tasks.slots(contact=address), FollowupAction("action_save_contact")]
        if topic in _TRACKING_TOPICS or topic in _ORDER_ACTIONS:
            action = _ORDER_ACTIONS.get(topic, "action_track_order")
            return [*known, FollowupAction(action)]
        if topic in _ACCOUNT_TOPICS:
            return [*known, FollowupAction("action_reset_password")]
        dispatcher.utter_message(response="utter_fact_noted", email=address)
        return [*known, *tasks.slots(next_step="done")]


class ActionResendCode(Action):
    """Answers "send it again" when no code is under way: the last e-mail may be meant."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_resend_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Has the last account e-mail sent once more, or says that no code is wanted."""
        reset = tracker.get_slot("reset_sent_at") or 0
        username = tracker.get_slot("username_sent_at") or 0
        if reset or username:
            again = "action_reset_password" if reset >= username else "action_recover_username"
            return [*tasks.slots(next_step=None), FollowupAction(again)]
        dispatcher.utter_message(response="utter_no_code_wanted")
        return tasks.slots(next_step="done", failure="unexpected_fact")


class ActionTicketStatus(Action):
    """Says what became of the ticket of this conversation."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_ticket_status"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Repeats the shop's promise; it is the shop's to keep, so nothing is added to it."""
        number, answer_by = tracker.get_slot("ticket_number"), tracker.get_slot("answer_by")
        if number and answer_by:
            when = moment(datetime.fromisoformat(answer_by))
            dispatcher.utter_message(
                response="utter_ticket_status", ticket_number=number, when=when
            )
        elif number:
            dispatcher.utter_message(response="utter_ticket_kept", ticket_number=number)
        else:
            dispatcher.utter_message(response="utter_no_ticket")
        return tasks.slots(next_step="done")
