"""What customers say of a conversation with a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk import deliveries, handoffs, surveys, users
from desk.database import Database, now
from desk.desk import Desk
from desk.hours import Hours
from desk.reactions import on_event
from desk.users import Role
from tests.desk.people import wanted


@pytest.fixture
def handoff_id(database: Database) -> int:
    """A handoff that an agent has resolved."""
    desk = Desk(database, Hours.load(Path("desk/hours.yml")), 300, lambda: None)
    with database.write() as connection:
        user = users.add(connection, "anna", "Anna", Role.AGENT, "correct horse battery")
        users.begin_session(connection, user)
    desk.request(wanted("c1"))
    with database.read() as connection:
        there = handoffs.open_of(connection, "c1")
    assert there is not None
    desk.take(user, there.id)
    desk.resolve(user, there.id, "solved", [])
    return there.id


def _said(database: Database, value: object) -> None:
    event = {"event": "slot", "name": "survey", "sender_id": "c1", "timestamp": 1.0, "value": value}
    with database.write() as connection:
        on_event(connection, event)


def _kept(database: Database, handoff_id: int) -> tuple[int, str | None] | None:
    with database.read() as connection:
        row = surveys.of(connection, handoff_id)
    return None if row is None else (row.score, row.comment)


def test_the_customer_is_asked_once(database: Database, handoff_id: int) -> None:
    with database.write() as connection:
        asked = [d for d in deliveries.not_sent(connection, "c1") if d.body == "ask_survey"]
        assert len(asked) == 1
        assert not surveys.asked(connection, handoffs.get(connection, handoff_id), now())


def test_a_rating_and_then_its_comment_are_kept_once(database: Database, handoff_id: int) -> None:
    at = now() / 1000 + 1
    _said(database, {"rating": 4, "comment": None, "at": at})
    assert _kept(database, handoff_id) == (4, None)
    _said(database, {"rating": 1, "comment": "quick", "at": at})
    assert _kept(database, handoff_id) == (4, "quick")
    _said(database, {"rating": 2, "comment": "slow", "at": at})
    assert _kept(database, handoff_id) == (4, "quick")


@pytest.mark.parametrize(
    "value",
    [
        {"rating": 6, "comment": None, "at": 9e9},
        {"rating": "4", "comment": None, "at": 9e9},
        {"rating": 4, "comment": None},
        {"rating": 4, "comment": None, "at": 1.0},  # said before this one was asked
        {},
        None,
        "4",
    ],
)
def test_what_is_no_answer_is_left_out(database: Database, handoff_id: int, value: object) -> None:
    _said(database, value)
    assert _kept(database, handoff_id) is None
