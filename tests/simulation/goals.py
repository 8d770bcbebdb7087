"""What simulated customers want, drawn from what the demo shop holds."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from backends.demo.catalogue import PRODUCTS

# Goals that must end with nothing changed.
NOTHING = {"withdrawn", "too_late", "not_theirs"}
# Younger than the policy's window, with a margin for the seconds that a run takes.
_WINDOW = timedelta(days=28)
_STREETS = ("Bergstraße 9", "Hafenweg 31", "Mühlgasse 4", "Am Markt 17", "Seestraße 22")
_CITIES = (("79098", "Freiburg"), ("24103", "Kiel"), ("04109", "Leipzig"), ("50667", "Köln"))


@dataclass(frozen=True)
class Item:
    """One line of an order that the customer wants something done to.

    Attributes:
        id: the line.
        product: its name.
        variant: its kind now, as the customer reads it.
        to: the kind that it shall become; "" when it goes back.
    """

    id: str
    product: str
    variant: str
    to: str = ""


@dataclass(frozen=True)
class Goal:
    """What one customer wants.

    Attributes:
        kind: of the change; or a name in NOTHING.
        change: the kind of change that is asked for.
        email: the customer's.
        number: the order's.
        items: the lines that it is about.
        address: street, postcode and city.
        method: label of the payment method.
        alone: whether the customer has no other order, so that no number need be said.
    """

    kind: str
    change: str
    email: str
    number: str
    items: tuple[Item, ...] = ()
    address: tuple[str, str, str] | None = None
    method: str | None = None
    alone: bool = False


def goals(database: Path, count: int, rng: random.Random) -> list[Goal]:
    """Draw goals, no two of the same customer: codes are sent once a minute only.

    Args:
        database: the demo shop's, as it was seeded.
        count: how many; fewer come back when the shop has no more customers for them.
        rng: where the luck comes from.
    """
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        shop = _Shop(connection)
        waiting: list[Iterator[Goal]] = [
            shop.draw(make, rng)
            for make in (
                *(shop.cancel, shop.address, shop.payment, shop.items),
                *(shop.send_back, shop.exchange, shop.withdrawn, shop.too_late, shop.not_theirs),
            )
        ]
        found: list[Goal] = []
        while waiting and len(found) < count:
            kind = waiting.pop(0)
            if (goal := next(kind, None)) is not None:
                found.append(goal)
                waiting.append(kind)
        return found


class _Shop:
    """The seeded shop, and who of its customers has a goal already."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._taken: set[str] = set()
        self._stock = {
            row["variant_id"]: row["pieces"] for row in connection.execute("SELECT * FROM stock")
        }

    def draw(
        self, make: Callable[[sqlite3.Row, random.Random], Goal | None], rng: random.Random
    ) -> Iterator[Goal]:
        """Goals of one kind, each for another customer, until there are no more."""
        orders = self._db.execute(
            "SELECT orders.*, customers.email AS owner FROM orders"
            " JOIN customers ON customers.id = customer_id ORDER BY number"
        ).fetchall()
        rng.shuffle(orders)
        for order in orders:
            if order["customer_id"] in self._taken:
                continue
            if (goal := make(order, rng)) is not None:
                self._taken.add(order["customer_id"])
                yield goal

    def _goal(self, kind: str, change: str, order: sqlite3.Row, **wanted: object) -> Goal:
        count = self._db.execute(
            "SELECT count(*) FROM orders WHERE customer_id = ?", (order["customer_id"],)
        ).fetchone()[0]
        return Goal(kind, change, order["owner"], order["number"], alone=count == 1, **wanted)  # type: ignore[arg-type]

    def _lines(self, order: sqlite3.Row) -> list[sqlite3.Row]:
        return self._db.execute(
            "SELECT * FROM order_items WHERE order_number = ? ORDER BY position",
            (order["number"],),
        ).fetchall()

    def cancel(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """A pending order is cancelled."""
        return self._goal("cancel", "cancel", order) if order["state"] == "pending" else None

    def withdrawn(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Asked for, and taken back at the confirmation."""
        change = rng.choice(("cancel", "address"))
        if order["state"] != "pending":
            return None
        return self._goal("withdrawn", change, order, address=_address(rng))

    def too_late(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """What the policy does not allow any more."""
        if order["state"] not in {"packed", "shipped"}:
            return None
        change = rng.choice(("cancel", "address"))
        return self._goal("too_late", change, order, address=_address(rng))

    def not_theirs(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """An order of somebody else's."""
        rows = self._db.execute(
            "SELECT number, customer_id FROM orders WHERE state = 'pending' ORDER BY number"
        ).fetchall()
        free = [
            row for row in rows if row["customer_id"] not in {*self._taken, order["customer_id"]}
        ]
        if not free:
            return None
        other = rng.choice(free)
        self._taken.add(other["customer_id"])  # a change of it can be nobody else's wish
        return Goal("not_theirs", "cancel", order["owner"], other["number"])

    def address(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """A pending order goes elsewhere."""
        if order["state"] != "pending":
            return None
        return self._goal("address", "address", order, address=_address(rng))

    def payment(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """A pending order is paid with something else."""
        if order["state"] != "pending":
            return None
        ways = self._db.execute(
            "SELECT label FROM payment_methods WHERE customer_id = ? AND kind != 'gift_card'"
            " AND label NOT IN (SELECT method FROM payments WHERE order_number = ?) ORDER BY id",
            (order["customer_id"], order["number"]),
        ).fetchall()
        if not ways:
            return None
        return self._goal("payment", "payment", order, method=rng.choice(ways)["label"])

    def items(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """An item of a pending order becomes another kind of it."""
        if order["state"] != "pending":
            return None
        return self._swap("items", order, self._lines(order), rng)

    def exchange(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """An item that came is exchanged."""
        return self._swap("exchange", order, self._came_lately(order), rng)

    def send_back(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Some of what came goes back."""
        lines = self._came_lately(order)
        if not lines:
            return None
        some = rng.sample(lines, rng.randint(1, len(lines)))
        items = tuple(
            Item(line["id"], line["product"], line["variant"]) for line in lines if line in some
        )
        return self._goal("return", "return", order, items=items)

    def _came_lately(self, order: sqlite3.Row) -> list[sqlite3.Row]:
        if order["state"] != "delivered":
            return []
        came = self._db.execute(
            "SELECT min(delivered_at) FROM shipments WHERE order_number = ?", (order["number"],)
        ).fetchone()[0]
        if not came or _moment(came) < datetime.now(timezone.utc) - _WINDOW:
            return []
        return [line for line in self._lines(order) if "candles" not in line["product"]]

    def _swap(
        self, kind: str, order: sqlite3.Row, lines: list[sqlite3.Row], rng: random.Random
    ) -> Goal | None:
        choices = [
            (line, variant)
            for line in lines
            for variant in _kinds(line["product"])
            if variant[0] != line["variant_id"]
            and self._stock[variant[0]] >= line["quantity"] + 3  # others want some of it, too
        ]
        if not choices:
            return None
        line, (_, title) = rng.choice(choices)
        item = Item(line["id"], line["product"], line["variant"], title)
        return self._goal(kind, kind, order, items=(item,))


def _kinds(name: str) -> list[tuple[str, str]]:
    """Every kind of a product: its id, and its title as customers read it."""
    product = next(product for product in PRODUCTS if product.name == name)
    return [
        (product.variant_id(variant), ", ".join(value for _, value in variant.options))
        for variant in product.variants
    ]


def _address(rng: random.Random) -> tuple[str, str, str]:
    return (rng.choice(_STREETS), *rng.choice(_CITIES))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
