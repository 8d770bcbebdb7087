"""Internal notes and saved replies, inside the caller's transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from desk.database import now
from desk.schema import NOTES, SAVED_REPLIES, USERS


def add(connection: Connection, conversation_id: str, user_id: int, text: str) -> None:
    """Keep a note on a conversation."""
    row = {"conversation_id": conversation_id, "user_id": user_id, "at": now(), "text": text}
    connection.execute(NOTES.insert().values(row))


def of(connection: Connection, conversation_id: str) -> list[Row]:
    """Return a conversation's notes, oldest first, with `at`, `name` and `text`."""
    query = (
        select(NOTES.c.id, NOTES.c.at, USERS.c.name, NOTES.c.text)
        .join_from(NOTES, USERS)
        .where(NOTES.c.conversation_id == conversation_id)
        .order_by(NOTES.c.id)
    )
    return list(connection.execute(query))


def saved_replies(connection: Connection) -> list[Row]:
    """Return the saved replies by name, with `id`, `name` and `text`."""
    return list(connection.execute(select(SAVED_REPLIES).order_by(SAVED_REPLIES.c.name)))


def save_reply(connection: Connection, name: str, text: str) -> None:
    """Keep a saved reply; one of the same name is replaced."""
    changed = SAVED_REPLIES.update().where(SAVED_REPLIES.c.name == name).values(text=text)
    if connection.execute(changed).rowcount == 0:
        connection.execute(SAVED_REPLIES.insert().values(name=name, text=text))


def delete_reply(connection: Connection, reply_id: int) -> None:
    """Delete a saved reply; one that is not there is no error."""
    connection.execute(SAVED_REPLIES.delete().where(SAVED_REPLIES.c.id == reply_id))
