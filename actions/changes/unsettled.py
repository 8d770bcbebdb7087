"""Changes whose answer was lost: whether they were made is looked up before anything is said."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import tasks
from actions.changes.draft import Draft
from actions.changes.telling import tell_made
from actions.shop import backends
from backends.change_models import ChangeRecord
from backends.errors import BackendUnavailable, NotFound

logger = logging.getLogger(__name__)

# The slot that holds such a change, with its quote and key; it outlives the task and a handoff.
SLOT = "unsettled_change"


async def find(customer_id: str, draft: Draft) -> ChangeRecord | None:
    """What the shop made of a change whose answer was lost.

    Args:
        customer_id: the verified customer's.
        draft: the change, with its key.

    Returns:
        The record; None if it was not made.

    Raises:
        BackendUnavailable: still unknown.
    """
    try:
        return await backends().changes.look_up(customer_id, draft.key or "")
    except NotFound:
        return None


async def settle(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
    """Looks an earlier change of this customer up, and tells what became of it.

    Args:
        dispatcher: takes what is to be said.
        tracker: the conversation of a verified customer.

    Returns:
        Events; empty if every change is settled.

    Raises:
        BackendUnavailable: still unknown.
    """
    held = tracker.get_slot(SLOT) or {}
    draft = Draft.read(held.get("draft"))
    if draft is None or held.get("customer_id") != tracker.get_slot("customer_id"):
        return []
    try:
        record = await find(held["customer_id"], draft)
    except BackendUnavailable:
        logger.warning("whether a change was made is still unknown")
        raise
    if record is not None:
        tell_made(record, draft, dispatcher)
    else:
        dispatcher.utter_message(response="utter_change_not_made", subject=draft.subject)
    return tasks.slots(**{SLOT: None})
