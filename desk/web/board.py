"""What the queue's page shows, made once for all agents.

When something changes, every open page asks at the same moment. Two hundred rows take tens of
milliseconds to read and to write out; the first request does it, the others get the same text, with
their own token in its forms. A row that has not changed is not written out anew either.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import text
from sqlalchemy.engine import Connection, Row

from desk import handoffs, users
from desk.database import now
from desk.handoffs import Handoff
from desk.users import Session
from desk.web import pages

_FRESH_FOR = 10_000  # ms; waiting times are shown in minutes
_MINUTE = 60_000  # ms
# Gives other figures whenever the page is another one. As text: building it anew for every request
# took longer than the database needs for the answer.
_CHANGED = text(
    "SELECT count(*), sum(priority), sum(length(facts)), sum(length(coalesce(ticket, ''))), "
    "(SELECT max(id) FROM handoff_changes), (SELECT max(id) FROM users) "
    "FROM handoffs WHERE state IN ('queued', 'assigned')"
)


@dataclass(frozen=True)
class Line:
    """A conversation that an agent has, with the agent's name."""

    handoff: Handoff
    agent: str


@dataclass(frozen=True)
class _Seen:
    """The page as it was read last.

    Attributes:
        key: what `_CHANGED` gave then.
        waiting: who waits, as HTML with the board's own token in the forms.
        assigned: whom agents have.
        names: of all users, by id.
    """

    key: tuple[object, ...]
    waiting: str
    assigned: Sequence[Handoff]
    names: Mapping[int, str]


class Board:
    """The queue's page, until it changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen = _Seen((), "", (), {})
        self._rows: dict[tuple[object, ...], Markup] = {}  # as they are shown, by what they show
        # Stands for each agent's token; nobody can guess it and have it replaced in a message.
        self._token = secrets.token_urlsafe(32)

    def look(self, connection: Connection, session: Session) -> dict[str, Any]:
        """Return what the page shows one agent.

        Args:
            connection: inside a transaction.
            session: the agent's, whose forms carry its token.

        Returns:
            `waiting`: the list of who waits, as HTML; `mine` and `others`: lines of whom this
            agent and the others have; `now`: the moment for which it is.
        """
        moment = now()
        key = (moment // _FRESH_FOR, *connection.execute(_CHANGED).one())
        with self._lock:
            if key != self._seen.key:
                self._seen = self._read(connection, key)
            seen = self._seen
        lines = [Line(one, seen.names.get(one.agent_id or 0, "")) for one in seen.assigned]
        user_id = session.user.id
        own_token = str(Markup.escape(session.csrf))
        return {
            "waiting": Markup(seen.waiting.replace(self._token, own_token)),  # noqa: S704 - rendered
            "mine": [line for line in lines if line.handoff.agent_id == user_id],
            "others": [line for line in lines if line.handoff.agent_id != user_id],
            "now": moment,
        }

    def _read(self, connection: Connection, key: tuple[object, ...]) -> _Seen:
        moment, rows = now(), {}
        for row in handoffs.waiting_rows(connection):
            minutes = (moment - row.requested_at) // _MINUTE
            shown = (*row, minutes, moment > row.promised_at)
            rows[shown] = self._rows.get(shown) or self._write(row, moment)
        self._rows = rows
        html = pages.fragment("queue_waiting.html", rows=list(rows.values()))
        names = {one.id: one.name for one in users.everybody(connection)}
        return _Seen(key, html, handoffs.assigned(connection), names)

    def _write(self, row: Row, moment: int) -> Markup:
        one = handoffs.of_row(row)
        html = pages.fragment("queue_line.html", one=one, now=moment, csrf=self._token)
        return Markup(html)  # noqa: S704 - rendered
