"""What customers came for, read from the slots as the assistant sets them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection

from desk import conversations, handoffs, kpis
from desk.database import Database
from desk.reactions import on_event
from desk.states import Event
from tests.desk.people import said, wanted

START = 1_700_000_040.0  # s since 1970
HOUR = 3600.0
DAY_MS = 86_400_000


class Customer:
    """Somebody whose conversation is played, a few seconds a step."""

    def __init__(self, connection: Connection, name: str, at: float = 0.0) -> None:
        self._connection, self._name, self._at = connection, name, START + at

    def says(self, text: str = "hello") -> Customer:
        self._at += 5
        conversations.add(self._connection, said(text, self._name, self._at))
        return self

    def slots(self, **values: Any) -> Customer:
        for name, value in values.items():
            self._at += 0.01
            event = {
                "sender_id": self._name,
                "event": "slot",
                "timestamp": self._at,
                "name": name,
                "value": value,
            }
            if conversations.add(self._connection, event):
                on_event(self._connection, event)
        return self

    def begins(self, task: str) -> Customer:
        return self.says().slots(task=task, failure=None)

    def done(self) -> Customer:
        return self.slots(task=None, paused_task=None, next_step="done")


def figures(connection: Connection) -> tuple[int | None, int | None, int | None]:
    """With a goal, deflected, silent; half a day after the last that is played."""
    since = int(START * 1000) - 1000
    everything = kpis.report(connection, since, since + 30 * DAY_MS).all
    return everything.with_goal, everything.deflected, everything.silent


def test_who_gets_what_they_came_for_is_deflected(either_database: Database) -> None:
    with either_database.write() as connection:
        Customer(connection, "hello").says("hello").says("bye")  # came for nothing that we know
        Customer(connection, "tracks").begins("track_order").says("10023").done().says("thanks")
        Customer(connection, "asks").says().slots(article={"id": "returns", "title": "Returns"})
    with either_database.read() as connection:
        assert figures(connection) == (2, 2, 0)


def test_what_failed_was_not_reached(either_database: Database) -> None:
    with either_database.write() as connection:
        one = Customer(connection, "no order").begins("track_order").says("99999").done()
        one.slots(failure="order_not_found")
        two = Customer(connection, "no help").says().slots(article={"id": "returns"})
        two.says("that is wrong").slots(article=None, failure="article_no_help")
        Customer(connection, "gone").begins("reset_password")
    with either_database.read() as connection:
        assert figures(connection) == (3, 0, 3)


def test_who_takes_it_back_is_neither(either_database: Database) -> None:
    with either_database.write() as connection:
        one = Customer(connection, "c").begins("track_order").says("never mind")
        one.slots(task=None, paused_task=None, next_step=None)
    with either_database.read() as connection:
        assert figures(connection) == (1, 0, 0)


def test_a_person_was_needed(either_database: Database) -> None:
    with either_database.write() as connection:
        Customer(connection, "c").begins("track_order").done()
        one = handoffs.request(connection, wanted("c", at=int(START * 1000) + 9_000))
        handoffs.change(connection, one.id, Event.BACK)
    with either_database.read() as connection:
        assert figures(connection) == (1, 0, 0)


def test_the_same_goal_within_72_hours_undoes_it(either_database: Database) -> None:
    with either_database.write() as connection:
        for name, later in (("soon", 71 * HOUR), ("late", 73 * HOUR)):
            Customer(connection, name).begins("track_order").done()
            Customer(connection, name, later).begins("track_order").done()
        # somewhere else, but proven to be the same customer
        for name, later in (("web", 0.0), ("slack", 2 * HOUR)):
            one = Customer(connection, name, later).begins("get_invoice")
            one.slots(customer_id="cus_1").done()
        # another goal does not undo the first
        Customer(connection, "two").begins("track_order").done()
        Customer(connection, "two", HOUR).begins("get_invoice").done()
    with either_database.read() as connection:
        assert figures(connection) == (8, 6, 0)


def test_who_may_still_be_writing_has_not_left(either_database: Database) -> None:
    with either_database.write() as connection:
        Customer(connection, "c").begins("track_order")
    with either_database.read() as connection:
        since, until = int(START * 1000), int(START * 1000) + 60_000
        assert kpis.report(connection, since, until).all.silent == 0
