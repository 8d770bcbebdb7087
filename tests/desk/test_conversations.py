from __future__ import annotations

import pytest
from sqlalchemy import select

from desk import conversations
from desk.database import Database
from desk.schema import CONVERSATIONS
from tests.desk.people import said

AGENT = {"from": "agent", "name": "Anna"}


def _bot(text: str, at: float, **more: object) -> dict[str, object]:
    return {"sender_id": "c1", "event": "bot", "timestamp": at, "text": text, **more}


def test_the_same_event_is_kept_once_however_it_comes(either_database: Database) -> None:
    event = said("Hello")
    with either_database.write() as connection:
        assert conversations.add(connection, event)
        assert not conversations.add(connection, event)
        # Rasa's HTTP API and its broker write the same event with other metadata.
        assert not conversations.add(connection, event | {"metadata": {"model_id": "x"}})
        assert conversations.add(connection, said("Hello"))  # said twice, at two moments
        assert len(conversations.entries(connection, "c1")) == 2


def test_events_are_in_the_order_in_which_they_happened(either_database: Database) -> None:
    with either_database.write() as connection:
        conversations.add(connection, _bot("second", 20.0))
        conversations.add(connection, said("first", at=10.0))
        found = conversations.entries(connection, "c1")
        later = conversations.entries(connection, "c1", after=found[1].id)
    assert [(entry.who, entry.text) for entry in found] == [
        ("customer", "first"),
        ("assistant", "second"),
    ]
    assert [entry.text for entry in later] == ["first"]


def test_who_spoke_and_when_is_on_the_conversation(database: Database) -> None:
    with database.write() as connection:
        conversations.add(connection, said("hello", at=10.0))
        conversations.add(connection, _bot("Hello", 11.0))
        conversations.add(connection, _bot("Anna here", 12.0, metadata=AGENT))
        row = connection.execute(select(CONVERSATIONS)).one()
        senders = [entry.who for entry in conversations.entries(connection, "c1")]
    assert senders == ["customer", "assistant", "agent"]
    assert (row.channel, row.first_at, row.last_at) == ("web", 10_000, 12_000)
    assert (row.customer_at, row.agent_at) == (10_000, 12_000)


def test_a_pressed_button_reads_as_its_words_and_an_intent_as_nothing(database: Database) -> None:
    with database.write() as connection:
        conversations.add(connection, said("/affirm", metadata={"choice_title": "Yes, please"}))
        conversations.add(connection, said("/start_conversation"))
        words = [entry.text for entry in conversations.entries(connection, "c1")]
    assert words == ["Yes, please", ""]


def test_what_the_desk_has_triggered_was_not_said_by_the_customer(database: Database) -> None:
    with database.write() as connection:
        conversations.add(connection, said("Hello", at=1_700_000_001.0))
        # as Rasa records a call of trigger_intent
        triggered = said("EXTERNAL: ask_survey", at=1_700_000_002.0, metadata={"is_external": True})
        conversations.add(connection, triggered)
    with database.read() as connection:
        kept = conversations.entries(connection, "c1")
        row = conversations.row_of(connection, ["c1"])["c1"]
    assert [(one.who, one.text) for one in kept] == [("customer", "Hello"), ("", "")]
    assert row.customer_at == 1_700_000_001_000


def test_text_that_no_database_takes_is_kept_without_it(either_database: Database) -> None:
    with either_database.write() as connection:
        assert conversations.add(connection, said("a\0b \ud83d c"))
        assert conversations.entries(connection, "c1")[0].text == "ab ? c"


@pytest.mark.parametrize(
    "event", [{}, {"sender_id": "c1", "event": "user"}, said("x") | {"timestamp": "yesterday"}]
)
def test_what_is_no_event_is_refused(database: Database, event: dict[str, object]) -> None:
    with database.write() as connection, pytest.raises(ValueError):
        conversations.add(connection, event)
