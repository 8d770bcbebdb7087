"""Who goes first in the queue."""

from __future__ import annotations

import pytest

from desk import handoffs, urgency
from desk.database import Database, now
from desk.states import Event
from tests.desk.people import wanted


@pytest.mark.parametrize(
    ("reason", "why"),
    [("frustrated", "angry"), ("code_locked", "failed verification"), ("customer_asked", "")],
)
def test_some_reasons_go_first(database: Database, reason: str, why: str) -> None:
    with database.write() as connection:
        one = handoffs.request(connection, wanted(reason=reason))
    assert urgency.why(one.facts) == ([why] if why else [])
    assert (one.priority == urgency.HIGH) is bool(why)


def test_who_comes_again_soon_goes_first(either_database: Database) -> None:
    with either_database.write() as connection:
        first = handoffs.request(connection, wanted("c1", customer_id="cus_1"))
        handoffs.change(connection, first.id, Event.BACK)
        again = handoffs.request(connection, wanted("c2", customer_id="cus_1"))
        stranger = handoffs.request(connection, wanted("c3"))
    assert urgency.why(first.facts) == []
    assert urgency.why(again.facts) == ["repeat contact"]
    assert urgency.why(stranger.facts) == []


def test_who_comes_again_after_weeks_does_not(database: Database) -> None:
    with database.write() as connection:
        long_ago = now() - 73 * 3_600_000
        first = handoffs.request(connection, wanted("c1", at=long_ago))
        handoffs.change(connection, first.id, Event.BACK)
        again = handoffs.request(connection, wanted("c1"))
    assert again.priority == handoffs.PRIORITIES["normal"]


@pytest.mark.parametrize(
    ("vip", "said"), [(True, "VIP"), (False, "on file"), (None, "not on file")]
)
def test_the_records_are_asked_once(database: Database, vip: bool | None, said: str) -> None:
    with database.write() as connection:
        one = handoffs.request(connection, wanted(customer_id="cus_1", reason="frustrated"))
        handoffs.request(connection, wanted("c2"))  # nobody proven: nothing to ask
        assert urgency.unasked(connection) == [(one.id, "cus_1")]
        urgency.note_customer(connection, one.id, vip)
        assert urgency.unasked(connection) == []
        after = handoffs.get(connection, one.id)
    assert after.facts["customer"] == said
    assert urgency.why(after.facts) == (["angry", "VIP"] if vip else ["angry"])
