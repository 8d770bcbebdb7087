"""The list of who waits, made once for all agents.

When something changes, every open page asks at the same moment. Two hundred rows take tens of
milliseconds to read and to write out; the first request does it, the others get the same text, with
their own token in its forms.
"""

from __future__ import annotations

import secrets
import threading

from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from desk import handoffs
from desk.database import now
from desk.schema import CHANGES, HANDOFFS
from desk.states import State
from desk.web import pages

_FRESH_FOR = 10_000  # ms; waiting times are shown in minutes


class Board:
    """The waiting list as HTML, until it changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[object, ...] | None = None
        self._html = ""
        # Stands for each agent's token; nobody can guess it and have it replaced in a message.
        self._token = secrets.token_urlsafe(32)

    def waiting(self, connection: Connection, csrf: str) -> Markup:
        """Return the list for one agent.

        Args:
            connection: inside a transaction.
            csrf: what the agent's forms must carry.
        """
        key = _key(connection)
        with self._lock:
            if key != self._key:
                self._html = pages.fragment(
                    "queue_waiting.html",
                    waiting=handoffs.waiting(connection),
                    now=now(),
                    csrf=self._token,
                )
                self._key = key
            html = self._html
        return Markup(html.replace(self._token, str(Markup.escape(csrf))))  # noqa: S704 - rendered


def _key(connection: Connection) -> tuple[object, ...]:
    """Return what is another value whenever the list is another one; cheap to ask for."""
    column = HANDOFFS.c
    waiting = select(
        func.count(),
        func.sum(column.priority),
        func.sum(func.length(column.facts)),
        func.sum(func.length(func.coalesce(column.ticket, ""))),
    ).where(column.state == State.QUEUED.value)
    last = connection.execute(select(func.max(CHANGES.c.id))).scalar()
    return (now() // _FRESH_FOR, last, *connection.execute(waiting).one())
