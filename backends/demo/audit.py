"""The record of what was changed: who, proven how, what, when, through which channel.

It is the shop's, apart from any conversation: erasing a conversation takes nothing away from it.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from typing import Any

from backends.demo.changes import reference

# The columns of the export, in this order.
COLUMNS = (
    "reference",
    "made_at",
    "kind",
    "order_number",
    "customer_id",
    "proof",
    "channel",
    "conversation_id",
    "lines",
    "now",
    "refund",
    "charge",
    "currency",
    "method",
    "new_order_number",
)


def everything(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every change, newest first, with the names in COLUMNS; amounts are in minor units."""
    rows = connection.execute("SELECT * FROM changes ORDER BY serial DESC").fetchall()
    return [_entry(row) for row in rows]


def as_csv(entries: list[dict[str, Any]]) -> str:
    """The entries as a spreadsheet reads them, with a line of headings."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows({name: _plain(value) for name, value in entry.items()} for entry in entries)
    return out.getvalue()


def _plain(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula."""
    risky = isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}
    return f"'{value}" if risky else value


def _entry(row: sqlite3.Row) -> dict[str, Any]:
    record, made_by = json.loads(row["record"]), json.loads(row["made_by"])
    outcome = record["outcome"]
    refund, charge = outcome.get("refund"), outcome.get("charge")
    return {
        "reference": reference(row["serial"]),
        "made_at": row["made_at"],
        "kind": row["kind"],
        "order_number": row["order_number"],
        "customer_id": row["customer_id"],
        "proof": made_by["proof"],
        "channel": made_by["channel"],
        "conversation_id": made_by["conversation_id"],
        "lines": "; ".join(_line(line) for line in outcome["lines"]),
        "now": "; ".join(_values(outcome)),
        "refund": refund["amount"] if refund else None,
        "charge": charge["amount"] if charge else None,
        "currency": outcome["total"]["currency"] if outcome["total"] else None,
        "method": outcome.get("method"),
        "new_order_number": record["new_order_number"],
    }


def _values(outcome: dict[str, Any]) -> list[str]:
    """What of a profile, or of an address, is as it says since then."""
    found = [f"{k}: {v}" for k, v in (outcome.get("profile") or {}).items() if v is not None]
    if place := outcome.get("ship_to"):
        found.append("address: " + ", ".join(place.values()))
    return found + [f"order: {number}" for number in outcome.get("orders") or ()]


def _line(line: dict[str, Any]) -> str:
    kind = f" ({line['variant']})" if line["variant"] else ""
    new = f" for {line['new_variant']}" if line.get("new_variant") else ""
    return f"{line['quantity']} x {line['product']}{kind}{new}"
