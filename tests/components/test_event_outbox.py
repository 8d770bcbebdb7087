from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from rasa.core.brokers.broker import EventBroker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from components.event_outbox import EventOutbox


def _event(number: int) -> dict[str, Any]:
    return {"sender_id": "c1", "event": "user", "timestamp": float(number), "text": f"m{number}"}


def _texts(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT data FROM outbox_events ORDER BY id").fetchall()
    connection.close()
    return [json.loads(row[0])["text"] for row in rows]


async def test_rasa_finds_it_by_its_name_and_it_keeps_events_in_order(tmp_path: Path) -> None:
    path = tmp_path / "new" / "events.db"
    block = EndpointConfig(
        f"sqlite:///{path}", type="components.event_outbox.EventOutbox", keep_days=3
    )
    broker = await EventBroker.create(block)
    assert isinstance(broker, EventOutbox)
    for number in range(5):
        broker.publish(_event(number))
    await broker.close()
    assert _texts(path) == ["m0", "m1", "m2", "m3", "m4"]


async def test_a_reader_in_the_middle_of_reading_keeps_no_event_out(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    broker = EventOutbox(f"sqlite:///{path}")
    broker.publish(_event(0))
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM outbox_events").fetchone() == (1,)
    broker.publish(_event(1))
    assert broker.backlog == 0
    reader.close()
    await broker.close()


async def test_what_cannot_be_written_is_kept_and_written_later_in_order(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    broker = EventOutbox(f"sqlite:///{path}")
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    broker.publish(_event(0))  # a raised exception would cost Rasa the turn
    broker.publish(_event(1))
    assert broker.backlog == 2
    writer.execute("ROLLBACK")
    writer.close()
    while broker.backlog:  # it tries again by itself
        await asyncio.sleep(0.02)
    broker.publish(_event(2))
    assert _texts(path) == ["m0", "m1", "m2"]
    await broker.close()


async def test_at_the_stop_what_is_left_is_written(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    broker = EventOutbox(f"sqlite:///{path}")
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    broker.publish(_event(0))
    writer.execute("ROLLBACK")
    writer.close()
    await broker.close()
    assert _texts(path) == ["m0"]


async def test_old_events_go_at_the_start_and_their_ids_never_come_back(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    broker = EventOutbox(f"sqlite:///{path}")
    broker.publish(_event(0))
    await broker.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE outbox_events SET written_at = 0")
    broker = EventOutbox(f"sqlite:///{path}")
    assert _texts(path) == []
    broker.publish(_event(1))
    await broker.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT id FROM outbox_events").fetchall() == [(2,)]
    connection.close()


async def test_it_says_what_is_wrong_and_rasa_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RasaException, match="FRONTDESK_EVENTS_DB"):
        EventOutbox(f"sqlite:///{tmp_path}/file/events.db")
    with pytest.raises(RasaException, match="FRONTDESK_EVENTS_DB"):
        EventOutbox("nonsense")
    with pytest.raises(RasaException, match="url"):
        await EventOutbox.from_endpoint_config(EndpointConfig())
