"""How the desk does, in figures: how often people take over, how soon, for how long, how well.

A conversation is what one customer writes until 30 quiet minutes; it counts at its beginning. A
handoff counts when it was asked for.
"""

from __future__ import annotations

import statistics
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection, Row

from desk import goals
from desk.schema import CONVERSATIONS, EVENTS, HANDOFFS, SURVEYS
from desk.states import State

_QUIET = 1_800_000  # ms after which a customer's next message begins another conversation
_GOOD = 4  # of 5: a customer who gives this or more is content
_EXAMPLES = 5  # handoffs shown for each reason


@dataclass(frozen=True)
class Figures:
    """The figures of a part of all conversations.

    Attributes:
        name: of the part, such as `web` or a day.
        conversations: how many began; None where a part has handoffs only.
        with_handoff: in how many of them a person was asked for; None as above.
        with_goal: how many of them had a goal; None as above.
        deflected: how many of these reached what they were for without a person, and were not
            followed by another on the same goal within 72 hours; None as above.
        silent: how many of these ended with a goal left, without a person and without a word.
        handoffs: how often a person was asked for.
        tickets: how many of these handoffs became a ticket.
        abandoned: in how many of them the customer went back to the assistant.
        wait: median ms until an agent took it; None if nobody took one.
        slow_wait: the same at the 95th percentile.
        agent_time: median ms from then until it ended; None if none ended.
        asked, answered, content: customers asked for a rating, who gave one, and who gave 4 or 5.
        examples: ids of the newest handoffs.
    """

    name: str
    conversations: int | None
    with_handoff: int | None
    with_goal: int | None
    deflected: int | None
    silent: int | None
    handoffs: int
    tickets: int
    abandoned: int
    wait: int | None
    slow_wait: int | None
    agent_time: int | None
    asked: int
    answered: int
    content: int
    examples: Sequence[int]

    @property
    def handoff_rate(self) -> float | None:
        """Conversations with a handoff among all; None without any conversation."""
        return None if self.with_handoff is None else _share(self.with_handoff, self.conversations)

    @property
    def deflection(self) -> float | None:
        """Deflected conversations among those with a goal; None without any."""
        return None if self.deflected is None else _share(self.deflected, self.with_goal)

    @property
    def silence(self) -> float | None:
        """Silently abandoned conversations among those with a goal; None without any."""
        return None if self.silent is None else _share(self.silent, self.with_goal)

    @property
    def csat(self) -> float | None:
        """Ratings of 4 and 5 among all ratings; None without any."""
        return _share(self.content, self.answered)

    @property
    def answer_rate(self) -> float | None:
        """Ratings among those who were asked; None if nobody was."""
        return _share(self.answered, self.asked)


def _share(part: int, whole: int | None) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True)
class _Conversation:
    """One conversation, as the figures count it."""

    channel: str
    day: str
    has_goal: bool
    is_deflected: bool
    is_silent: bool


@dataclass(frozen=True)
class Report:
    """The figures of a period: of everything, and by what it can be parted."""

    all: Figures
    by_channel: Sequence[Figures]
    by_day: Sequence[Figures]
    by_reason: Sequence[Figures]
    by_skill: Sequence[Figures]


def report(connection: Connection, since: int, until: int) -> Report:
    """Return the figures of a period.

    Args:
        connection: inside a transaction.
        since, until: ms since 1970; the end is not part of it.
    """
    rows = _conversations(connection, since, until)
    asked = _handoffs(connection, since, until)
    places = _places(rows, asked)
    begun = _judged(connection, rows, places, until)
    by_channel = _parts(
        [one.channel for one in begun], [row.channel for row in asked], begun, asked, places
    )
    by_day = _parts(
        [one.day for one in begun], [_day(row.requested_at) for row in asked], begun, asked, places
    )
    everything = _parts(["all"] * len(begun), ["all"] * len(asked), begun, asked, places, ["all"])
    return Report(
        everything[0],
        _largest(by_channel),
        sorted(by_day, key=lambda one: one.name, reverse=True),
        _largest(_parts(None, [row.reason for row in asked], begun, asked, places)),
        _largest(_parts(None, [row.skill or "unknown" for row in asked], begun, asked, places)),
    )


def _judged(
    connection: Connection, rows: Sequence[Row], places: Sequence[int | None], until: int
) -> list[_Conversation]:
    """Tell of each conversation whether it reached its goal without a person."""
    found = goals.of(connection, rows, until)
    again = goals.asked_again(rows, found)
    handed = set(places)
    latest = {row.conversation_id: place for place, row in enumerate(rows)}
    judged = []
    for place, (row, one) in enumerate(zip(rows, found, strict=True)):
        alone = place not in handed
        is_over = row.last_at < until - _QUIET or latest[row.conversation_id] != place
        judged.append(
            _Conversation(
                row.channel,
                _day(row.at),
                bool(one.wanted),
                alone and bool(one.reached) and not one.left and not again[place],
                alone and bool(one.left) and is_over,
            )
        )
    return judged


