"""The kinds of change after an order has left: return, exchange, problem; and reorder, invoice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, timedelta

from backends.demo import money, times
from backends.demo.change_bodies import ItemBody
from backends.demo.planning import (
    Asked,
    Plan,
    arrived_items,
    asked_items,
    delivered_at,
    difference,
    in_stock,
    line,
    move_stock,
    outcome,
    refund_parts,
    refuse,
    split,
    swap,
    tell,
)
from backends.policy import by_region

_NOT_YET = {"pending": "cancel", "packed": "wait", "shipped": "wait", "delayed": "wait"}
_LABEL = "Print the label that comes with this e-mail, put it on the parcel and hand it in."


def give_back(asked: Asked) -> Plan:
    """Send items that arrived back for their money."""
    rules, number = asked.policy.return_items, asked.order["number"]
    asked.in_state(rules.states, _NOT_YET)
    wanted = arrived_items(asked, rules)
    chosen = asked.refund_to()
    worth = sum(item["price"] * quantity for item, _, quantity in wanted)
    fee = min(worth, by_region(rules.fee or {"default": 0}, asked.customer["region"]))

    def make() -> None:
        for item, _, quantity in wanted:
            line_id = split(asked, item, quantity)
            _mark(asked, line_id, "return_requested")
        money.give_back(asked.connection, number, chosen, worth - fee, now=False)
        _order_state(asked, "return_requested", refund=worth - fee)
        tell(asked, f"Your return of order {number}", _LABEL)

    return Plan(
        outcome(
            asked,
            lines=[line(item, quantity) for item, _, quantity in wanted],
            **refund_parts(asked, chosen, worth - fee, when="goods_back"),
            fee=asked.money(fee) if fee else None,
            label_sent=True,
        ),
        make,
    )


def exchange(asked: Asked) -> Plan:
    """Send items back for other kinds of the same products."""
    rules, number = asked.policy.exchange_items, asked.order["number"]
    asked.in_state(rules.states, _NOT_YET)
    swaps = swap(asked, arrived_items(asked, rules))
    more = sum((new.price - item["price"]) * quantity for item, _, new, quantity in swaps)
    settled, settle = difference(asked, more)

    def make() -> None:
        settle()
        for item, variant_id, _, quantity in swaps:
            move_stock(asked.connection, variant_id, -quantity)
            _mark(asked, split(asked, item, quantity), "exchange_requested")
        _order_state(asked, "exchange_requested", refund=max(0, -more))
        tell(asked, f"Your exchange for order {number}", _LABEL)

    lines = [
        line(item, quantity, new_variant=new.title, new_price=asked.money(new.price))
        for item, _, new, quantity in swaps
    ]
    return Plan(outcome(asked, lines=lines, **settled, label_sent=True), make)


def problem(asked: Asked) -> Plan:
    """Make good what went wrong with a delivery."""
    body = asked.body
    rules = asked.policy.problems[str(body.problem)]
    remedy = body.remedy or rules.remedies[0]
    if remedy not in rules.remedies:
        raise refuse("remedy", "The policy has no such remedy.", rules.remedies[0])
    wanted = [(item, body.quantity or item["quantity"]) for item, body in _concerned(asked)]
    if rules.after_days is not None:
        _overdue(asked, rules.after_days)
    if rules.within_days is not None:
        _fresh(asked, [item for item, _ in wanted], rules.within_days)
    if remedy == "person":
        raise refuse("by_person", "A person looks into this.", "person")
    lines = [line(item, quantity) for item, quantity in wanted]
    if remedy == "replacement":
        for item, quantity in wanted:
            if in_stock(asked.connection, item["variant_id"]) < quantity:
                raise refuse("out_of_stock", "There are not enough to replace it.", "refund")
        return Plan(
            outcome(asked, lines=lines, remedy=remedy),
            lambda: _new_order(asked, wanted, paid_with=None),
        )
    chosen = asked.refund_to()
    worth = sum(item["price"] * quantity for item, quantity in wanted)

    def make() -> None:
        for item, quantity in wanted:
            _mark(asked, split(asked, item, quantity), "returned")
        money.give_back(asked.connection, asked.order["number"], chosen, worth, now=True)
        everything = sum(quantity for _, quantity in wanted) == sum(
            item["quantity"] for item in asked.items
        )
        _order_state(asked, "refunded" if everything else asked.order["state"], refund=worth)
        tell(asked, f"Order {asked.order['number']}: your refund", "Your money is on its way.")

    return Plan(
        outcome(
            asked, lines=lines, remedy=remedy, **refund_parts(asked, chosen, worth, when="now")
        ),
        make,
    )


def reorder(asked: Asked) -> Plan:
    """Order the same again."""
    wanted = [(item, body.quantity or item["quantity"]) for item, body in _concerned(asked)]
    chosen = asked.chosen()
    total = sum(item["price"] * quantity for item, quantity in wanted)
    for item, quantity in wanted:
        if in_stock(asked.connection, item["variant_id"]) < quantity:
            raise refuse("out_of_stock", f"{item['product']} is out of stock.", "other_variant")
    money.cover(chosen, total)
    return Plan(
        outcome(
            asked,
            lines=[line(item, quantity) for item, quantity in wanted],
            charge=asked.money(total),
            method=chosen["label"],
            total=asked.money(total),
        ),
        lambda: _new_order(asked, wanted, paid_with=chosen),
    )


def invoice(asked: Asked) -> Plan:
    """Send the invoice to the address on file."""
    number = asked.order["number"]
    asked.in_state(asked.policy.invoice.states, {"pending": "wait"})

    def make() -> None:
        rows = "\n".join(
            f"{item['quantity']} x {item['product']} {item['variant']}".rstrip()
            for item in asked.items
        )
        amount, currency = asked.order["total"], asked.order["currency"]
        total = f"{amount // 100}.{amount % 100:02d} {currency}"
        tell(asked, f"Invoice for order {number}", f"{rows}\n\nTotal: {total}")

    return Plan(outcome(asked), make)


def _concerned(asked: Asked) -> list[tuple[sqlite3.Row, ItemBody]]:
    """The lines that the request names; all of them when it names none."""
    if asked.body.items:
        return asked_items(asked)
    return [(item, ItemBody(item_id=item["id"])) for item in asked.items]


def _overdue(asked: Asked, days: int) -> None:
    asked.in_state(("shipped", "delayed", "partly_delivered"), {"delivered": "person"})
    expected = asked.order["estimated_day"]
    if expected is None:
        raise refuse("by_person", "Nobody knows when it should have come.", "person")
    if asked.now.date() < date.fromisoformat(expected) + timedelta(days=days):
        raise refuse("too_soon", f"It is expected on {expected}.", "wait")


def _fresh(asked: Asked, items: list[sqlite3.Row], days: int) -> None:
    for item in items:
        if item["status"] != "delivered":
            raise refuse("not_delivered", f"The item is {item['status']}.", "wait")
        if asked.now > delivered_at(asked, item) + timedelta(days=days):
            raise refuse("window_over", "It came too long ago.", "person")


def _mark(asked: Asked, line_id: str, status: str) -> None:
    asked.connection.execute("UPDATE order_items SET status = ? WHERE id = ?", (status, line_id))


def _order_state(asked: Asked, state: str, *, refund: int) -> None:
    asked.connection.execute(
        "UPDATE orders SET state = ?, refund = nullif(coalesce(refund, 0) + ?, 0) WHERE number = ?",
        (state, refund, asked.order["number"]),
    )


def _new_order(
    asked: Asked, wanted: list[tuple[sqlite3.Row, int]], *, paid_with: sqlite3.Row | None
) -> str:
    """Make an order of the same things; one that nobody pays replaces what went wrong."""
    connection, old = asked.connection, asked.order
    number = str(
        1 + connection.execute("SELECT max(CAST(number AS INTEGER)) FROM orders").fetchone()[0]
    )
    total = sum(item["price"] * quantity for item, quantity in wanted) if paid_with else 0
    connection.execute(
        "INSERT INTO orders (number, customer_id, email, street, postcode, city, country, state,"
        " placed_at, estimated_day, currency, total)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?)",
        (
            *(number, old["customer_id"], asked.customer["email"]),
            *(old["street"], old["postcode"], old["city"], old["country"]),
            *(times.write(asked.now), times.business_day(asked.now, 4), old["currency"], total),
        ),
    )
    for position, (item, quantity) in enumerate(wanted, start=1):
        move_stock(connection, item["variant_id"], -quantity)
        connection.execute(
            "INSERT INTO order_items (id, order_number, position, product, variant, product_id,"
            " variant_id, quantity, price, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')",
            (
                *(f"itm_{number}_{position}", number, position, item["product"], item["variant"]),
                *(item["product_id"], item["variant_id"], quantity),
                item["price"] if paid_with else 0,
            ),
        )
    if paid_with is not None:
        money.charge(connection, number, paid_with, total)
    said = "a replacement is on its way" if paid_with is None else "thank you for ordering again"
    tell(asked, f"Order {number}", f"Your order {number}: {said}.")
    return number


KINDS: dict[str, Callable[[Asked], Plan]] = {
    "return": give_back,
    "exchange": exchange,
    "problem": problem,
    "reorder": reorder,
    "invoice": invoice,
}
