"""Who is not to wait long, and why: the reasons that raise a waiting conversation's priority."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from desk.schema import HANDOFFS
from desk.states import State

HIGH = 20
# The fact of a handoff that says why it goes first, as people read it.
WHY = "goes first"
# The fact that says that the customer records were asked.
ASKED = "customer"
VIP = "VIP"
REPEAT = "repeat contact"
_REPEAT_MS = 72 * 3_600_000  # a new contact within this time means that the last one did not help
# What the assistant gives as the reason, and what it means here.
_REASONS = {
    "frustrated": "angry",
    "wrong_answer": "angry",
    "wrong_code": "failed verification",
    "invalid_code": "failed verification",
    "code_locked": "failed verification",
    "too_many_tries": "failed verification",
    "customer_not_found": "failed verification",
    "too_many_names": "failed verification",
}


def reasons(
    connection: Connection, conversation_id: str, customer_id: str | None, reason: str, at: int
) -> list[str]:
    """Return why a request goes first; empty if nothing says so.

    Args:
        connection: inside a transaction.
        conversation_id, customer_id, reason: of the request.
        at: when it was made, ms since 1970.
    """
    found = [_REASONS[reason]] if reason in _REASONS else []
    same = HANDOFFS.c.conversation_id == conversation_id
    if customer_id is not None:
        same = or_(same, HANDOFFS.c.customer_id == customer_id)
    earlier = select(HANDOFFS.c.id).where(same, HANDOFFS.c.requested_at > at - _REPEAT_MS)
    if connection.execute(earlier.limit(1)).first() is not None:
        found.append(REPEAT)
    return found


def with_reasons(facts: Mapping[str, str], found: Sequence[str]) -> dict[str, str]:
    """Return a handoff's facts with the reasons why it goes first added."""
    known = why(facts)
    new = known + [one for one in found if one not in known]
    return {**facts, WHY: ", ".join(new)} if new else dict(facts)


def why(facts: Mapping[str, str]) -> list[str]:
    """Return the reasons why a handoff goes first."""
    return [one for one in facts.get(WHY, "").split(", ") if one]


def unasked(connection: Connection) -> list[tuple[int, str]]:
    """Return ids and proven customers of waiting handoffs whose records were not looked up."""
    query = select(HANDOFFS.c.id, HANDOFFS.c.customer_id, HANDOFFS.c.facts).where(
        HANDOFFS.c.state == State.QUEUED.value, HANDOFFS.c.customer_id.isnot(None)
    )
    rows = connection.execute(query.order_by(HANDOFFS.c.id))
    return [(row.id, row.customer_id) for row in rows if ASKED not in json.loads(row.facts)]


def note_customer(connection: Connection, handoff_id: int, vip: bool | None) -> None:
    """Keep what the customer records say, and let a VIP go first.

    Args:
        connection: inside a writing transaction.
        handoff_id: whose.
        vip: None if the records do not know the customer.
    """
    query = select(HANDOFFS).where(HANDOFFS.c.id == handoff_id).with_for_update()
    row = connection.execute(query).one()
    said = "not on file" if vip is None else VIP if vip else "on file"
    facts = {**json.loads(row.facts), ASKED: said}
    values: dict[str, object] = {"facts": json.dumps(with_reasons(facts, [VIP] if vip else []))}
    if vip:
        values["priority"] = max(row.priority, HIGH)
    connection.execute(HANDOFFS.update().where(HANDOFFS.c.id == handoff_id).values(values))
