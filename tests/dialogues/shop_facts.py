"""What the demo shop's database must hold after a conversation.

Two kinds of line, both read straight from the tables of `backends/demo/schema.py`:

* `the shop has orders where number=10041: state=cancelled, refund=13250`: the one row that fits has
  these values (`null` for none);
* `the shop has 0 changes where order_number=10041`: so many rows fit.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

_ROW = re.compile(r"the shop has (?P<table>[a-z_]+) where (?P<where>[^:]+): (?P<values>.+)")
_COUNT = re.compile(r"the shop has (?P<count>\d+) (?P<table>[a-z_]+)(?: where (?P<where>.+))?")
_NAME = re.compile(r"[a-z_]+")
# Not the comma in `variant=navy, L`.
_BETWEEN = re.compile(r", (?=[a-z_]+=)")


def check(database: Path, fact: str) -> None:
    """Compare the database with a fact.

    Args:
        database: the demo shop's file.
        fact: as the module's description says.

    Raises:
        AssertionError: it is otherwise, or the fact cannot be read.
    """
    row, count = _ROW.fullmatch(fact), _COUNT.fullmatch(fact)
    found = row or count
    assert found is not None, f"no such checkpoint: {fact!r}"
    where = _pairs(found["where"] or "")
    conditions = " AND ".join(f"{name} IS ?" for name in where) or "1"
    query = f"SELECT * FROM {found['table']} WHERE {conditions}"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute(query, list(where.values())).fetchall()
    if count is not None:
        assert len(rows) == int(count["count"]), f"{len(rows)} rows, but {fact}"
        return
    assert len(rows) == 1, f"{len(rows)} rows fit: {fact}"
    wanted = _pairs(found["values"])
    actual = {name: rows[0][name] for name in wanted}
    assert actual == wanted, f"the shop has {actual}, but {fact}"


def _pairs(text: str) -> dict[str, str | int | None]:
    """`a=1, b=x` as a dictionary; whole numbers as such, unless the column is a number in words."""
    pairs: dict[str, str | int | None] = {}
    for part in filter(None, (part.strip() for part in _BETWEEN.split(text))):
        name, _, value = part.partition("=")
        assert _NAME.fullmatch(name) and value, f"not a column and a value: {part!r}"
        number = value.lstrip("-").isdigit() and name not in _TEXTS
        pairs[name] = None if value == "null" else int(value) if number else value
    return pairs


# Columns of text that may hold nothing but digits.
_TEXTS = {"number", "order_number", "postcode"}
