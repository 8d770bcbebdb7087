"""What customers came for, and whether they got it: read from the slots that the assistant sets.

A task begins when the slot `task` names it, and is done when one action empties `task` and sets
`next_step` to `done`, in a turn that did not fail. A question is a goal too: it is answered when
the slot `article` names an article, unless the customer then says that it was no help.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Connection, Row

from desk.conversations import Entry, of_row
from desk.schema import EVENTS

AGAIN_WITHIN = 72 * 3_600_000  # ms in which a new conversation on the same goal undoes the first
_SLOTS = ("task", "next_step", "article", "failure")
_NO_HELP = ("article_no_help", "wrong_answer")


@dataclass
class Goals:
    """The goals of one conversation.

    Attributes:
        wanted: what the customer came for.
        reached: what of it was done or answered.
        taken_back: what the customer did not want any more.
    """

    wanted: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)

    @property
    def left(self) -> set[str]:
        """What was neither reached nor taken back."""
        return self.wanted - self.reached - self.taken_back


def of(connection: Connection, begun: Sequence[Row], until: int) -> list[Goals]:
    """Return the goals of conversations.

    Args:
        connection: inside a transaction.
        begun: their beginnings: `conversation_id` and `at`, oldest first.
        until: what happened later is left out, ms since 1970.
    """
    begins: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for place, row in enumerate(begun):
        begins[row.conversation_id].append((row.at, place))
    found = [Goals() for _ in begun]
    if not begun:
        return found
    readers: dict[int, _Reader] = {}
    for entry in _entries(connection, min(row.at for row in begun), until):
        own = begins.get(entry.conversation_id, [])
        after = bisect_right(own, (entry.at, len(begun)))
        if after:
            place = own[after - 1][1]
            readers.setdefault(place, _Reader(found[place])).read(entry)
    for reader in readers.values():
        reader.end_turn()
    return found


def asked_again(begun: Sequence[Row], goals: Sequence[Goals]) -> list[bool]:
    """Tell of each conversation whether the same customer soon began another on the same goal.

    Args:
        begun: the beginnings, oldest first, with `conversation_id`, `customer_id` and `at`.
        goals: of each.
    """
    again = [False] * len(begun)
    latest: dict[tuple[str, str], int] = {}
    for place, row in enumerate(begun):
        for goal in goals[place].wanted:
            for who in filter(None, (row.conversation_id, row.customer_id)):
                before = latest.get((who, goal))
                if before is not None and row.at - begun[before].at <= AGAIN_WITHIN:
                    again[before] = True
                latest[who, goal] = place
    return again


def _entries(connection: Connection, since: int, until: int) -> Iterable[Entry]:
    """Return the messages, and what happened to the slots that tell of goals, in order."""
    names = or_(*(EVENTS.c.data.like(f'%"name": "{name}"%') for name in _SLOTS))
    wanted = or_(EVENTS.c.who == "customer", and_(EVENTS.c.kind == "slot", names))
    query = select(EVENTS).where(EVENTS.c.at >= since, EVENTS.c.at < until, wanted)
    return (of_row(row) for row in connection.execute(query.order_by(EVENTS.c.at, EVENTS.c.id)))


class _Reader:
    """Follows one conversation's slots from turn to turn."""

    def __init__(self, goals: Goals) -> None:
        self._goals = goals
        self._task = ""
        self._left: str | None = None  # a task that was just emptied: done or dropped
        self._done: set[str] = set()  # in this turn, if it does not fail
        self._answered = ""
        self._failed = False

    def read(self, entry: Entry) -> None:
        """Take one event in."""
        if entry.who == "customer":
            self.end_turn()
            return
        name, value = entry.data.get("name"), entry.data.get("value")
        if name == "task":
            self._take_task(value)
        elif name == "next_step" and self._left is not None:
            (self._done if value == "done" else self._goals.taken_back).add(self._left)
            self._left = None
        elif name == "article" and isinstance(value, Mapping):
            self._answered = f"article {value.get('id')}"
            self._goals.wanted.add(self._answered)
            self._done.add(self._answered)
        elif name == "failure" and value is not None:
            self._failed = True
            if value in _NO_HELP:
                self._goals.reached.discard(self._answered)

    def end_turn(self) -> None:
        """Count what was done in the turn, unless the turn has failed."""
        if not self._failed:
            self._goals.reached |= self._done
        self._done, self._failed, self._left = set(), False, None

    def _take_task(self, value: Any) -> None:
        if value:
            self._task = str(value)
            self._goals.wanted.add(self._task)
            self._goals.taken_back.discard(self._task)
        elif self._task:
            self._left, self._task = self._task, ""
