"""What became of a goal, read from the shop's database and nowhere else."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from tests.simulation.goals import NOTHING, Goal

# `missed`: nothing was changed although it was wanted; `wrong`: anything else than what was wanted.
Verdict = Literal["as wanted", "missed", "wrong"]
_STATES = {"cancel": "cancelled", "return": "return_requested", "exchange": "exchange_requested"}


def judge(database: Path, goal: Goal) -> Verdict:
    """Compare the shop with a goal.

    Args:
        database: the demo shop's; as it was seeded before any customer came.
        goal: of a customer who asked for nothing else.
    """
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        made = connection.execute(
            "SELECT changes.* FROM changes JOIN customers ON customers.id = customer_id"
            " WHERE customers.email = ? OR (order_number = ? AND ?)",
            (goal.email, goal.number, goal.kind == "not_theirs"),
        ).fetchall()
        if goal.kind in NOTHING:
            return "wrong" if made else "as wanted"
        if not made:
            return "missed"
        order = connection.execute(
            "SELECT * FROM orders WHERE number = ?", (goal.number,)
        ).fetchone()
    fits = len(made) == 1 and made[0]["order_number"] == goal.number
    fits = (
        fits and made[0]["kind"] == goal.kind and _fits(goal, order, json.loads(made[0]["record"]))
    )
    return "as wanted" if fits else "wrong"


def _fits(goal: Goal, order: sqlite3.Row, record: dict[str, Any]) -> bool:
    outcome = record["outcome"]
    if order["state"] != _STATES.get(goal.kind, "pending"):
        return False
    if goal.kind == "address":
        return (order["street"], order["postcode"], order["city"]) == goal.address
    if goal.kind == "payment":
        return bool(outcome["method"] == goal.method)
    wanted = {(item.id, item.to or None) for item in goal.items}
    found = {(line["item_id"], line.get("new_variant")) for line in outcome["lines"]}
    return goal.kind == "cancel" or wanted == found
