from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, inspect, select

from desk.database import Database, DatabaseProblem
from desk.schema import CURSORS, METADATA


def test_the_migrations_make_exactly_the_tables_of_the_schema(either_database: Database) -> None:
    with either_database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_preparing_again_changes_nothing(either_database: Database) -> None:
    with either_database.write() as connection:
        connection.execute(CURSORS.insert().values(source="s", position=7))
    either_database.prepare()
    with either_database.read() as connection:
        assert connection.execute(select(CURSORS.c.position)).scalar_one() == 7


def test_many_processes_may_prepare_at_once(database_url: str) -> None:
    problems: list[BaseException] = []

    def prepare() -> None:
        database = Database(database_url)
        try:
            database.prepare()
        except DatabaseProblem as problem:
            problems.append(problem)
        finally:
            database.close()

    # alembic keeps the running migration in module state, so one process takes turns
    threads = [threading.Thread(target=prepare) for _ in range(2)]
    for thread in threads:
        thread.start()
        thread.join()
    assert problems == []
    database = Database(database_url)
    with database.read() as connection:
        assert inspect(connection).has_table("handoffs")
    database.close()


def test_a_transaction_that_fails_leaves_nothing(either_database: Database) -> None:
    with pytest.raises(RuntimeError), either_database.write() as connection:
        connection.execute(CURSORS.insert().values(source="s", position=7))
        raise RuntimeError
    with either_database.read() as connection:
        assert connection.execute(select(func.count()).select_from(CURSORS)).scalar_one() == 0


def test_an_address_that_is_none_is_named_with_the_mend() -> None:
    with pytest.raises(DatabaseProblem, match=r"FRONTDESK_DESK_DB.*sqlite:///"):
        Database("nonsense")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseProblem, match="FRONTDESK_DESK_DB"):
        Database(f"sqlite:///{tmp_path}/file/desk.db").prepare()
