"""What was wanted of one order, wanted of another one."""

from __future__ import annotations

import logging
import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import reading, tasks
from actions.changes.asked import spent
from actions.changes.draft import SLOT, Draft
from actions.changes.kinds import kind_of
from actions.order_task import choices
from actions.proven import is_verified
from actions.reading import Message
from actions.shop import backends, policy
from backends.errors import BackendError

logger = logging.getLogger(__name__)

# The slot that holds the last change that was made, with the task that it belonged to.
MADE = "made_change"
# "I'd like to order the same again as in order 10041": a new order, and no change.
_ORDER_AGAIN = re.compile(r"\b(?:order|buy) (?:me )?the same\b.*\bagain\b", re.IGNORECASE)


async def go_on(
    draft: Draft, task: str, number: str | None, tracker: Tracker, *, fitting_only: bool
) -> list[dict[str, Any]] | None:
    """Goes on with another order of theirs, or asks which one.

    Args:
        draft: what is wanted, of the order that is not meant.
        task: the task that it belongs to.
        number: the order that is meant, if that was said.
        tracker: the conversation of a verified customer.
        fitting_only: whether another order is of no use if the policy does not allow it there.

    Returns:
        Events; None if they have no such order.

    Raises:
        BackendError: the orders could not be listed.
    """
    carried = draft.for_another().value() if draft.kind else None
    words = spent(tracker) if draft.kind else {}
    known = {**words, SLOT: carried, "change_decision": None, "order_choices": None}
    if number is None:
        orders = await backends().orders.list(tracker.slots["customer_id"])
        states = kind_of(draft).states(policy())
        others = tuple(order for order in orders if order.number != draft.number)
        fitting = tuple(order for order in others if order.state in states)
        if not fitting and not fitting_only:
            fitting = others  # why it is not possible there is said of the one that is meant
        if not fitting:
            return None
        if len(fitting) > 1:
            return tasks.slots(
                **known | {"order_choices": choices(fitting), "order_number": None},
                next_step="choose_order",
            )
        number = fitting[0].number
    return [*tasks.slots(**known, order_number=number), FollowupAction(f"action_{task}")]


class ActionSameForAnother(Action):
    """ "The same for my other order": the last change once more, or the last question."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_same_for_another"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Begins with what was wanted last; a change is shown, and waits for its own yes."""
        message = Message.latest(tracker)
        number = reading.order_number(message)
        if _ORDER_AGAIN.search(message.text):
            again = {**spent(tracker), "order_number": number}
            return [*tasks.slots(**again), FollowupAction("action_reorder")]
        made = tracker.get_slot(MADE) or {}
        draft = Draft.read(made.get("draft"))
        task = tasks.BEGUN_BY.get(str(tracker.get_slot("topic")))
        if draft is None or draft.of_profile or task not in (None, made["task"]):
            if task is None:
                dispatcher.utter_message(response="utter_same_as_what")
                return tasks.slots(next_step="done", failure="not_understood")
            return [*tasks.slots(order_number=number), FollowupAction(f"action_{task}")]
        events = tasks.begin(made["task"], tracker)
        if not is_verified(tracker):
            wanted = {**spent(tracker), SLOT: draft.for_another().value(), "order_number": number}
            return [*events, *tasks.slots(**wanted), FollowupAction(f"action_{made['task']}")]
        try:
            going_on = await go_on(draft, made["task"], number, tracker, fitting_only=True)
        except BackendError as error:
            logger.warning("listing orders failed: %s", error)
            dispatcher.utter_message(response="utter_backend_down")
            failed = tasks.slots(failure="backend_unavailable")
            return [*events, *tasks.finish(made["task"], dispatcher, tracker), *failed]
        if going_on is None:
            dispatcher.utter_message(response="utter_none_other", subject=draft.subject)
            return [*events, *tasks.finish(made["task"], dispatcher, tracker)]
        return [*events, *going_on]
