from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from desk import handoffs
from desk.database import Database
from desk.handoffs import NotYours, UnknownHandoff
from desk.schema import CHANGES
from desk.states import Event, NotPossible, State
from tests.desk.people import add_user, wanted


def _together(work: list[Callable[[], None]]) -> None:
    """Runs each in a thread of its own, all let go at the same moment."""
    gate = threading.Barrier(len(work))

    def go(one: Callable[[], None]) -> None:
        gate.wait()
        one()

    threads = [threading.Thread(target=go, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_agents_never_both_take_one(either_database: Database) -> None:
    with either_database.write() as connection:
        agents = [add_user(connection) for _ in range(8)]
        ids = [handoffs.request(connection, wanted(f"c{i}")).id for i in range(5)]
    taken: list[tuple[int, int]] = []

    def taker(handoff_id: int, agent: int) -> Callable[[], None]:
        def take() -> None:
            try:
                with either_database.write() as connection:
                    handoffs.change(connection, handoff_id, Event.TAKE, by=agent, to=agent)
                taken.append((handoff_id, agent))
            except NotPossible:
                pass

        return take

    for handoff_id in ids:
        _together([taker(handoff_id, agent) for agent in agents])
    assert sorted(handoff_id for handoff_id, _ in taken) == sorted(ids)
    with either_database.read() as connection:
        for handoff_id, agent in taken:
            assert handoffs.get(connection, handoff_id).agent_id == agent
        events = connection.execute(select(CHANGES.c.event)).scalars().all()
    assert sorted(events) == ["request"] * 5 + ["take"] * 5


def test_the_same_request_made_at_once_from_many_sides_is_one(either_database: Database) -> None:
    found: list[int] = []

    def ask(key: str) -> Callable[[], None]:
        def work() -> None:
            with either_database.write() as connection:
                found.append(handoffs.request(connection, wanted("c1", key=key)).id)

        return work

    _together([ask(f"key{number}") for number in range(8)])
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_request_made_again_after_the_end_does_not_open_a_second(database: Database) -> None:
    with database.write() as connection:
        agent = add_user(connection)
        first = handoffs.request(connection, wanted("c1", key="k"))
        handoffs.change(connection, first.id, Event.TAKE, to=agent)
        handoffs.change(connection, first.id, Event.RESOLVE)
        assert handoffs.request(connection, wanted("c1", key="k")).id == first.id
        again = handoffs.request(connection, wanted("c1", key="another"))
    assert again.id != first.id
    assert again.state is State.QUEUED


def test_the_queue_is_oldest_first_within_priority(database: Database) -> None:
    with database.write() as connection:
        for name, priority, at in [
            ("young", "normal", 3000),
            ("old", "normal", 1000),
            ("angry", "high", 4000),
            ("patient", "low", 500),
        ]:
            handoffs.request(connection, wanted(name, priority=priority, at=at))
        queue = handoffs.waiting(connection)
        assert [one.conversation_id for one in queue] == ["angry", "old", "young", "patient"]
        assert [handoffs.place(connection, one) for one in queue] == [1, 2, 3, 4]


def test_released_it_keeps_its_place_and_its_first_taker_s_time(database: Database) -> None:
    with database.write() as connection:
        agent = add_user(connection)
        first = handoffs.request(connection, wanted("c1", at=1000))
        handoffs.request(connection, wanted("c2", at=2000))
        taken = handoffs.change(connection, first.id, Event.TAKE, by=agent, to=agent)
        released = handoffs.change(connection, first.id, Event.RELEASE, by=agent)
        assert handoffs.waiting(connection)[0].id == first.id
    assert (released.agent_id, released.assigned_at) == (None, None)
    assert released.taken_at == taken.taken_at is not None


def test_transferred_it_has_another_agent_and_both_are_on_record(database: Database) -> None:
    with database.write() as connection:
        anna, ben = add_user(connection, "Anna"), add_user(connection, "Ben")
        one = handoffs.request(connection, wanted())
        handoffs.change(connection, one.id, Event.TAKE, by=anna, to=anna)
        moved = handoffs.change(connection, one.id, Event.TRANSFER, by=anna, to=ben, only_of=anna)
        assert handoffs.assigned(connection, ben) == [moved]
        assert handoffs.assigned(connection, anna) == []
        order = select(CHANGES.c.event, CHANGES.c.user_id, CHANGES.c.agent_id).order_by(
            CHANGES.c.id
        )
        record = [tuple(row) for row in connection.execute(order)]
    assert record == [("request", None, None), ("take", anna, anna), ("transfer", anna, ben)]


def test_another_agent_s_handoff_stays_where_it_is(database: Database) -> None:
    with database.write() as connection:
        anna, ben = add_user(connection, "Anna"), add_user(connection, "Ben")
        one = handoffs.request(connection, wanted())
        handoffs.change(connection, one.id, Event.TAKE, by=anna, to=anna)
        with pytest.raises(NotYours):
            handoffs.change(connection, one.id, Event.RESOLVE, by=ben, only_of=ben)
        assert handoffs.get(connection, one.id).state is State.ASSIGNED


def test_an_end_leaves_the_conversation_free_and_keeps_what_came_of_it(database: Database) -> None:
    with database.write() as connection:
        agent = add_user(connection)
        one = handoffs.request(connection, wanted(facts={"order number": "10023"}))
        handoffs.change(connection, one.id, Event.TAKE, to=agent)
        closing = {"outcome": "solved", "tags": '["delivery"]'}
        handoffs.change(connection, one.id, Event.RESOLVE, by=agent, closing=closing)
        assert handoffs.open_of(connection, "c1") is None
        kept = handoffs.get(connection, one.id)
    assert (kept.outcome, kept.tags, kept.agent_id) == ("solved", ["delivery"], agent)
    assert kept.facts == {"order number": "10023"}
    assert kept.closed_at is not None


def test_an_unknown_one_is_refused(database: Database) -> None:
    with database.write() as connection, pytest.raises(UnknownHandoff):
        handoffs.change(connection, 99, Event.TAKE)
