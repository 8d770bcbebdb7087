"""E-mails and texts: this shop "sends" them by putting them where `/mailbox` shows them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from backends.demo import times

# As many as a page can show and a person can read.
NEWEST = 200


@dataclass(frozen=True)
class Message:
    """One e-mail or text.

    Attributes:
        id: counts up; the newest has the highest.
        medium: `email` or `text`.
        kind: what it is for: `code`, `password_reset`, `password_changed`, `username`, `ticket`,
            `order_change`, `profile_change`.
        to: an e-mail address or a phone number.
        subject: one line; empty for a text.
        body: plain text.
        sent_at: RFC 3339 in UTC.
    """

    id: int
    medium: str
    kind: str
    to: str
    subject: str
    body: str
    sent_at: str


def send_email(
    connection: sqlite3.Connection, *, to: str, kind: str, subject: str, body: str, at: datetime
) -> None:
    """Send an e-mail, as part of the change that causes it."""
    _put(connection, "email", kind, to, subject, body, at)


def send_text(
    connection: sqlite3.Connection, *, to: str, kind: str, body: str, at: datetime
) -> None:
    """Send a text to a phone, as part of the change that causes it."""
    _put(connection, "text", kind, to, "", body, at)


def last_sent(connection: sqlite3.Connection, to: str, kind: str) -> datetime | None:
    """When somebody was last sent a message of this kind."""
    row = connection.execute(
        "SELECT max(sent_at) FROM messages WHERE recipient = ? AND kind = ?", (to, kind)
    ).fetchone()
    return None if row[0] is None else times.read(row[0])


def newest(connection: sqlite3.Connection) -> list[Message]:
    """What arrived last, newest first."""
    rows = connection.execute(
        "SELECT id, medium, kind, recipient, subject, body, sent_at FROM messages"
        " ORDER BY id DESC LIMIT ?",
        (NEWEST,),
    )
    return [Message(*row) for row in rows]


def _put(
    connection: sqlite3.Connection,
    medium: str,
    kind: str,
    to: str,
    subject: str,
    body: str,
    at: datetime,
) -> None:
    connection.execute(
        "INSERT INTO messages (medium, kind, recipient, subject, body, sent_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (medium, kind, to, subject, body, times.write(at)),
    )
