"""What became of a goal, read from the shop's database; only of a question, from what was said."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from tests.simulation.goals import NOTHING, Goal, Wish

# `missed`: something that was wanted did not happen, and nothing else did; `wrong`: anything that
# nobody wanted.
Verdict = Literal["as wanted", "missed", "wrong"]
_STATES = {"cancel": "cancelled", "return": "return_requested", "exchange": "exchange_requested"}
_CHANGES = {"newsletter": "consents", "sms": "consents"}
# What leaves no change behind.
_NO_CHANGE = {"refund", "remind", "damaged", "missing item", "wrong item", "not arrived"}


def judge(database: Path, goal: Goal, heard: Sequence[str] = ()) -> Verdict:
    """Compare the shop with a goal.

    Args:
        database: the demo shop's; as it was seeded before any customer came.
        goal: of a customer who asked for nothing else.
        heard: what the assistant said.
    """
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        shop = _Shop(connection, goal, "\n".join(heard))
        if goal.kind in NOTHING:
            return "wrong" if shop.made or shop.sent_invoice(goal.wishes[0]) else "as wanted"
        made = list(shop.made)
        missing = 0
        for wish in goal.wishes:
            if wish.what in _NO_CHANGE:
                missing += not shop.happened(wish)
                continue
            row = next((row for row in made if shop.is_for(wish, row)), None)
            if row is None:
                missing += 1
            elif not shop.fits(wish, row):
                return "wrong"
            else:
                made.remove(row)
        if made:
            return "wrong"
        return "missed" if missing else "as wanted"


class _Shop:
    """What the shop holds about one customer after a conversation."""

    def __init__(self, connection: sqlite3.Connection, goal: Goal, heard: str) -> None:
        self._db, self._goal, self._heard = connection, goal, heard
        emails = (goal.email, *(wish.value for wish in goal.wishes if wish.what == "email"))
        self._customer = connection.execute(
            f"SELECT * FROM customers WHERE email IN ({', '.join('?' * len(emails))})", emails
        ).fetchone()
        # of an order that is not theirs, any change at all
        self.made = connection.execute(
            "SELECT * FROM changes WHERE customer_id = ? OR (order_number = ? AND ?)",
            (self._customer["id"], goal.wishes[0].number, goal.kind == "not theirs"),
        ).fetchall()

    def is_for(self, wish: Wish, row: sqlite3.Row) -> bool:
        """Whether a change is of the kind that was wanted, of the order that was meant."""
        kind = _CHANGES.get(wish.what, wish.what)
        return bool(row["kind"] == kind and (row["order_number"] or "") == wish.number)

    def fits(self, wish: Wish, row: sqlite3.Row) -> bool:
        """Whether a change did what was wanted, all of it and no more."""
        record = json.loads(row["record"])
        if wish.what == "invoice":
            return self.sent_invoice(wish)
        if wish.number and wish.what != "reorder":
            return self._order_fits(wish, record["outcome"])
        if wish.what == "reorder":
            lines = self._pieces(wish.number), self._pieces(str(record["new_order_number"]))
            return lines[0] == lines[1]
        return self._profile_fits(wish)

    def _order_fits(self, wish: Wish, outcome: dict[str, Any]) -> bool:
        order = self._row("SELECT * FROM orders WHERE number = ?", wish.number)
        if order["state"] != _STATES.get(wish.what, "pending"):
            return False
        if wish.what == "address":
            return (order["street"], order["postcode"], order["city"]) == wish.address
        if wish.method and outcome["method"] != wish.method:
            return False
        wanted = {(item.id, item.to or None) for item in wish.items}
        found = {(line["item_id"], line.get("new_variant")) for line in outcome["lines"]}
        return not wish.items or wanted == found

    def _profile_fits(self, wish: Wish) -> bool:
        customer = self._customer
        if wish.what == "default_address":
            moved = self._row(
                "SELECT count(*) AS orders, sum(street = ?) AS moved FROM orders"
                " WHERE customer_id = ? AND state = 'pending'",
                wish.address[0] if wish.address else "",
                customer["id"],
            )
            orders = not moved["orders"] or bool(moved["moved"]) == wish.also
            place = (customer["street"], customer["postcode"], customer["city"])
            # an order may be wanted elsewhere for itself
            return place == wish.address and (orders or len(self._goal.wishes) > 1)
        if wish.what in _CHANGES:
            return bool(customer[wish.what]) == (wish.value == "on")
        if wish.what == "phone":
            return bool(customer["phone"] == wish.value.replace(" ", ""))
        if wish.what == "close_account":
            return bool(customer["closing_on"]) and bool(self._tickets("close_account"))
        return bool(customer[wish.what] == wish.value)

    def happened(self, wish: Wish) -> bool:
        """Whether what leaves no change behind was done."""
        if wish.what == "refund":
            return wish.value in self._heard and wish.number in self._heard
        if wish.what == "remind":
            found = self._row(
                "SELECT count(*) AS found FROM stock_reminders WHERE variant_id = ?"
                " AND customer_id = ?",
                wish.value,
                self._customer["id"],
            )
            return bool(found["found"])
        fault = "late" if wish.what == "not arrived" else wish.what
        told = [f"order {wish.number}", f"fault: {fault}", *(item.product for item in wish.items)]
        return any(
            all(part.lower() in summary.lower() for part in told)
            for summary in self._tickets("delivery_problem")
        )

    def sent_invoice(self, wish: Wish) -> bool:
        """Whether the invoice of an order was sent to anybody."""
        found = self._row(
            "SELECT count(*) AS found FROM messages WHERE subject = ?",
            f"Invoice for order {wish.number}",
        )
        return bool(wish.what == "invoice" and found["found"])

    def _tickets(self, reason: str) -> list[str]:
        rows = self._db.execute("SELECT summary FROM tickets WHERE reason = ?", (reason,))
        return [row["summary"] for row in rows]

    def _pieces(self, number: str) -> Counter[str]:
        rows = self._db.execute(
            "SELECT variant_id, quantity FROM order_items WHERE order_number = ?", (number,)
        )
        pieces: Counter[str] = Counter()
        for row in rows:
            pieces[row["variant_id"]] += row["quantity"]
        return pieces

    def _row(self, query: str, *values: Any) -> Any:
        return self._db.execute(query, values).fetchone()
