"""The figures of the desk, over conversations whose figures are known."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from desk import conversations, handoffs, kpis, surveys
from desk.database import Database
from desk.schema import HANDOFFS
from desk.states import Event
from tests.desk.people import add_user, said, wanted

MINUTE = 60_000
START = 1_700_000_040_000  # 2023-11-14, 22:14 UTC
DAY = 86_400_000


def _customer(connection: Connection, name: str, channel: str, *minutes: int) -> None:
    for minute in minutes:
        at = START / 1000 + 60 * minute
        conversations.add(connection, said("Hello", name, at, input_channel=channel))


def _handoff(connection: Connection, name: str, channel: str, minute: int, **more: object) -> int:
    at = START + minute * MINUTE
    values = {"channel": channel, "at": at, **more}
    return handoffs.request(connection, wanted(name, **values)).id


def _taken(connection: Connection, one: int, waited: int, took: int, score: int | None) -> None:
    """Have an agent take and resolve a handoff, in minutes; the customer rates it or is silent."""
    agent = add_user(connection)
    handoffs.change(connection, one, Event.TAKE, by=agent, to=agent)
    done = handoffs.change(connection, one, Event.RESOLVE, by=agent)
    taken_at = done.requested_at + waited * MINUTE
    closed_at = taken_at + took * MINUTE
    row = HANDOFFS.update().where(HANDOFFS.c.id == one)
    connection.execute(row.values(taken_at=taken_at, closed_at=closed_at))
    surveys.asked(connection, done, closed_at)
    if score is not None:
        surveys.answered(connection, done.conversation_id, closed_at + 1, score, None)


def test_the_figures_of_a_known_day(either_database: Database) -> None:
    with either_database.write() as connection:
        _customer(connection, "a", "web", 0, 20, 49)  # one conversation: never 30 quiet minutes
        _customer(connection, "b", "web", 0, 40)  # two
        _customer(connection, "c", "slack", 5)
        _customer(connection, "d", "slack", 7)
        first = _handoff(connection, "a", "web", 21, reason="frustrated", skill="orders")
        second = _handoff(connection, "b", "web", 41, reason="frustrated")
        third = _handoff(connection, "c", "slack", 6)
        fourth = _handoff(connection, "d", "slack", 8, reason="not_understood", ticket="T-1")
        _taken(connection, first, 2, 10, 5)
        _taken(connection, second, 4, 20, 2)
        handoffs.change(connection, third, Event.BACK)
    with either_database.read() as connection:
        report = kpis.report(connection, START, START + DAY)
    everything = report.all
    assert (everything.conversations, everything.with_handoff, everything.handoffs) == (5, 4, 4)
    assert everything.handoff_rate == 0.8
    assert (everything.wait, everything.agent_time) == (3 * MINUTE, 15 * MINUTE)
    assert everything.slow_wait is not None
    assert 3 * MINUTE < everything.slow_wait <= 4 * MINUTE
    assert (everything.asked, everything.answered, everything.csat) == (2, 2, 0.5)
    assert (everything.tickets, everything.abandoned) == (1, 1)
    web, slack = report.by_channel
    assert (web.name, web.conversations, web.with_handoff) == ("web", 3, 2)
    assert (slack.name, slack.conversations, slack.abandoned) == ("slack", 2, 1)
    assert [(one.name, one.examples) for one in report.by_reason] == [
        ("frustrated", [second, first]),
        ("customer_asked", [third]),
        ("not_understood", [fourth]),
    ]
    assert {one.name: one.handoffs for one in report.by_skill} == {"orders": 1, "unknown": 3}
    assert [one.name for one in report.by_day] == ["2023-11-14"]


def test_only_the_period_counts(database: Database) -> None:
    with database.write() as connection:
        _customer(connection, "a", "web", -10, 5)  # began before it
        _customer(connection, "b", "web", 1, 2)
        _handoff(connection, "a", "web", 6)
    with database.read() as connection:
        report = kpis.report(connection, START, START + 5 * MINUTE)
        later = kpis.report(connection, START + 5 * MINUTE, START + DAY)
    assert (report.all.conversations, report.all.handoffs) == (1, 0)
    # asked for in a conversation that had begun before: a handoff, but none of these conversations
    assert (later.all.conversations, later.all.handoffs, later.all.with_handoff) == (0, 1, 0)
    assert later.all.handoff_rate is None


def test_nothing_yet_has_no_figures(database: Database) -> None:
    with database.read() as connection:
        report = kpis.report(connection, START, START + DAY)
    assert (report.all.conversations, report.all.handoff_rate, report.all.wait) == (0, None, None)
    assert report.by_channel == []
