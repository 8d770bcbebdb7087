"""The kinds of change before the parcel is on its way: cancel, address, payment, items.

What happens after it arrived is in `backends.demo.kinds_after`.
"""

from __future__ import annotations

from collections.abc import Callable

from backends.demo import money, times
from backends.demo.planning import (
    Asked,
    Plan,
    asked_items,
    difference,
    line,
    move_stock,
    outcome,
    refund_parts,
    refuse,
    swap,
    tell,
)
from backends.policy import Limit

# What the customer may do instead, by the state that stands in the way.
_INSTEAD = {
    "packed": "refuse_delivery",
    "shipped": "refuse_delivery",
    "delayed": "refuse_delivery",
    "partly_delivered": "return",
    "delivered": "return",
}
_CANCELLED = {
    "no_longer_needed": "you no longer needed it",
    "ordered_by_mistake": "you ordered it by mistake",
    "other": "you asked for it",
}


def cancel(asked: Asked) -> Plan:
    """Cancel the whole order and give all money back to where it came from."""
    rules, number = asked.policy.cancel, asked.order["number"]
    asked.in_state(rules.states, _INSTEAD)
    if asked.body.reason not in rules.reasons:
        raise refuse("reason", "The policy does not know this reason.")
    first = money.method(asked.connection, asked.customer["id"], asked.first_payment["method_id"])
    left = asked.connection.execute(
        "SELECT coalesce(sum(amount - refunded), 0) FROM payments WHERE order_number = ?", (number,)
    ).fetchone()[0]

    def make() -> None:
        for item in asked.items:
            move_stock(asked.connection, item["variant_id"], item["quantity"])
        money.give_all_back(asked.connection, number)
        done = first["kind"] == "gift_card"
        asked.connection.execute(
            "UPDATE order_items SET status = 'cancelled' WHERE order_number = ?", (number,)
        )
        asked.connection.execute(
            "UPDATE orders SET state = 'cancelled', cancelled_at = ?, cancel_reason = ?,"
            " estimated_day = NULL, refund = ?, refund_expected_by = ? WHERE number = ?",
            (
                times.write(asked.now),
                _CANCELLED[str(asked.body.reason)],
                left,
                None if done else times.business_day(asked.now, asked.days(first["kind"])["most"]),
                number,
            ),
        )
        tell(asked, f"Order {number} is cancelled", f"Your order {number} will not be sent.")

    return Plan(
        outcome(
            asked,
            lines=[line(item) for item in asked.items],
            **refund_parts(asked, first, left, when="now"),
        ),
        make,
    )


def address(asked: Asked) -> Plan:
    """Send the order to another address."""
    body, number = asked.body.address, asked.order["number"]
    assert body is not None
    _within(asked, asked.policy.change_address)
    new = body.dict()
    if all(asked.order[name] == value for name, value in new.items()):
        raise refuse("nothing_to_change", "It goes to this address already.")

    def make() -> None:
        asked.connection.execute(
            "UPDATE orders SET street = :street, postcode = :postcode, city = :city,"
            " country = :country WHERE number = :number",
            {**new, "number": number},
        )
        where = f"{body.street}, {body.postcode} {body.city}, {body.country}"
        tell(asked, f"New address for order {number}", f"Order {number} now goes to {where}.")

    return Plan(outcome(asked, ship_to=new), make)


def payment(asked: Asked) -> Plan:
    """Pay the order with something else: what was taken goes back, the new method pays."""
    _within(asked, asked.policy.change_payment)
    number, total = asked.order["number"], asked.order["total"]
    chosen = asked.chosen()
    paying = asked.connection.execute(
        "SELECT DISTINCT method_id FROM payments WHERE order_number = ? AND amount > refunded",
        (number,),
    ).fetchall()
    if [row["method_id"] for row in paying] == [chosen["id"]]:
        raise refuse("nothing_to_change", "It is paid with this method already.")
    money.cover(chosen, total)
    before = money.method(asked.connection, asked.customer["id"], asked.first_payment["method_id"])

    def make() -> None:
        money.give_all_back(asked.connection, number)
        asked.connection.execute("DELETE FROM payments WHERE order_number = ?", (number,))
        money.charge(asked.connection, asked.order["number"], chosen, total)
        tell(
            asked,
            f"Order {number} is paid differently",
            f"Order {number} is now paid with your {chosen['label']}.",
        )

    shown = outcome(
        asked,
        charge=asked.money(total),
        refund=asked.money(total),
        method=chosen["label"],
        refund_days=asked.days(before["kind"]),
        refund_when="now",
    )
    return Plan(shown, make)


def items(asked: Asked) -> Plan:
    """Change items for other kinds of the same products, all in one go."""
    _within(asked, asked.policy.change_items)
    wanted = [(item, body, body.quantity or item["quantity"]) for item, body in asked_items(asked)]
    if any(quantity != item["quantity"] for item, _, quantity in wanted):
        raise refuse("quantity", "A line is changed as a whole.")
    swaps = swap(asked, wanted)
    more = sum((new.price - item["price"]) * quantity for item, _, new, quantity in swaps)
    settled, settle = difference(asked, more)
    total = asked.order["total"] + more

    def make() -> None:
        settle()
        for item, variant_id, new, quantity in swaps:
            move_stock(asked.connection, item["variant_id"], quantity)
            move_stock(asked.connection, variant_id, -quantity)
            asked.connection.execute(
                "UPDATE order_items SET variant = ?, variant_id = ?, price = ? WHERE id = ?",
                (new.title, variant_id, new.price, item["id"]),
            )
        number = asked.order["number"]
        asked.connection.execute("UPDATE orders SET total = ? WHERE number = ?", (total, number))
        said = "; ".join(f"{item['product']}: {new.title}" for item, _, new, _ in swaps)
        tell(asked, f"Order {number} was changed", f"Order {number} now holds {said}.")

    lines = [
        line(item, new_variant=new.title, new_price=asked.money(new.price))
        for item, _, new, _ in swaps
    ]
    return Plan(outcome(asked, lines=lines, **settled, total=asked.money(total)), make)


def _within(asked: Asked, rules: Limit) -> None:
    asked.in_state(rules.states, _INSTEAD)
    if not rules.times:
        return
    made = asked.connection.execute(
        "SELECT count(*) FROM changes WHERE order_number = ? AND kind = ?",
        (asked.order["number"], asked.body.kind),
    ).fetchone()[0]
    if made >= rules.times:
        raise refuse("already_changed", "It was changed as often as it may be.", "person")


KINDS: dict[str, Callable[[Asked], Plan]] = {
    "cancel": cancel,
    "address": address,
    "payment": payment,
    "items": items,
}
