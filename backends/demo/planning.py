"""What a change to an order would come to, and how it is then made.

Each kind of change has one function that checks the policy and returns a `Plan`: the outcome to
show and the statements to run. The preview shows the outcome; the change makes the same plan again
inside its transaction, so what is done is what the customer said yes to.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backends.demo import mail, money, times
from backends.demo.catalogue import VARIANTS, Variant
from backends.demo.change_bodies import ChangeBody, ItemBody
from backends.demo.errors import ApiError
from backends.policy import Policy, SendBack, by_region


def refuse(rule: str, message: str, alternative: str | None = None) -> ApiError:
    """The answer to what the policy does not allow.

    Args:
        rule: which rule, one of the contract's words.
        message: for the people who run the system.
        alternative: what the customer may do instead, one of the contract's words.
    """
    return ApiError(409, "not_allowed", message, details={"rule": rule, "alternative": alternative})


@dataclass(frozen=True)
class Asked:
    """One request to change an order, with all that decides about it."""

    connection: sqlite3.Connection
    policy: Policy
    customer: sqlite3.Row
    order: sqlite3.Row
    items: list[sqlite3.Row]
    body: ChangeBody
    now: datetime

    def money(self, amount: int) -> dict[str, Any]:
        """An amount in the order's currency."""
        return money.written(amount, self.order["currency"])

    def in_state(self, states: tuple[str, ...], alternatives: dict[str, str]) -> None:
        """Refuse unless the order is in one of these states."""
        state = self.order["state"]
        if state not in states:
            raise refuse("state", f"The order is {state}.", alternatives.get(state))

    def chosen(self) -> sqlite3.Row:
        """The payment method of the request; the order's own first one when it names none."""
        method_id = self.body.payment_method_id or self.first_payment["method_id"]
        return money.method(self.connection, self.customer["id"], method_id)

    @property
    def first_payment(self) -> sqlite3.Row:
        """What the order was paid with at first."""
        row: sqlite3.Row = self.connection.execute(
            "SELECT * FROM payments WHERE order_number = ? ORDER BY position LIMIT 1",
            (self.order["number"],),
        ).fetchone()
        return row

    def refund_to(self) -> sqlite3.Row:
        """The method for a refund: one the order was paid with, or a gift card of theirs."""
        chosen = self.chosen()
        paid = self.connection.execute(
            "SELECT 1 FROM payments WHERE order_number = ? AND method_id = ?",
            (self.order["number"], chosen["id"]),
        ).fetchone()
        if paid is None and chosen["kind"] != "gift_card":
            raise refuse("refund_method", "Refunds go to the original method or a gift card.")
        return chosen

    def days(self, kind: str) -> dict[str, int]:
        """How long a refund to this kind of method takes, as the contract writes it."""
        span = self.policy.refund_business_days[kind]
        return {"least": span.least, "most": span.most}


@dataclass(frozen=True)
class Plan:
    """What is shown, and what is run once the customer has said yes.

    Attributes:
        shown: the outcome without its quote.
        make: runs the change; gives the number of an order that it made, or None.
    """

    shown: dict[str, Any]
    make: Callable[[], str | None] = field(repr=False)


def outcome(asked: Asked, **parts: Any) -> dict[str, Any]:
    """An outcome with everything that is not said left empty."""
    total = asked.money(asked.order["total"])
    return {**empty_outcome(asked.body.kind), "total": total, **parts}


def empty_outcome(kind: str) -> dict[str, Any]:
    """An outcome by which nothing happens."""
    return {
        "kind": kind,
        "lines": [],
        "total": None,
        "refund": None,
        "charge": None,
        "fee": None,
        "method": None,
        "refund_days": None,
        "refund_when": None,
        "ship_to": None,
        "label_sent": False,
        "remedy": None,
        "orders": [],
        "profile": None,
    }


def difference(asked: Asked, amount: int) -> tuple[dict[str, Any], Callable[[], None]]:
    """How a change of the price is settled: the outcome's parts, and what does it.

    Args:
        asked: the request.
        amount: the new price less the old one, in minor units.
    """
    if amount > 0:
        chosen = asked.chosen()
        money.cover(chosen, amount)
        return (
            {"charge": asked.money(amount), "method": chosen["label"]},
            lambda: money.charge(asked.connection, asked.order["number"], chosen, amount),
        )
    if amount < 0:
        chosen = asked.refund_to()
        return (
            refund_parts(asked, chosen, -amount, when="now"),
            lambda: money.give_back(
                asked.connection, asked.order["number"], chosen, -amount, now=True
            ),
        )
    return {}, lambda: None


def refund_parts(asked: Asked, chosen: sqlite3.Row, amount: int, *, when: str) -> dict[str, Any]:
    """The outcome's parts that tell of a refund."""
    return {
        "refund": asked.money(amount),
        "method": chosen["label"],
        "refund_days": asked.days(chosen["kind"]),
        "refund_when": when,
    }


