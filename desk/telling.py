"""What follows from a handoff for its conversation: the slot that mirrors it, and who is told."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection

from desk import deliveries
from desk.handoffs import Handoff


def back_to_assistant(connection: Connection, handoff: Handoff, text: str) -> None:
    """Have the assistant take over again: it tells the customer, and offers what was begun."""
    data: dict[str, Any] = {"custom": {"person": ""}}
    if handoff.offer:
        data["buttons"] = [dict(handoff.offer)]
    events = [
        # starts the count of failed turns anew
        {"event": "resume"},
        deliveries.status(),
        deliveries.message(text, "system", **data),
        # without it the next message is predicted upon as if in the middle of a turn
        {"event": "action", "name": "action_listen"},
    ]
    deliveries.add(connection, handoff.conversation_id, events)


def mirror(connection: Connection, conversation_id: str) -> None:
    """Have the tracker say how the handoff stands, after whatever is on its way to it already.

    Whoever changes a handoff from within a turn of the assistant sets the slot in that turn; but
    what an agent did at the same moment may reach the tracker after it.
    """
    deliveries.add(connection, conversation_id, [deliveries.status()])


def tell(
    connection: Connection, handoff: Handoff, text: str, person: str = "", **data: Any
) -> None:
    """Mirror a handoff's state in the tracker and tell the customer something.

    Args:
        connection: inside a writing transaction.
        handoff: as it is now.
        text: what is said.
        person: the name of who has the conversation; empty for nobody.
        data: what a bot message may hold besides, such as `buttons`.
    """
    events = [
        deliveries.status(),
        deliveries.message(text, "system", custom={"person": person}, **data),
    ]
    deliveries.add(connection, handoff.conversation_id, events)
