from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg2.extensions
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from components import database
from components.database import open_database, reading, writing
from tests.support.postgres import postgres

IDLE = psycopg2.extensions.TRANSACTION_STATUS_IDLE
IN_TRANSACTION = psycopg2.extensions.TRANSACTION_STATUS_INTRANS


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres() as address:
        if address is None:
            pytest.skip("this machine has no Postgres")
        yield address


def process_of(engine: sa.engine.Engine) -> int:
    with reading(engine) as connection:
        return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def opened(url: str) -> sa.engine.Engine:
    return open_database(url, busy_seconds=1, survives_power_cut=True)


def cut_off(url: str, process: int) -> None:
    with writing(opened(url)) as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({process}, 5000)")


def driver(connection: sa.engine.Connection) -> Any:
    return connection.connection.dbapi_connection


def test_a_connection_is_kept_and_one_that_was_cut_is_replaced(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(url)
    first = process_of(engine)
    assert process_of(engine) == first
    cut_off(url, first)
    monkeypatch.setattr(database, "_TRUSTED_SECONDS", 0.0)
    assert process_of(engine) != first


def test_one_that_was_used_a_moment_ago_is_not_asked_and_fails_once(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_TRUSTED_SECONDS", 600.0)
    engine = opened(url)
    first = process_of(engine)
    cut_off(url, first)
    with pytest.raises(OperationalError):
        process_of(engine)
    assert process_of(engine) != first


def test_reading_on_a_server_opens_no_transaction(url: str) -> None:
    engine = opened(url)
    with reading(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
        assert driver(connection).info.transaction_status == IDLE
    with writing(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
        assert driver(connection).info.transaction_status == IN_TRANSACTION
