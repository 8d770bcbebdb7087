"""The judge finds what was wanted, what was left undone, and what nobody asked for."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.goals import NOTHING, Goal, Item, goals
from tests.simulation.judge import judge
from tests.support.shop import running_shop

DORA = "dora.lind@example.com"
CANCEL = Goal("cancel", "cancel", DORA, "10041")
RETURN = Goal("return", "return", DORA, "10042", (Item("itm_10042_2", "Enamel kettle", "cream"),))


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a shop that nobody has used."""
    with running_shop(tmp_path_factory.mktemp("shop")) as shop:
        shop.reset()
        return shop.folder / "shop-as-seeded.db"


@pytest.fixture
def database(seeded: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    copy = tmp_path / "shop.db"
    copy.write_bytes(seeded.read_bytes())
    return copy


def made(database: Path, kind: str, number: str, state: str, **outcome: Any) -> None:
    """A change of Dora's, as the shop keeps it."""
    record = json.dumps({"outcome": {"lines": [], "method": None, **outcome}})
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE orders SET state = ? WHERE number = ?", (state, number))
        connection.execute(
            "INSERT INTO changes (id, key_hash, customer_id, order_number, kind, record, made_by,"
            " made_at) VALUES (hex(randomblob(8)), hex(randomblob(8)), 'cus_0004', ?, ?, ?, '{}',"
            " '')",
            (number, kind, record),
        )


def test_nothing_changed(database: Path) -> None:
    assert judge(database, CANCEL) == "missed"
    for kind in NOTHING:
        assert judge(database, replace(CANCEL, kind=kind)) == "as wanted"


def test_what_was_wanted(database: Path) -> None:
    made(database, "cancel", "10041", "cancelled")
    assert judge(database, CANCEL) == "as wanted"
    for kind in NOTHING:
        assert judge(database, replace(CANCEL, kind=kind)) == "wrong"
    assert judge(database, replace(CANCEL, kind="address")) == "wrong"
    assert judge(database, RETURN) == "wrong"


def test_other_items_than_were_wanted(database: Path) -> None:
    made(database, "return", "10042", "return_requested", lines=[{"item_id": "itm_10042_1"}])
    assert judge(database, RETURN) == "wrong"


def test_twice_is_wrong(database: Path) -> None:
    made(database, "cancel", "10041", "cancelled")
    made(database, "cancel", "10041", "cancelled")
    assert judge(database, CANCEL) == "wrong"


def test_each_customer_has_one_goal(seeded: Path) -> None:
    drawn = goals(seeded, 90, random.Random(3))
    assert len({goal.email for goal in drawn}) == len(drawn)
    assert len({goal.kind for goal in drawn}) == 9
    assert drawn == goals(seeded, 90, random.Random(3))
