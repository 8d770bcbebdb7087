"""Asking the desk for a person, and what the customer may do while one is wanted."""

from __future__ import annotations

import logging
from typing import Any, Literal

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ConversationResumed
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import tasks
from actions.keys import message_key
from actions.proven import is_verified
from actions.shop import backends
from actions.transcript import shown_slots
from backends.desk import HandoffRequest, Left
from backends.errors import BackendError

logger = logging.getLogger(__name__)

BACK = {"title": "Back to the assistant", "payload": "/back_to_assistant"}
# The states in which a person has the conversation or is to have it.
WITH_PEOPLE = ("queued", "assigned")
# How the customer is told, by the reason; for the others something had failed.
_TOLD = {
    "customer_asked": "utter_person_asked",
    "delivery_problem": "utter_person_asked",
    "not_offered": "utter_person_collected",
    "close_account": "utter_person_collected",
}


def request_for(
    tracker: Tracker, reason: str, summary: str, priority: Literal["normal", "high"]
) -> HandoffRequest:
    """What the desk is asked.

    Args:
        tracker: the conversation, with the task that is under way.
        reason: why, one word.
        summary: why, in a sentence or two.
        priority: who goes first.
    """
    verified = is_verified(tracker)
    return HandoffRequest(
        key=message_key(tracker, "handoff"),
        conversation_id=tracker.sender_id,
        channel=tracker.get_latest_input_channel() or "unknown",
        reason=reason,
        summary=summary,
        priority=priority,
        skill=str(tracker.get_slot("topic") or ""),
        language=str(tracker.get_slot("language") or "en"),
        facts=shown_slots(tracker, verified=verified),
        offer=offer_of(tracker.get_slot("task")),
        customer_id=tracker.get_slot("customer_id") if verified else None,
    )


def offer_of(task: Any) -> dict[str, str]:
    """The button that goes on with a task, by its name; empty if it cannot be offered."""
    title = tasks.RESUME_TITLES.get(str(task))
    return {"title": title, "payload": f"/{task}"} if title else {}


async def queue(
    wanted: HandoffRequest, dispatcher: CollectingDispatcher
) -> list[dict[str, Any]] | None:
    """Ask the desk for a person and tell the customer how long it will take.

    Args:
        wanted: what is asked.
        dispatcher: takes what is said.

    Returns:
        The slots that silence the assistant; None where a ticket is needed: there is no desk, or
        nobody is at it, or it does not answer.
    """
    desk = backends().desk
    if desk is None:
        return None
    try:
        answer = await desk.request(wanted)
    except BackendError as error:
        logger.warning("the desk could not be asked for a person: %s", error)
        return None
    if answer.state == "closed":
        return None
    dispatcher.utter_message(
        response=_TOLD.get(wanted.reason, "utter_person_failing"),
        wait=_wait_words(answer.place, answer.wait),
        buttons=[dict(BACK)],
    )
    return tasks.slots(
        handoff_status=answer.state,
        handoff_request=None,
        next_step="done",
        # for the way back: the desk offers it too when an agent is done
        handoff_task=wanted.offer.get("payload", "").lstrip("/") or None,
    )


def left_for_later(wanted: HandoffRequest, ticket_number: str | None) -> list[dict[str, Any]]:
    """The slot in which the desk finds what it could not be asked, or could not do at once.

    Args:
        wanted: what is asked.
        ticket_number: of the ticket that the customer has meanwhile; None while it has no number.
    """
    if backends().desk is None:
        return []
    return tasks.slots(
        handoff_request={
            "key": wanted.key,
            "channel": wanted.channel,
            "reason": wanted.reason,
            "summary": wanted.summary,
            "priority": wanted.priority,
            "skill": wanted.skill,
            "facts": dict(wanted.facts),
            "customer_id": wanted.customer_id,
            "ticket": ticket_number,
        }
    )


def _wait_words(place: int, seconds: int | None) -> str:
    """How long it takes, as far as anybody knows."""
    words = "You're next." if place <= 1 else f"You're number {place} in the queue."
    if seconds is None:
        return words
    if seconds < 90:
        return f"{words} It usually takes about a minute."
    return f"{words} It usually takes about {round(seconds / 60)} minutes."


async def _leave(tracker: Tracker, to: Literal["assistant", "ticket"]) -> Left | None:
    """End the handoff at the desk; None if it cannot be asked (it reads the slots later)."""
    desk = backends().desk
    if desk is None:
        return None
    try:
        return await desk.leave(tracker.sender_id, to)
    except BackendError as error:
        logger.warning("the desk could not be told that a customer left: %s", error)
        return None


class ActionBackToAssistant(Action):
    """The customer would rather talk to the assistant again."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_back_to_assistant"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Ends the handoff, and offers what it interrupted."""
        if tracker.get_slot("handoff_status") not in WITH_PEOPLE:
            dispatcher.utter_message(response="utter_with_assistant")
            return tasks.slots(next_step="done")
        left = await _leave(tracker, "assistant")
        offer = offer_of(tracker.get_slot("handoff_task"))
        buttons = [offer, {"title": "No, thanks", "payload": "/decline_offer"}] if offer else []
        dispatcher.utter_message(response="utter_back_with_assistant", buttons=buttons)
        return [
            # the count of failed turns starts anew
            ConversationResumed(),
            *tasks.slots(
                handoff_status=None, handoff_task=None, pending_wishes=None, next_step="done"
            ),
            *_left_behind(left),
        ]


def _left_behind(left: Left | None) -> list[dict[str, Any]]:
    """The slot by which a word of the desk that was on its way is known to be out of date."""
    return [] if left is None or left.handoff is None else tasks.slots(handoff_left=left.handoff)


async def stop_waiting(tracker: Tracker) -> list[dict[str, Any]] | None:
    """Leave the queue for a ticket.

    Args:
        tracker: the conversation.

    Returns:
        Events for the ticket that is to be opened now; None when a person came at the last
        moment.
    """
    left = await _leave(tracker, "ticket")
    return None if left is not None and left.state == "assigned" else _left_behind(left)
