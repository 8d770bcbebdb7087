"""What customers say of a conversation with a person, inside the caller's transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from desk.handoffs import Handoff
from desk.schema import SURVEYS


def asked(connection: Connection, handoff: Handoff, at: int) -> bool:
    """Note that a customer is asked.

    Args:
        connection: inside a writing transaction.
        handoff: the one that is over.
        at: ms since 1970.

    Returns:
        False when this customer was asked about this handoff before, and must not be again.
    """
    query = select(SURVEYS.c.id).where(SURVEYS.c.handoff_id == handoff.id)
    if connection.execute(query).first() is not None:
        return False
    connection.execute(
        SURVEYS.insert().values(
            handoff_id=handoff.id, conversation_id=handoff.conversation_id, asked_at=at
        )
    )
    return True


def answered(
    connection: Connection, conversation_id: str, at: int, score: int, comment: str | None
) -> None:
    """Keep an answer; one that was given stays as it is, and a comment is added to it once.

    Args:
        connection: inside a writing transaction.
        conversation_id: whose.
        at: when it was given, ms since 1970: it belongs to what was asked last before that.
        score: 1 to 5.
        comment: the customer's own words; None for none (yet).
    """
    columns = SURVEYS.c
    query = select(SURVEYS).where(
        columns.conversation_id == conversation_id, columns.asked_at <= at
    )
    row = connection.execute(query.order_by(columns.asked_at.desc()).limit(1)).first()
    if row is None or (row.score is not None and (row.comment is not None or comment is None)):
        return
    values: dict[str, str | int | None] = {"comment": comment}
    if row.score is None:
        values |= {"score": score, "answered_at": at}
    connection.execute(SURVEYS.update().where(columns.id == row.id).values(values))


def of(connection: Connection, handoff_id: int) -> Row | None:
    """Return what the customer said of a handoff, with `score` and `comment`; None if nothing."""
    query = select(SURVEYS).where(SURVEYS.c.handoff_id == handoff_id, SURVEYS.c.score.isnot(None))
    found: Row | None = connection.execute(query).first()
    return found
