import threading
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, select
from sqlalchemy.exc import SQLAlchemyError

from channels.database import Database, DatabaseProblem

METADATA = MetaData()
NOTES = Table("notes", METADATA, Column("id", Integer, primary_key=True), Column("text", String))


async def test_it_makes_its_folder_and_keeps_what_was_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/deep/er/notes.db"
    for expected in ([], ["kept"]):
        database = Database(url, METADATA)
        await database.open()
        try:
            rows = await database.read(lambda c: [r.text for r in c.execute(select(NOTES))])
            assert rows == expected
            await database.write(lambda c: c.execute(NOTES.insert().values(text="kept")).rowcount)
        finally:
            await database.close()
    assert not database.is_open


async def test_sqlite_is_in_wal_mode_and_syncs_fully(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/notes.db", METADATA)
    await database.open()
    try:
        modes = await database.read(
            lambda c: [
                c.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous")
            ]
        )
        assert modes == ["wal", 2]
    finally:
        await database.close()


async def test_work_is_done_off_the_event_loop(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/notes.db", METADATA)
    await database.open()
    try:
        threads = {
            await database.read(lambda _c: threading.current_thread()),
            await database.write(lambda _c: threading.current_thread()),
        }
        assert threading.current_thread() not in threads
    finally:
        await database.close()


async def test_a_failing_write_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/notes.db", METADATA)
    await database.open()
    try:

        def work(connection) -> None:
            connection.execute(NOTES.insert().values(text="half"))
            raise KeyError("stop")

        with pytest.raises(KeyError):
            await database.write(work)
        assert await database.read(lambda c: c.execute(select(NOTES)).all()) == []
    finally:
        await database.close()


async def test_errors_do_not_quote_what_was_written(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/notes.db", METADATA)
    await database.open()
    try:
        row = NOTES.insert().values(id=1, text="my private words")
        await database.write(lambda c: c.execute(row).rowcount)
        with pytest.raises(SQLAlchemyError) as caught:
            await database.write(lambda c: c.execute(row).rowcount)
        assert "private" not in str(caught.value)
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("sqlite:////proc/nothing/notes.db", "/proc/nothing/notes.db"),
        ("postgresql://shop:hidden@127.0.0.1:1/notes", "127.0.0.1:1/notes"),
    ],
)
async def test_a_database_that_cannot_be_opened_is_named(url: str, named: str) -> None:
    database = Database(url, METADATA)
    with pytest.raises(DatabaseProblem) as caught:
        await database.open()
    assert named in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert not database.is_open


async def test_a_closed_database_says_so(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/notes.db", METADATA)
    with pytest.raises(RuntimeError, match="not open"):
        await database.read(lambda c: None)
