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

from tests.simulation.drawing import goals
from tests.simulation.goals import NOTHING, Goal, Item, Wish
from tests.simulation.judge import judge
from tests.support.shop import running_shop

KINDS = 27
DORA = "dora.lind@example.com"
CANCEL = Goal("cancel", DORA, (Wish("cancel", "10041"),))
RETURN = Goal(
    "return", DORA, (Wish("return", "10042", (Item("itm_10042_2", "Enamel kettle", "cream"),)),)
)


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
    place = ("Hafenweg 31", "24103", "Kiel")
    assert (
        judge(database, replace(CANCEL, wishes=(Wish("address", "10041", address=place),)))
        == "wrong"
    )
    assert judge(database, RETURN) == "wrong"


def test_other_items_than_were_wanted(database: Path) -> None:
    made(database, "return", "10042", "return_requested", lines=[{"item_id": "itm_10042_1"}])
    assert judge(database, RETURN) == "wrong"


def test_twice_is_wrong(database: Path) -> None:
    made(database, "cancel", "10041", "cancelled")
    made(database, "cancel", "10041", "cancelled")
    assert judge(database, CANCEL) == "wrong"


def test_one_of_two_wishes(database: Path) -> None:
    both = replace(CANCEL, wishes=(*CANCEL.wishes, Wish("newsletter", value="on")))
    made(database, "cancel", "10041", "cancelled")
    assert judge(database, both) == "missed"


def test_what_is_told_and_what_a_person_gets(database: Path) -> None:
    refund = Goal("refund status", DORA, (Wish("refund", "10042", value="56.00"),))
    assert judge(database, refund, ["€56.00 for order 10042 went back"]) == "as wanted"
    assert judge(database, refund, ["€65.00 for order 10042 went back"]) == "missed"
    kettle = Item("itm_10042_2", "Enamel kettle", "cream")
    damaged = Goal("damaged", DORA, (Wish("damaged", "10042", (kettle,), value="refund"),))
    assert judge(database, damaged) == "missed"
    reminder = Goal("back in stock", DORA, (Wish("remind", value="var_stoneware-mug_3"),))
    assert judge(database, reminder) == "missed"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO stock_reminders VALUES ('var_stoneware-mug_3', 'cus_0004', '')"
        )
        connection.execute(
            "INSERT INTO tickets (id, status, reason, summary, channel, conversation_id,"
            " transcript, slots, priority, created_at, answer_by) VALUES ('t', 'open',"
            " 'delivery_problem', 'order 10042. fault: damaged, Enamel kettle (cream)', 'web',"
            " '', '[]', '{}', 'normal', '', '')"
        )
    assert judge(database, reminder) == "as wanted"
    assert judge(database, damaged) == "as wanted"


def test_each_customer_has_one_goal(seeded: Path) -> None:
    drawn = goals(seeded, 100, random.Random(3))
    assert len({goal.email for goal in drawn}) == len(drawn)
    assert len({goal.kind for goal in drawn}) == KINDS
    assert drawn == goals(seeded, 100, random.Random(3))
