"""What is done at the desk, and what Rasa is to be told of it."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from desk import clock, deliveries, handoffs, users
from desk.database import Database, now
from desk.desk import BadInput, Desk, NotAllowed
from desk.handoffs import NotYours
from desk.hours import Hours
from desk.reactions import on_event
from desk.states import Event, NotPossible, State
from desk.users import Role, User
from tests.desk.people import said, wanted

ALWAYS = Hours.load(Path("desk/hours.yml"))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, ALWAYS, 300, lambda: None)


def _user(desk: Desk, name: str, role: Role = Role.AGENT, *, here: bool = True) -> User:
    with desk.database.write() as connection:
        user = users.add(connection, name, name.title(), role, "correct horse battery")
        if here:
            users.begin_session(connection, user)
    return user


def _told(desk: Desk, conversation_id: str = "c1") -> list[str]:
    """The texts that wait to be sent to the customer."""
    with desk.database.read() as connection:
        found = deliveries.not_sent(connection, conversation_id)
    return [
        event["text"]
        for delivery in found
        if delivery.kind == "events"
        for event in delivery.body
        if event["event"] == "bot"
    ]


def _queued(desk: Desk, conversation_id: str = "c1", **more: object) -> int:
    desk.request(wanted(conversation_id, **more))
    with desk.database.read() as connection:
        found = handoffs.open_of(connection, conversation_id)
    assert found is not None
    return found.id


def _state(desk: Desk, handoff_id: int) -> State:
    with desk.database.read() as connection:
        return handoffs.get(connection, handoff_id).state


def test_with_nobody_at_the_desk_it_is_closed(desk: Desk) -> None:
    _user(desk, "anna", here=False)
    assert desk.request(wanted()).state == "closed"
    _user(desk, "ben")
    answer = desk.request(wanted())
    assert (answer.state, answer.place, answer.wait) == ("queued", 1, None)


def test_out_of_hours_it_is_closed(database: Database, tmp_path: Path) -> None:
    (tmp_path / "hours.yml").write_text("time_zone: UTC\nhours: {}\n")
    desk = Desk(database, Hours.load(tmp_path / "hours.yml"), 300, lambda: None)
    _user(desk, "anna")
    answer = desk.request(wanted())
    assert (answer.state, answer.opens_at) == ("closed", None)


def test_places_and_the_last_hour_s_wait_are_told(desk: Desk) -> None:
    anna = _user(desk, "anna")
    first = _queued(desk, "c1", at=now() - 120_000)
    assert desk.request(wanted("c2")).place == 2
    desk.take(anna, first)
    answer = desk.request(wanted("c3"))
    assert answer.place == 2
    assert answer.wait is not None
    assert 119 <= answer.wait <= 180
    assert desk.request(wanted("c1")).state == "assigned"


def test_the_customer_hears_of_every_change(desk: Desk) -> None:
    anna, ben = _user(desk, "anna"), _user(desk, "ben")
    one = _queued(desk, offer={"title": "Go on", "payload": "/track_order"})
    desk.take(anna, one)
    desk.say(anna, one, 'Hello "there" 🙂', "key-one1")
    desk.say(anna, one, 'Hello "there" 🙂', "key-one1")  # the browser sent it again
    desk.give(anna, one, ben.id)
    desk.say(ben, one, "Ben here", "key-two2")
    desk.resolve(ben, one, "solved", ["Delivery", " delivery ", ""])
    told = _told(desk)
    assert told[0].startswith("Anna has joined")
    assert told[1] == 'Hello "there" 🙂'
    assert told[2].startswith("Ben is taking over")
    assert told[3] == "Ben here"
    assert told[4].startswith("Ben has closed")
    with desk.database.read() as connection:
        kept = handoffs.get(connection, one)
        *_, last, asked = [d.body for d in deliveries.not_sent(connection, "c1")]
    assert (kept.state, kept.tags) == (State.RESOLVED, ["delivery"])
    assert [event["event"] for event in last] == ["resume", "slot", "bot", "action"]
    assert asked == "ask_survey"
    assert last[2]["data"]["buttons"] == [{"title": "Go on", "payload": "/track_order"}]
    assert last[3]["name"] == "action_listen"


def test_only_its_agent_speaks_in_a_conversation(desk: Desk) -> None:
    anna, ben = _user(desk, "anna"), _user(desk, "ben", Role.ADMIN)
    one = _queued(desk)
    with pytest.raises(NotPossible):
        desk.say(anna, one, "hello", "key-one1")
    desk.take(anna, one)
    with pytest.raises(NotYours):
        desk.say(ben, one, "hello", "key-one1")
    with pytest.raises(BadInput):
        desk.say(anna, one, " \n ", "key-one1")
    with pytest.raises(BadInput, match="4000"):
        desk.say(anna, one, "x" * 4001, "key-one1")


def test_agents_change_their_own_and_leads_everybody_s(desk: Desk) -> None:
    anna, ben, lea = _user(desk, "anna"), _user(desk, "ben"), _user(desk, "lea", Role.LEAD)
    one = _queued(desk)
    with pytest.raises(NotAllowed):
        desk.give(anna, one, ben.id)  # assigning is for leads
    desk.give(lea, one, anna.id)
    for change in (
        lambda: desk.release(ben, one),
        lambda: desk.give(ben, one, ben.id),
        lambda: desk.resolve(ben, one, "solved", []),
    ):
        with pytest.raises(NotYours):
            change()
    desk.release(lea, one)
    assert _state(desk, one) is State.QUEUED


def test_the_customer_may_leave_at_any_time_and_only_once(desk: Desk) -> None:
    anna = _user(desk, "anna")
    one = _queued(desk)
    desk.take(anna, one)
    # somebody came at the last moment
    assert desk.leave("c1", Event.MESSAGE) == (None, State.ASSIGNED)
    assert desk.leave("c1", Event.BACK) == (one, None)
    assert desk.leave("c1", Event.BACK) == (None, None)
    assert desk.leave("unknown", Event.BACK) == (None, None)
    assert _state(desk, one) is State.ABANDONED


def test_too_long_without_an_agent_the_customer_is_told_and_then_gets_a_ticket(desk: Desk) -> None:
    _user(desk, "anna")
    one = _queued(desk)
    start = now()
    assert clock.look(desk, start + 200_000) == 0
    assert clock.look(desk, start + 310_000) == 1
    assert clock.look(desk, start + 311_000) == 0  # told once
    assert _told(desk)[-1].startswith("I'm sorry: nobody")
    with desk.database.read() as connection:
        warned = handoffs.get(connection, one).warned_at
    assert warned is not None
    assert clock.look(desk, warned + 301_000) == 1
    assert _state(desk, one) is State.TICKET
    with desk.database.read() as connection:
        last = deliveries.not_sent(connection, "c1")[-1]
    assert (last.kind, last.body) == ("intent", "leave_message")


def test_an_agent_who_does_not_write_loses_the_conversation(desk: Desk) -> None:
    anna = _user(desk, "anna")
    one = _queued(desk)
    desk.take(anna, one)
    with desk.database.write() as connection:
        for delivery in deliveries.not_sent(connection, "c1"):
            deliveries.finish(connection, delivery)
    assert clock.look(desk, now() + 500_000) == 0
    assert clock.look(desk, now() + 601_000) == 1
    assert _state(desk, one) is State.QUEUED
    assert "go on with this" in _told(desk)[-1]


def test_at_closing_time_those_who_wait_get_a_ticket(database: Database, tmp_path: Path) -> None:
    (tmp_path / "hours.yml").write_text('time_zone: UTC\nhours: {mon: ["09:00-17:00"]}\n')
    hours = Hours.load(tmp_path / "hours.yml")
    desk = Desk(database, hours, 300, lambda: None)
    monday = datetime(2026, 11, 23, 16, 59, tzinfo=timezone.utc).timestamp() * 1000
    with database.write() as connection:
        one = handoffs.request(connection, wanted(at=int(monday))).id
    assert clock.look(desk, int(monday) + 30_000) == 0
    assert clock.look(desk, int(monday) + 61_000) == 1
    assert _state(desk, one) is State.TICKET


# What the assistant could not tell because the desk was down


def _slot(name: str, value: object, at: float, **more: object) -> dict[str, object]:
    event = {"sender_id": "c1", "event": "slot", "timestamp": at, "name": name, "value": value}
    return event | more


def test_a_request_made_while_the_desk_was_down_is_found_once(desk: Desk) -> None:
    kept = {"key": "k" * 8, "channel": "sms", "reason": "not_understood", "ticket": "T-1"}
    with desk.database.write() as connection:
        on_event(connection, _slot("handoff_request", kept, 1000.0))
        on_event(connection, _slot("handoff_request", kept, 1001.0))  # a new session repeats it
        (one,) = handoffs.waiting(connection)
        # the assistant goes on answering until an agent takes it
        assert handoffs.status(connection, "c1") == "ticket"
    assert (one.ticket, one.channel, one.requested_at) == ("T-1", "sms", 1_000_000)
    assert clock.look(desk) == 0  # its promise is the ticket's
    desk.take(_user(desk, "anna"), one.id)
    with desk.database.read() as connection:
        assert handoffs.status(connection, "c1") == "assigned"


def test_one_whose_answer_was_lost_is_the_same(desk: Desk) -> None:
    _user(desk, "anna")
    request = wanted("c1")
    one = _queued(desk, "c1", key=request.key)
    with desk.database.write() as connection:
        kept = {"key": request.key, "channel": "web", "reason": "x", "ticket": "T-2"}
        on_event(connection, _slot("handoff_request", kept, now() / 1000 + 1))
        assert handoffs.get(connection, one).ticket == "T-2"
        assert len(handoffs.waiting(connection)) == 1


@pytest.mark.parametrize(("value", "state"), [(None, State.ABANDONED), ("ticket", State.TICKET)])
def test_a_customer_who_left_while_the_desk_was_down_is_not_waited_for(
    desk: Desk, value: str | None, state: State
) -> None:
    _user(desk, "anna")
    one = _queued(desk)
    later = now() / 1000 + 5
    with desk.database.write() as connection:
        on_event(connection, _slot("handoff_status", value, 1.0))  # of an earlier handoff
        on_event(connection, _slot("handoff_status", "queued", later))
        mine = {"desk_delivery": 1}
        on_event(connection, _slot("handoff_status", value, later, metadata=mine))
        on_event(connection, said("hello"))
        assert handoffs.get(connection, one).state is State.QUEUED
        on_event(connection, _slot("handoff_status", value, later))
    assert _state(desk, one) is state
