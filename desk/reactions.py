"""What follows at the desk from what happened in a conversation, within the intake's transaction.

The assistant tells the desk itself when somebody is wanted or not wanted any more. What it could
not tell, because the desk was down at that moment, it left in its slots; that is found here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from desk import conversations, deliveries, handoffs, surveys
from desk.deliveries import MARK, STATUS_SLOT
from desk.handoffs import PRIORITIES, Request
from desk.states import Event, State

logger = logging.getLogger(__name__)

REQUEST_SLOT = "handoff_request"
SURVEY_SLOT = "survey"
CUSTOMER_SLOT = "customer_id"
_SCORES = range(1, 6)


def on_event(connection: Connection, event: Mapping[str, Any]) -> None:
    """React to one new event of Rasa's.

    Args:
        connection: inside a writing transaction.
        event: as Rasa published it.
    """
    if event.get("event") != "slot" or (event.get("metadata") or {}).get(MARK):
        return
    if event.get("name") == REQUEST_SLOT and isinstance(event.get("value"), Mapping):
        _find_request(connection, event["value"], event)
    elif event.get("name") == SURVEY_SLOT and isinstance(event.get("value"), Mapping):
        _keep_survey(connection, event["value"], str(event["sender_id"]))
    elif event.get("name") == CUSTOMER_SLOT and event.get("value"):
        conversations.belongs_to(connection, str(event["sender_id"]), str(event["value"]))
    elif event.get("name") == STATUS_SLOT:
        _left(connection, event)


def _find_request(
    connection: Connection, kept: Mapping[str, Any], event: Mapping[str, Any]
) -> None:
    """Queue what was asked for while the desk was down.

    The customer has a ticket meanwhile and is not told to wait, so the assistant goes on answering
    until an agent takes the conversation.
    """
    conversation_id = str(event["sender_id"])
    key, ticket = str(kept.get("key") or ""), str(kept.get("ticket") or "") or None
    if not key:
        logger.error("a request for a person without a key was left out: %s", conversation_id)
        return
    known = handoffs.by_key(connection, key)
    if known is not None:
        if ticket and known.is_open and known.ticket is None:
            # The desk had it, but its answer was lost and a ticket was opened instead.
            handoffs.set_ticket(connection, known.id, ticket)
            deliveries.add(connection, conversation_id, [deliveries.status()])
        return
    priority = str(kept.get("priority") or "normal")
    handoffs.request(
        connection,
        Request(
            key=key,
            conversation_id=conversation_id,
            channel=str(kept.get("channel") or "unknown"),
            reason=str(kept.get("reason") or "customer_asked"),
            summary=str(kept.get("summary") or ""),
            priority=priority if priority in PRIORITIES else "normal",
            skill=str(kept.get("skill") or ""),
            facts={str(k): str(v) for k, v in (kept.get("facts") or {}).items()},
            customer_id=kept.get("customer_id"),
            # without a number the ticket itself waits to be delivered
            ticket=ticket or "-",
            at=int(float(event["timestamp"]) * 1000),
        ),
    )


def _keep_survey(connection: Connection, given: Mapping[str, Any], conversation_id: str) -> None:
    """Keep what the customer said of the last conversation with a person.

    The slot holds when it was said: a new session repeats the slot's event.
    """
    score, comment, at = given.get("rating"), given.get("comment"), given.get("at")
    if not isinstance(score, int) or score not in _SCORES or not isinstance(at, (int, float)):
        logger.error("a survey's answer cannot be read and is left out: %s", conversation_id)
        return
    words = str(comment) if comment else None
    surveys.answered(connection, conversation_id, int(at * 1000), score, words)


def _left(connection: Connection, event: Mapping[str, Any]) -> None:
    """End a handoff that the customer left while the desk was down."""
    if event.get("value") in (State.QUEUED.value, State.ASSIGNED.value):
        return
    there = handoffs.open_of(connection, str(event["sender_id"]))
    at = int(float(event["timestamp"]) * 1000)
    # An older event belongs to an earlier handoff; one beside a ticket was not left by getting it.
    if there is None or at <= there.requested_at or there.ticket is not None:
        return
    if event.get("value") is None:
        handoffs.change(connection, there.id, Event.BACK)
    elif there.state is State.QUEUED:
        handoffs.change(connection, there.id, Event.MESSAGE)