def line(item: sqlite3.Row, quantity: int | None = None, **parts: Any) -> dict[str, Any]:
    """One line of an outcome."""
    return {
        "item_id": item["id"],
        "product": item["product"],
        "variant": item["variant"],
        "quantity": quantity or item["quantity"],
        "new_variant": None,
        "new_price": None,
        **parts,
    }


def arrived_items(asked: Asked, rules: SendBack) -> list[tuple[sqlite3.Row, ItemBody, int]]:
    """The lines that are to go back, each with what was asked and how many pieces.

    Raises:
        ApiError: 409 for what the policy does not allow; 422 for lines that are not there.
    """
    found = []
    for item, wanted in asked_items(asked):
        quantity = wanted.quantity or item["quantity"]
        if quantity > item["quantity"]:
            raise refuse("quantity", "The line has fewer pieces.")
        if item["status"] != "delivered":
            raise refuse("not_delivered", f"The item is {item['status']}.", "wait")
        if item["product"] in rules.not_returnable:
            raise refuse("not_returnable", f"{item['product']} cannot come back.", "person")
        arrived = delivered_at(asked, item)
        last = arrived + timedelta(days=by_region(rules.days, asked.customer["region"]))
        if asked.now > last:
            raise refuse("window_over", f"It could come back until {last.date()}.", "person")
        found.append((item, wanted, quantity))
    return found


def asked_items(asked: Asked) -> list[tuple[sqlite3.Row, ItemBody]]:
    """The lines that the request names, each once.

    Raises:
        ApiError: 409, there are none, or one is not of this order or named twice.
    """
    lines = {item["id"]: item for item in asked.items}
    names = [wanted.item_id for wanted in asked.body.items]
    if not names:
        raise refuse("no_items", "The request names no items.")
    if len(set(names)) < len(names) or any(name not in lines for name in names):
        raise refuse("unknown_item", "An item is not of this order, or named twice.")
    return [(lines[wanted.item_id], wanted) for wanted in asked.body.items]


def delivered_at(asked: Asked, item: sqlite3.Row) -> datetime:
    """When the parcel with this item came."""
    row = asked.connection.execute(
        "SELECT delivered_at FROM shipments WHERE id = ?", (item["shipment_id"],)
    ).fetchone()
    return times.read(row["delivered_at"])


def swap(
    asked: Asked, wanted: list[tuple[sqlite3.Row, ItemBody, int]]
) -> list[tuple[sqlite3.Row, str, Variant, int]]:
    """The kinds of the same product that lines are changed for, with how many pieces.

    Raises:
        ApiError: 409, one is another product's, the same kind, or not in stock.
    """
    found, taken = [], Counter[str]()
    for item, body, quantity in wanted:
        new = VARIANTS.get(body.variant_id or "")
        if new is None or new[0].id != item["product_id"]:
            raise refuse("other_product", "Only another kind of the same product will do.")
        if body.variant_id == item["variant_id"]:
            raise refuse("same_variant", "It is this kind already.")
        taken[str(body.variant_id)] += quantity
        found.append((item, str(body.variant_id), new[1], quantity))
    for variant_id, pieces in taken.items():
        if in_stock(asked.connection, variant_id) < pieces:
            raise refuse("out_of_stock", "There are not enough of this kind.", "other_variant")
    return found


def in_stock(connection: sqlite3.Connection, variant_id: str) -> int:
    """How many pieces of a kind are on the shelf."""
    row = connection.execute(
        "SELECT pieces FROM stock WHERE variant_id = ?", (variant_id,)
    ).fetchone()
    return 0 if row is None else int(row["pieces"])


def move_stock(connection: sqlite3.Connection, variant_id: str, by: int) -> None:
    """Put pieces on the shelf, or take them from it when `by` is below 0."""
    connection.execute(
        "UPDATE stock SET pieces = pieces + ? WHERE variant_id = ?", (by, variant_id)
    )


def split(asked: Asked, item: sqlite3.Row, quantity: int) -> str:
    """Make a line of its own for some pieces of a line.

    Returns:
        The id of the line that holds just these pieces; the old one when it is about all of them.
    """
    if quantity == item["quantity"]:
        return str(item["id"])
    position = 1 + max(other["position"] for other in asked.items)
    new_id = f"itm_{asked.order['number']}_{position}"
    asked.connection.execute(
        "UPDATE order_items SET quantity = quantity - ? WHERE id = ?", (quantity, item["id"])
    )
    columns = {key: item[key] for key in item.keys()}  # noqa: SIM118 - a Row iterates its values
    columns |= {"id": new_id, "position": position, "quantity": quantity}
    asked.connection.execute(
        f"INSERT INTO order_items ({', '.join(columns)})"  # noqa: S608 - our own column names
        f" VALUES ({', '.join(':' + name for name in columns)})",
        columns,
    )
    return new_id


def tell(asked: Asked, subject: str, text: str) -> None:
    """Confirm a change by e-mail to the address on file."""
    mail.send_email(
        asked.connection,
        to=asked.customer["email"],
        kind="order_change",
        subject=subject,
        body=f"Hello {asked.customer['first_name']},\n\n{text}\n\nTallowick",
        at=asked.now,
    )