def _conversations(connection: Connection, since: int, until: int) -> list[Row]:
    """Return the beginnings of conversations: `conversation_id`, `customer_id`, `at`, `channel`.

    `last_at` is when the customer wrote last; a later conversation of theirs has the same.
    """
    column = EVENTS.c
    before = func.lag(column.at).over(
        partition_by=column.conversation_id, order_by=(column.at, column.id)
    )
    said = (
        select(column.conversation_id, column.at, before.label("before"))
        .where(column.who == "customer", column.at >= since - _QUIET, column.at < until)
        .subquery()
    )
    first = or_(said.c.before.is_(None), said.c.at - said.c.before > _QUIET)
    query = (
        select(
            said.c.conversation_id,
            said.c.at,
            CONVERSATIONS.c.channel,
            CONVERSATIONS.c.customer_id,
            CONVERSATIONS.c.customer_at.label("last_at"),
        )
        .join(CONVERSATIONS, CONVERSATIONS.c.id == said.c.conversation_id)
        .where(first, said.c.at >= since)
    )
    return list(connection.execute(query.order_by(said.c.at)))


def _handoffs(connection: Connection, since: int, until: int) -> list[Row]:
    column = HANDOFFS.c
    query = (
        select(HANDOFFS, SURVEYS.c.asked_at, SURVEYS.c.score)
        .select_from(HANDOFFS.outerjoin(SURVEYS, SURVEYS.c.handoff_id == column.id))
        .where(column.requested_at >= since, column.requested_at < until)
    )
    return list(connection.execute(query.order_by(column.id)))


def _places(begun: Sequence[Row], asked: Sequence[Row]) -> list[int | None]:
    """Return for each handoff in which of the conversations it was; None if it began earlier."""
    begins: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for place, row in enumerate(begun):
        begins[row.conversation_id].append((row.at, place))
    found: list[int | None] = []
    for row in asked:
        own = begins[row.conversation_id]
        after = bisect_right(own, (row.requested_at, len(begun)))
        found.append(own[after - 1][1] if after else None)
    return found


def _parts(
    of_begun: Sequence[str] | None,
    of_asked: Sequence[str],
    begun: Sequence[_Conversation],
    asked: Sequence[Row],
    places: Sequence[int | None],
    always: Sequence[str] = (),
) -> list[Figures]:
    """Return the figures of each part.

    Args:
        of_begun: the part of each conversation; None if only handoffs have such parts.
        of_asked: the part of each handoff.
        begun: the conversations.
        asked: the handoffs.
        places: in which conversation each was.
        always: parts that are there without anything in them.
    """
    inside: dict[str, list[int]] = {name: [] for name in always}
    for place, name in enumerate(of_begun or ()):
        inside.setdefault(name, []).append(place)
    rows: dict[str, list[Row]] = {name: [] for name in inside}
    for name, row in zip(of_asked, asked, strict=True):
        rows.setdefault(name, []).append(row)
    handed = set(places)
    return [
        _figures(
            name,
            found,
            None if of_begun is None else [begun[place] for place in inside.get(name, ())],
            sum(place in handed for place in inside.get(name, ())),
        )
        for name, found in rows.items()
    ]


def _figures(
    name: str, rows: Sequence[Row], begun: Sequence[_Conversation] | None, with_handoff: int
) -> Figures:
    waits = [row.taken_at - row.requested_at for row in rows if row.taken_at is not None]
    spent = [
        row.closed_at - row.taken_at
        for row in rows
        if row.taken_at is not None and row.closed_at is not None
    ]
    scores = [row.score for row in rows if row.score is not None]
    return Figures(
        name=name,
        conversations=None if begun is None else len(begun),
        with_handoff=None if begun is None else with_handoff,
        with_goal=None if begun is None else sum(one.has_goal for one in begun),
        deflected=None if begun is None else sum(one.is_deflected for one in begun),
        silent=None if begun is None else sum(one.is_silent for one in begun),
        handoffs=len(rows),
        tickets=sum(row.state == State.TICKET.value or row.ticket is not None for row in rows),
        abandoned=sum(row.state == State.ABANDONED.value for row in rows),
        wait=_percentile(waits, 50),
        slow_wait=_percentile(waits, 95),
        agent_time=_percentile(spent, 50),
        asked=sum(row.asked_at is not None for row in rows),
        answered=len(scores),
        content=sum(score >= _GOOD for score in scores),
        examples=[row.id for row in rows[-_EXAMPLES:]][::-1],
    )


def _percentile(values: Sequence[int], percent: int) -> int | None:
    if not values:
        return None
    if len(values) == 1:
        return values[0]
    return int(statistics.quantiles(values, n=100, method="inclusive")[percent - 1])


def _largest(parts: Iterable[Figures]) -> list[Figures]:
    return sorted(parts, key=lambda one: (-one.handoffs, -(one.conversations or 0), one.name))


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, timezone.utc):%Y-%m-%d}"
