"""Who saw and did what: only ever added to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from desk.database import now
from desk.schema import AUDIT, USERS

VIEW = "view"
_SEEN_FOR = 600_000  # ms


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


def note_seen(connection: Connection, user_id: int, subject: str) -> None:
    """Write that somebody looked at a conversation, unless that is on record already.

    An open page fetches itself again and again: one line stands for `_SEEN_FOR`.

    Args:
        connection: inside a writing transaction.
        user_id: who.
        subject: the conversation's id.
    """
    if not _seen(connection, user_id, subject):
        note(connection, user_id, VIEW, subject)


def needs_seen(connection: Connection, user_id: int, subject: str) -> bool:
    """Tell whether `note_seen` would write anything; reading is cheaper."""
    return not _seen(connection, user_id, subject)


def _seen(connection: Connection, user_id: int, subject: str) -> bool:
    query = select(AUDIT.c.id).where(
        AUDIT.c.subject == subject[:255],
        AUDIT.c.user_id == user_id,
        AUDIT.c.did == VIEW,
        AUDIT.c.at > now() - _SEEN_FOR,
    )
    return connection.execute(query.limit(1)).first() is not None


def newest(connection: Connection, limit: int = 200) -> list[Row]:
    """Return the newest lines with `at`, `name`, `did`, `subject`, `detail`."""
    columns = [AUDIT.c.at, USERS.c.name, AUDIT.c.did, AUDIT.c.subject, AUDIT.c.detail]
    query = select(columns).select_from(AUDIT.outerjoin(USERS, AUDIT.c.user_id == USERS.c.id))
    return list(connection.execute(query.order_by(AUDIT.c.id.desc()).limit(limit)))
