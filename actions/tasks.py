"""Tasks: what the customer wants done, from the first word to the answer.

A task is the name of a skill's action, without `action_`. Starting one leaves any form under way;
a task that was interrupted is offered again when the interrupting one is done.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import reading
from actions.changes.draft import CONFIRM, SLOT, Draft
from actions.reading import Message

# What the button says that goes on with an interrupted task, by task.
RESUME_TITLES = {
    "track_order": "Yes, track my order",
    "refund_status": "Yes, look up my refund",
    "get_invoice": "Yes, send my invoice",
    "cancel_order": "Yes, cancel an order",
    "change_order": "Yes, change an order",
    "return_item": "Yes, return something",
    "reorder": "Yes, order the same again",
    "reset_password": "Yes, reset my password",
    "recover_username": "Yes, find my username",
    "change_profile": "Yes, change my account",
}
# The intents that go on with a task, where they are not called as it is.
_INTENTS = {"reorder": "place_order"}
# The tasks about an order, by the intents that begin them. None is a way to answer a question of
# another's: who only names an order means `inform`.
BEGUN_BY = {
    "track_order": "track_order",
    "refund_status": "refund_status",
    "get_invoice": "get_invoice",
    "cancel_order": "cancel_order",
    "change_order": "change_order",
    "change_address": "change_order",
    "return_item": "return_item",
    "place_order": "reorder",
}


def slots(**values: Any) -> list[dict[str, Any]]:
    """SlotSet events for the given values."""
    return [SlotSet(name, value) for name, value in values.items()]


def begins_another(intent: str, task: str | None) -> bool:
    """Whether a message in the middle of a task about an order is the wish for another task.

    Args:
        intent: the message's.
        task: the one under way; None for none.
    """
    return task in BEGUN_BY.values() and BEGUN_BY.get(intent, task) != task


def leave_form(tracker: Tracker) -> list[dict[str, Any]]:
    """Events that end the form under way; empty if there is none."""
    if not tracker.active_loop.get("name"):
        return []
    return [ActiveLoop(None), SlotSet("requested_slot", None)]


def begin(task: str, tracker: Tracker) -> list[dict[str, Any]]:
    """Events that start a task, or go on with it.

    Args:
        task: the task's name.
        tracker: the conversation.

    Returns:
        Events that leave a form under way, remember another task that it belonged to (also in the
        tracker's slots) unless the customer no longer wants it, and set `task`.
    """
    events = leave_form(tracker)
    interrupted = tracker.get_slot("task")
    if events and interrupted and interrupted != task:
        if _is_taken_back(tracker):
            tracker.slots.update(NO_CHANGE)
            return [*events, *slots(task=task, **NO_CHANGE)]
        events += slots(paused_task=interrupted)
        tracker.slots["paused_task"] = interrupted  # `finish` may follow in the same run
    return [*events, *slots(task=task)]


def _is_taken_back(tracker: Tracker) -> bool:
    """Whether the latest message takes back the change under way: "no wait, ...", "... instead"."""
    change = Draft.read(tracker.get_slot(SLOT))
    if change is None or change.kind is None:
        return False
    message = Message.latest(tracker)
    refused = change.asks == CONFIRM and reading.refuses(message)
    return refused or reading.replaces(message)


def finish(task: str, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
    """Events that end a task; offers to go on with one that it interrupted."""
    paused = tracker.get_slot("paused_task")
    if paused and paused != task and paused in RESUME_TITLES:
        dispatcher.utter_message(
            response="utter_resume_task",
            buttons=[
                {"title": RESUME_TITLES[paused], "payload": f"/{_INTENTS.get(paused, paused)}"},
                {"title": "No, thanks", "payload": "/decline_offer"},
            ],
        )
    named = {"latest_meant": None} if tracker.get_slot("latest_meant") else {}
    return slots(task=None, paused_task=None, next_step="done", **named)


# A change that was not agreed to: no later yes may be taken for one to it.
NO_CHANGE = {"change": None, "change_decision": None, "wanted_change": None}
# What was gathered about a delivery that went wrong: no later ticket is about it.
NO_PROBLEM = {
    "delivery_fault": None,
    "problem_item": None,
    "problem_items": None,
    "remedy": None,
    "problem_text": None,
}


def drop(tracker: Tracker) -> list[dict[str, Any]]:
    """Events that leave whatever is under way, without doing it."""
    return [
        *leave_form(tracker),
        *slots(
            task=None,
            paused_task=None,
            next_step=None,
            ask_variant=None,
            code=None,
            challenge_id=None,
            pending_wishes=None,
            latest_meant=None,
            **NO_PROBLEM,
            **NO_CHANGE,
        ),
    ]
