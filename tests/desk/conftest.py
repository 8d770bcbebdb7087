"""The desk's database for tests: SQLite always, and Postgres where the machine has one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from desk.database import Database
from desk.web import signing_in
from tests.support.postgres import postgres

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def no_tries_yet() -> None:
    """Tries to sign in are counted for a whole process: one test's are not another's."""
    signing_in.forget_tries()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str | None]:
    """A running Postgres, None on a machine without one."""
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/desk.db"
    server = request.getfixturevalue("postgres_url")
    if server is None:
        pytest.skip("no Postgres on this machine")
    name = f"desk{next(_numbers)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.rpartition("/")[0] + f"/{name}"


@pytest.fixture
def either_database(database_url: str) -> Iterator[Database]:
    """The desk's database with its tables, of either kind."""
    database = Database(database_url)
    database.prepare()
    yield database
    database.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """The desk's database with its tables, in a file."""
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    database.prepare()
    yield database
    database.close()
