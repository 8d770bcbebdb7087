"""Nobody is left in silence: what happens when too much time has passed.

Everything is worked out anew from the database at each look, so a restart forgets nothing.
"""

from __future__ import annotations

from datetime import datetime, timezone

from sqlalchemy.engine import Connection

from desk import conversations, deliveries, handoffs, words
from desk.database import now
from desk.desk import Desk
from desk.handoffs import Handoff
from desk.states import Event
from desk.telling import tell

# How much longer than promised a customer waits for an agent who has the conversation and does
# not write, before somebody else gets it.
_AGENT_PATIENCE = 2


def look(desk: Desk, moment: int | None = None) -> int:
    """Do whatever is due.

    Args:
        desk: whose handoffs.
        moment: ms since 1970; None for now.

    Returns:
        To how many handoffs something happened.
    """
    at = now() if moment is None else moment
    is_open = desk.hours.is_open(datetime.fromtimestamp(at / 1000, timezone.utc))
    promise = desk.promise * 1000
    done = 0
    for one in _open_ones(desk):
        if not _may_be_due(one, at, promise, is_open):
            continue  # two hundred who wait must not cost two hundred transactions a look
        with desk.database.write() as connection:
            fresh = handoffs.get(connection, one.id)
            if fresh.state is not one.state:
                continue
            if fresh.agent_id is not None:
                done += _assigned(connection, fresh, at, promise)
            elif fresh.ticket is None:  # one with a ticket has its promise already
                done += _queued(connection, fresh, at, promise, is_open)
    return done


def _open_ones(desk: Desk) -> list[Handoff]:
    with desk.database.read() as connection:
        return [*handoffs.waiting(connection), *handoffs.assigned(connection)]


def _may_be_due(one: Handoff, at: int, promise: int, is_open: bool) -> bool:
    """Tell from a look whether anything can be due; it is decided inside the transaction."""
    if one.agent_id is not None:
        return at > (one.assigned_at or 0) + _AGENT_PATIENCE * promise
    if one.ticket is not None:
        return False
    promised = one.promised_at if one.warned_at is None else one.warned_at + promise
    return not is_open or at > promised


def _queued(connection: Connection, one: Handoff, at: int, promise: int, is_open: bool) -> int:
    if not is_open or (one.warned_at is not None and at > one.warned_at + promise):
        handoffs.change(connection, one.id, Event.TIME_OUT)
        # The assistant opens the ticket and tells the customer its number.
        deliveries.add_intent(connection, one.conversation_id, "leave_message")
        return 1
    if one.warned_at is None and at > one.promised_at:
        handoffs.warn(connection, one.id, at)
        text = words.nobody_yet(handoffs.place(connection, one))
        tell(connection, one, text, buttons=words.nobody_yet_buttons())
        return 1
    return 0


def _assigned(connection: Connection, one: Handoff, at: int, promise: int) -> int:
    row = conversations.row_of(connection, [one.conversation_id])[one.conversation_id]
    # The customer's words wait since they were said, or since the agent took them over.
    waiting_since = max(row.customer_at or 0, one.assigned_at or 0)
    answered = row.agent_at is not None and row.agent_at > (row.customer_at or 0)
    if answered or deliveries.not_sent(connection, one.conversation_id):
        return 0
    if at <= waiting_since + _AGENT_PATIENCE * promise:
        return 0
    freed = handoffs.change(connection, one.id, Event.TIME_OUT)
    tell(connection, freed, words.released(handoffs.place(connection, freed)))
    return 1
