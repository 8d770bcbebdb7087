"""Everything that a person needs to know of a handoff, as plain text: for mails and other desks."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from desk import conversations
from desk.handoffs import Handoff

HEAD = "Handed over by the assistant."
_WHO = {"customer": "Customer", "assistant": "Assistant", "agent": "Agent", "system": "Desk"}
_MOST = 100_000  # characters; ticket systems and other desks take no more. The end is kept.


def text(connection: Connection, handoff: Handoff) -> str:
    """Return why a person is wanted, the facts, and what was said so far, oldest first.

    Args:
        connection: inside a transaction.
        handoff: which.
    """
    facts = [f"{name.capitalize()}: {value}" for name, value in handoff.facts.items()]
    customer = handoff.customer_id or "not verified"
    said = [
        f"{_WHO[entry.who]}: {entry.text}"
        for entry in conversations.entries(connection, handoff.conversation_id)
        if entry.who and entry.text
    ]
    head = [HEAD, handoff.summary or "The assistant gave no summary.", "", *facts]
    head += [f"Customer: {customer}", f"Conversation: {handoff.conversation_id}"]
    whole = "\n".join(said)
    if len(whole) > _MOST:
        whole = "[the beginning is left out]\n" + whole[-_MOST:]
    return "\n".join([*head, "", "What was said:", "", whole]) + "\n"
