"""The waiting list that all agents share."""

from __future__ import annotations

import pytest

from desk import handoffs, urgency
from desk.database import Database, now
from desk.states import Event
from desk.users import Role, Session, User
from desk.web import pages
from desk.web.board import Board
from tests.desk.people import add_user, wanted


def _session(csrf: str = "token", user_id: int = 1) -> Session:
    return Session(User(user_id, "anna", "Anna", Role.AGENT, True), csrf, now())


def _shown(board: Board, database: Database, csrf: str = "token") -> str:
    with database.read() as connection:
        return str(board.look(connection, _session(csrf))["waiting"])


def test_every_agent_s_forms_have_their_own_token(database: Database) -> None:
    with database.write() as connection:
        handoffs.request(connection, wanted(summary="A late parcel."))
    board = Board()
    first, second = _shown(board, database, "first"), _shown(board, database, 'se"cond')
    assert 'value="first"' in first
    assert 'value="se&#34;cond"' in second
    assert first.replace("first", "x") == second.replace("se&#34;cond", "x")


def test_it_is_made_once_until_something_changes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    original = pages.fragment
    monkeypatch.setattr(pages, "fragment", lambda *a, **k: made.append(1) or original(*a, **k))
    monkeypatch.setattr("desk.web.board._FRESH_FOR", 10**15)  # time alone changes nothing here
    board = Board()
    for _ in range(3):
        _shown(board, database)
    assert len(made) == 1


def test_each_change_is_in_the_next_look(either_database: Database) -> None:
    board = Board()
    assert "Nobody is waiting" in _shown(board, either_database)
    with either_database.write() as connection:
        agent = add_user(connection)
        one = handoffs.request(connection, wanted(customer_id="c", summary="A late parcel."))
    assert "A late parcel." in _shown(board, either_database)
    with either_database.write() as connection:
        urgency.note_customer(connection, one.id, True)
    assert "VIP" in _shown(board, either_database)
    with either_database.write() as connection:
        handoffs.set_ticket(connection, one.id, "T-9")
    assert "ticket T-9" in _shown(board, either_database)
    with either_database.write() as connection:
        handoffs.change(connection, one.id, Event.TAKE, by=agent, to=agent)
    assert "Nobody is waiting" in _shown(board, either_database)


def test_an_agent_sees_their_own_and_what_others_have(either_database: Database) -> None:
    board = Board()
    _shown(board, either_database)
    with either_database.write() as connection:
        anna, ben = add_user(connection, "Anna"), add_user(connection, "Ben")
        for agent, summary in ((anna, "A late parcel."), (ben, "A broken lamp.")):
            one = handoffs.request(connection, wanted(summary, summary=summary))
            handoffs.change(connection, one.id, Event.TAKE, by=agent, to=agent)
    with either_database.read() as connection:
        page = board.look(connection, _session(user_id=anna))
    assert [(line.handoff.summary, line.agent) for line in page["mine"]] == [
        ("A late parcel.", "Anna")
    ]
    assert [(line.handoff.summary, line.agent) for line in page["others"]] == [
        ("A broken lamp.", "Ben")
    ]
