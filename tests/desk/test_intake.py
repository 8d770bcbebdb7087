"""Reading what Rasa's event broker wrote: the real broker's file, the real desk's database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from components.event_outbox import EventOutbox
from desk import conversations
from desk.database import Database
from desk.intake import Intake
from tests.desk.people import said


class Heard:
    """What the intake told of, and a fault on demand."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.fail_at = ""

    def __call__(self, _connection: Connection, event: Mapping[str, Any]) -> None:
        if event["text"] == self.fail_at:
            raise OperationalError("insert", {}, Exception("the disk is full"))
        self.texts.append(event["text"])


@pytest.fixture
def source(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/events.db"


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def start(source: str, either_database: Database, heard: Heard) -> Callable[[], Intake]:
    """Starts the intake, as after a restart of the desk."""
    return lambda: Intake(source, either_database, heard)


def _all(intake: Intake) -> int:
    total = 0
    while read := intake.read():
        total += read
    return total


def _texts(database: Database) -> list[str]:
    with database.read() as connection:
        return [entry.text for entry in conversations.entries(connection, "c1")]


def test_before_rasa_has_ever_run_there_is_nothing(
    start: Callable[[], Intake], tmp_path: Path
) -> None:
    assert start().read() == 0
    assert not (tmp_path / "events.db").exists()


async def test_what_came_while_the_desk_was_down_is_read_when_it_is_back(
    source: str, start: Callable[[], Intake], either_database: Database, heard: Heard
) -> None:
    broker = EventOutbox(source)
    broker.publish(said("before"))
    assert _all(start()) == 1
    texts = [f"meanwhile {number}" for number in range(450)]
    for text in texts:
        broker.publish(said(text))
    assert _all(start()) == 450
    assert _all(start()) == 0
    assert _texts(either_database) == heard.texts == ["before", *texts]
    await broker.close()


async def test_a_failure_in_the_middle_leaves_nothing_out_and_nothing_twice(
    source: str, start: Callable[[], Intake], either_database: Database, heard: Heard
) -> None:
    broker = EventOutbox(source)
    for text in ("one", "two", "three"):
        broker.publish(said(text))
    heard.fail_at = "two"
    intake = start()
    with pytest.raises(OperationalError):
        intake.read()
    assert _texts(either_database) == []  # all of a page or nothing
    assert intake.try_read() == 0
    heard.texts.clear()
    heard.fail_at = ""
    assert _all(start()) == 3
    assert _texts(either_database) == heard.texts == ["one", "two", "three"]
    await broker.close()


async def test_events_delivered_again_are_not_told_again(
    source: str, start: Callable[[], Intake], either_database: Database, heard: Heard
) -> None:
    broker = EventOutbox(source)
    event = said("once")
    broker.publish(event)
    broker.publish(event)
    assert _all(start()) == 2
    assert heard.texts == _texts(either_database) == ["once"]
    await broker.close()


async def test_a_new_file_of_events_is_read_from_its_beginning(
    source: str, start: Callable[[], Intake], either_database: Database, tmp_path: Path
) -> None:
    broker = EventOutbox(source)
    for text in ("one", "two"):
        broker.publish(said(text))
    assert _all(start()) == 2
    await broker.close()
    for path in tmp_path.glob("events.db*"):
        path.unlink()
    broker = EventOutbox(source)
    broker.publish(said("three"))
    assert _all(start()) == 1
    assert _texts(either_database) == ["one", "two", "three"]
    await broker.close()


async def test_one_unreadable_event_holds_up_no_other(
    source: str,
    start: Callable[[], Intake],
    either_database: Database,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker = EventOutbox(source)
    with sqlite3.connect(tmp_path / "events.db") as connection:
        for data in ("{", json.dumps({"event": "user"}), json.dumps([1])):
            row = (data,)
            connection.execute("INSERT INTO outbox_events(written_at, data) VALUES (0, ?)", row)
    broker.publish(said("after"))
    assert _all(start()) == 4
    assert _texts(either_database) == ["after"]
    assert "cannot be read" in caplog.text
    await broker.close()
