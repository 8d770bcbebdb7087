"""Money moves of the demo shop: what customers pay with, and what they get back."""

from __future__ import annotations

import sqlite3
from typing import Any

from backends.demo.errors import ApiError, not_found


def written(amount: int, currency: str) -> dict[str, Any]:
    """An amount as the contract writes it."""
    return {"amount": amount, "currency": currency}


def method(connection: sqlite3.Connection, customer_id: str, method_id: str) -> sqlite3.Row:
    """One of the customer's payment methods.

    Raises:
        ApiError: 404, it is not one of theirs.
    """
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM payment_methods WHERE id = ? AND customer_id = ?", (method_id, customer_id)
    ).fetchone()
    if row is None:
        raise not_found()
    return row


def cover(chosen: sqlite3.Row, amount: int) -> None:
    """Make sure that the method can pay an amount.

    Raises:
        ApiError: 409, the gift card holds less.
    """
    if chosen["kind"] == "gift_card" and chosen["balance"] < amount:
        raise ApiError(
            409,
            "not_allowed",
            "The gift card does not cover the amount.",
            details={"rule": "gift_card_too_small", "alternative": "other_method"},
        )


def charge(connection: sqlite3.Connection, number: str, chosen: sqlite3.Row, amount: int) -> None:
    """Take money for an order: a gift card pays at once, anything else is authorised."""
    if not amount:
        return
    gift = chosen["kind"] == "gift_card"
    if gift:
        _change_balance(connection, chosen["id"], -amount)
    connection.execute(
        "INSERT INTO payments (order_number, position, method, method_id, status, amount, refunded)"
        " SELECT ?, coalesce(max(position), 0) + 1, ?, ?, ?, ?, 0 FROM payments"
        " WHERE order_number = ?",
        (
            number,
            chosen["label"],
            chosen["id"],
            "paid" if gift else "authorised",
            amount,
            number,
        ),
    )


def give_back(
    connection: sqlite3.Connection, number: str, chosen: sqlite3.Row, amount: int, *, now: bool
) -> None:
    """Give a part of an order's money back, out of the payments that took it, the newest first.

    Args:
        connection: inside a transaction.
        number: the order's.
        chosen: where it goes; a gift card has it at once.
        amount: how much, in minor units.
        now: whether it starts at once; else when the goods are back.
    """
    at_once = now and chosen["kind"] == "gift_card"
    if at_once:
        _change_balance(connection, chosen["id"], amount)
    for payment in _newest_first(connection, number):
        part = min(amount, payment["amount"] - payment["refunded"])
        if part <= 0:
            continue
        amount -= part
        refunded, status, of = payment["refunded"], payment["status"], payment["amount"]
        if at_once:
            refunded += part
            status = "refunded" if refunded == of else status
        elif now and status == "authorised":
            of -= part  # nothing was taken yet: less will be
        else:
            status = "refund_pending"
        _write(connection, payment, of, refunded, status)


def give_all_back(connection: sqlite3.Connection, number: str) -> None:
    """Give all of an order's money back, each payment to the method that it came from."""
    for payment in _newest_first(connection, number):
        left = payment["amount"] - payment["refunded"]
        kind = connection.execute(
            "SELECT kind FROM payment_methods WHERE id = ?", (payment["method_id"],)
        ).fetchone()["kind"]
        if kind == "gift_card":
            _change_balance(connection, payment["method_id"], left)
            _write(connection, payment, payment["amount"], payment["amount"], "refunded")
        else:
            _write(connection, payment, payment["amount"], payment["refunded"], "refund_pending")


def _newest_first(connection: sqlite3.Connection, number: str) -> list[sqlite3.Row]:
    return connection.execute(
        "SELECT * FROM payments WHERE order_number = ? ORDER BY position DESC", (number,)
    ).fetchall()


def _write(
    connection: sqlite3.Connection, payment: sqlite3.Row, amount: int, refunded: int, status: str
) -> None:
    connection.execute(
        "UPDATE payments SET amount = ?, refunded = ?, status = ?"
        " WHERE order_number = ? AND position = ?",
        (amount, refunded, status, payment["order_number"], payment["position"]),
    )


def _change_balance(connection: sqlite3.Connection, method_id: str, by: int) -> None:
    connection.execute(
        "UPDATE payment_methods SET balance = balance + ? WHERE id = ?", (by, method_id)
    )
