"""What the shop's system does not offer is a person's: the one way there, for every action."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions import tasks
from backends.errors import NotOffered

logger = logging.getLogger(__name__)

# Why, for the ticket and the KPIs.
REASON = "not_offered"


def hand_over(error: NotOffered, dispatcher: CollectingDispatcher) -> list[dict[str, Any]]:
    """Say that a person does it, and bring one in with everything that was collected.

    Args:
        error: why; for the log.
        dispatcher: takes what is said.

    Returns:
        Events; the last of them starts the handoff. Slots that the person is to read must be set
        before it.
    """
    logger.info("a person does it: %s", error)
    dispatcher.utter_message(response="utter_not_offered")
    return [
        *tasks.slots(task=None, handoff_reason=REASON, next_step="person"),
        FollowupAction("action_handoff"),
    ]
