"""Who saw and did what: only ever added to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from desk.database import now
from desk.schema import AUDIT, USERS


def note(
    connection: Connection, user_id: int | None, did: str, subject: str = "", detail: str = ""
) -> None:
    """Write one line.

    Args:
        connection: inside a writing transaction.
        user_id: who; None for nobody who is known.
        did: what, such as `take`, `view` or `sign_in`.
        subject: to what, such as a conversation's id or a login.
        detail: anything more; no customer's words.
    """
    values = {"at": now(), "user_id": user_id, "did": did, "subject": subject[:255]}
    connection.execute(AUDIT.insert().values(**values, detail=detail))


def newest(connection: Connection, limit: int = 200) -> list[Row]:
    """Return the newest lines with `at`, `name`, `did`, `subject`, `detail`."""
    columns = [AUDIT.c.at, USERS.c.name, AUDIT.c.did, AUDIT.c.subject, AUDIT.c.detail]
    query = select(columns).select_from(AUDIT.outerjoin(USERS, AUDIT.c.user_id == USERS.c.id))
    return list(connection.execute(query.order_by(AUDIT.c.id.desc()).limit(limit)))
