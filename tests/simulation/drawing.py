"""Goals drawn from what the demo shop holds: never two of one customer."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from backends.demo.catalogue import PRODUCTS
from tests.simulation.goals import Goal, Item, Wish

# Younger than the policy's window, with a margin for the seconds that a run takes.
_WINDOW = timedelta(days=28)
# With an invoice, by the policy.
_INVOICED = {
    "packed",
    "shipped",
    "delayed",
    "partly_delivered",
    "delivered",
    "returned",
    "refunded",
}
_STREETS = ("Bergstraße 9", "Hafenweg 31", "Mühlgasse 4", "Am Markt 17", "Seestraße 22")
_CITIES = (("79098", "Freiburg"), ("24103", "Kiel"), ("04109", "Leipzig"), ("50667", "Köln"))
# New numbers by region: how they are said.
_PHONES = {
    "DE": "+49 30 23125 {:03d}",
    "GB": "+44 20 7946 0{:03d}",
    "US": "+1 202 555 01{:02d}",
    "FR": "+33 1 99 00 0{:03d}",
}
Draw = Callable[[sqlite3.Row, random.Random], Goal | None]


def goals(database: Path, count: int, rng: random.Random) -> list[Goal]:
    """Draw goals, of each kind about as many, no two of the same customer.

    Args:
        database: the demo shop's, as it was seeded.
        count: how many; fewer come back when the shop has no more customers for them.
        rng: where the luck comes from.
    """
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        shop = _Shop(connection)
        waiting = [shop.draw(make, rng) for make in shop.kinds()]
        found: list[Goal] = []
        while waiting and len(found) < count:
            kind = waiting.pop(0)
            if (goal := next(kind, None)) is not None:
                found.append(goal)
                waiting.append(kind)
        return found


def goal_of(database: sqlite3.Connection, customer_id: str, rng: random.Random) -> Goal | None:
    """Draw a goal of a certain customer.

    Args:
        database: the demo shop's, rows by name.
        customer_id: who is to have it.
        rng: where the luck comes from.

    Returns:
        None if nothing that was drawn fits an order of theirs.
    """
    shop = _Shop(database)
    orders = [order for order in shop.orders() if order["customer_id"] == customer_id]
    for make in rng.sample(shop.kinds(), 8):
        for order in rng.sample(orders, len(orders)):
            if (goal := make(order, rng)) is not None:
                return goal
    return None


class _Shop:
    """The seeded shop, and who of its customers has a goal already."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._taken: set[str] = set()
        self._stock = {
            row["variant_id"]: row["pieces"] for row in connection.execute("SELECT * FROM stock")
        }

    def kinds(self) -> tuple[Draw, ...]:
        """A way to draw a goal for each kind, those that fit the fewest orders first."""
        return (
            *(self.cancel, self.address, self.payment, self.items, self.two_wishes),
            *(self.change_of_mind, self.vague, self.withdrawn, self.too_late, self.not_theirs),
            *(self.exchange, self.send_back, self.damaged, self.missing, self.wrong),
            *(self.not_arrived, self.refund, self.invoice, self.reorder, self.reminder),
            *(self.default_address, self.new_email, self.new_phone, self.newsletter),
            *(self.text_messages, self.two_factor, self.close_account),
        )

    def draw(self, make: Draw, rng: random.Random) -> Iterator[Goal]:
        """Goals of one kind, each for another customer, until there are no more."""
        orders = self.orders()
        rng.shuffle(orders)
        for order in orders:
            if order["customer_id"] in self._taken:
                continue
            if (goal := make(order, rng)) is not None:
                self._taken.add(order["customer_id"])
                yield goal

    def orders(self) -> list[sqlite3.Row]:
        """Every order, with what is known of who made it."""
        return self._db.execute(
            "SELECT orders.*, customers.email AS owner, phone, region, newsletter, sms, two_factor"
            " FROM orders JOIN customers ON customers.id = customer_id ORDER BY number"
        ).fetchall()

    def _goal(
        self, kind: str, order: sqlite3.Row, *wishes: Wish | None, first: Wish | None = None
    ) -> Goal | None:
        wanted = tuple(wish for wish in wishes if wish is not None)
        if len(wanted) < len(wishes) or not wanted:
            return None
        count = self._db.execute(
            "SELECT count(*) FROM orders WHERE customer_id = ?", (order["customer_id"],)
        ).fetchone()[0]
        return Goal(
            kind,
            order["owner"],
            wanted,
            first,
            order["postcode"],
            order["phone"] or "",
            alone=count == 1,
        )

    def _lines(self, order: sqlite3.Row) -> list[sqlite3.Row]:
        return self._db.execute(
            "SELECT * FROM order_items WHERE order_number = ? ORDER BY position",
            (order["number"],),
        ).fetchall()

    # --- orders that wait to be packed ----------------------------------------------------------
    def cancel(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """It is cancelled."""
        return self._goal("cancel", order, self._cancel(order, rng))

    @staticmethod
    def _cancel(order: sqlite3.Row, rng: random.Random) -> Wish | None:
        return Wish("cancel", order["number"]) if order["state"] == "pending" else None

    def address(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """It goes elsewhere."""
        return self._goal("address", order, self._address(order, rng))

    @staticmethod
    def _address(order: sqlite3.Row, rng: random.Random) -> Wish | None:
        waits = order["state"] == "pending"
        return Wish("address", order["number"], address=_place(rng)) if waits else None

    def payment(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """It is paid with something else."""
        return self._goal("payment", order, self._payment(order, rng))

    def _payment(self, order: sqlite3.Row, rng: random.Random) -> Wish | None:
        if order["state"] != "pending":
            return None
        ways = self._db.execute(
            "SELECT label FROM payment_methods WHERE customer_id = ? AND kind != 'gift_card'"
            " AND label NOT IN (SELECT method FROM payments WHERE order_number = ?) ORDER BY id",
            (order["customer_id"], order["number"]),
        ).fetchall()
        if not ways:
            return None
        return Wish("payment", order["number"], method=rng.choice(ways)["label"])

    def items(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """An item of it becomes another kind."""
        return self._goal("items", order, self._items(order, rng))

    def _items(self, order: sqlite3.Row, rng: random.Random) -> Wish | None:
        waits = order["state"] == "pending"
        return self._swap("items", order, self._lines(order), rng) if waits else None

    def two_wishes(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Something about an order, and something about the account, in one message."""
        first = rng.choice((self._cancel, self._address, self._payment))(order, rng)
        second = rng.choice((self._newsletter, self._default_address))(order, rng)
        if first and first.address:
            second = replace(second, also=False)  # the order is wanted where the first wish says
        return self._goal("two wishes", order, first, second)

    def change_of_mind(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """At the confirmation something else is wanted than before."""
        make = rng.choice((self._address, self._items, self._exchange, self._send_back))
        wish = make(order, rng)
        if wish is None:
            return None
        first = self._otherwise(wish, order, rng)
        return self._goal("change of mind", order, wish, first=first) if first else None

    def _otherwise(self, wish: Wish, order: sqlite3.Row, rng: random.Random) -> Wish | None:
        """The same kind of wish with other things in it."""
        if wish.address:
            other = _place(rng)
            return replace(wish, address=other) if other != wish.address else None
        lines = {line["id"]: line for line in self._lines(order)}
        if wish.what == "return":
            back = [line for line in self._came_lately(order) if line["id"] != wish.items[0].id]
            if len(wish.items) > 1 or not back:
                return None
            return replace(wish, items=(_item(rng.choice(back)),))
        item = wish.items[0]
        others = [kind for kind in self._kinds_for(lines[item.id]) if kind[1] != item.to]
        if not others:
            return None
        return replace(wish, items=(replace(item, to=rng.choice(others)[1]),))

    def vague(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Something plain, of somebody who answers vaguely first."""
        make = rng.choice((self._cancel, self._address, self._send_back, self._newsletter))
        return self._goal("vague", order, make(order, rng))

    def withdrawn(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Asked for, and taken back at the confirmation."""
        make = rng.choice((self._cancel, self._address, self._send_back, self._exchange))
        return self._goal("withdrawn", order, make(order, rng))

    def too_late(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """What the policy does not allow any more."""
        if order["state"] not in {"packed", "shipped"}:
            return None
        what = rng.choice(("cancel", "address"))
        place = _place(rng) if what == "address" else None
        return self._goal("too late", order, Wish(what, order["number"], address=place))

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
        what = rng.choice(("cancel", "address", "invoice"))
        place = _place(rng) if what == "address" else None
        found = self._goal("not theirs", order, Wish(what, other["number"], address=place))
        return replace(found, alone=False) if found else None

    # --- orders that arrived --------------------------------------------------------------------
    def exchange(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """An item that came is exchanged."""
        return self._goal("exchange", order, self._exchange(order, rng))

    def _exchange(self, order: sqlite3.Row, rng: random.Random) -> Wish | None:
        return self._swap("exchange", order, self._came_lately(order), rng)

    def send_back(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Some of what came goes back."""
        return self._goal("return", order, self._send_back(order, rng))

    def _send_back(self, order: sqlite3.Row, rng: random.Random) -> Wish | None:
        lines = self._came_lately(order)
        if not lines:
            return None
        some = rng.sample(lines, rng.randint(1, len(lines)))
        items = tuple(_item(line) for line in lines if line in some)
        ways = self._db.execute(
            "SELECT method AS label FROM payments WHERE order_number = ? UNION SELECT label FROM"
            " payment_methods WHERE customer_id = ? AND kind = 'gift_card' ORDER BY label",
            (order["number"], order["customer_id"]),
        ).fetchall()
        method = rng.choice(ways)["label"]
        return Wish("return", order["number"], items=items, method=method)

    def damaged(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """An item came damaged."""
        return self._problem("damaged", order, rng)

    def missing(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """An item was not in the parcel."""
        return self._problem("missing item", order, rng)

    def wrong(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Another item was in the parcel."""
        return self._problem("wrong item", order, rng)

    def not_arrived(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """By the carrier's word it was delivered, and it is not there."""
        if order["state"] != "delivered":
            return None
        return self._goal("not arrived", order, Wish("not arrived", order["number"]))

    def _problem(self, kind: str, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        if order["state"] != "delivered":
            return None
        item = _item(rng.choice(self._lines(order)))
        remedy = rng.choice(("replacement", "refund"))
        return self._goal(kind, order, Wish(kind, order["number"], (item,), value=remedy))

    def refund(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Where a refund is, is told."""
        if order["state"] not in {"returned", "refunded", "cancelled"} or not order["refund"]:
            return None
        amount = f"{order['refund'] / 100:,.2f}"
        return self._goal("refund status", order, Wish("refund", order["number"], value=amount))

    def invoice(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """The invoice is sent again."""
        if order["state"] not in _INVOICED:
            return None
        return self._goal("invoice", order, Wish("invoice", order["number"]))

    def reorder(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """The same is ordered once more."""
        lines = self._lines(order)
        if not all(self._stock[line["variant_id"]] >= line["quantity"] for line in lines):
            return None
        for line in lines:
            self._stock[line["variant_id"]] -= line["quantity"]
        return self._goal("reorder", order, Wish("reorder", order["number"]))

    def _came_lately(self, order: sqlite3.Row) -> list[sqlite3.Row]:
        if order["state"] != "delivered":
            return []
        came = self._db.execute(
            "SELECT min(delivered_at) FROM shipments WHERE order_number = ?", (order["number"],)
        ).fetchone()[0]
        if not came or _moment(came) < datetime.now(timezone.utc) - _WINDOW:
            return []
        return [line for line in self._lines(order) if "candles" not in line["product"]]

    def _kinds_for(self, line: sqlite3.Row) -> list[tuple[str, str]]:
        """The other kinds of a line's product, of which there is enough for others as well."""
        return [
            kind
            for kind in _kinds(line["product"])
            if kind[0] != line["variant_id"] and self._stock[kind[0]] >= line["quantity"]
        ]

    def _swap(
        self, what: str, order: sqlite3.Row, lines: list[sqlite3.Row], rng: random.Random
    ) -> Wish | None:
        choices = [(line, kind) for line in lines for kind in self._kinds_for(line)]
        if not choices:
            return None
        line, (variant, title) = rng.choice(choices)
        self._stock[variant] -= line["quantity"]
        return Wish(what, order["number"], (replace(_item(line), to=title),))

    # --- products and the account ---------------------------------------------------------------
    def reminder(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Word is sent when something sold out is back."""
        rows = self._db.execute(
            "SELECT variant_id FROM stock WHERE pieces = 0 AND variant_id NOT IN (SELECT variant_id"
            " FROM order_items JOIN orders ON number = order_number WHERE state = 'pending')"
        )
        gone = {row["variant_id"] for row in rows}  # and no cancellation brings it back
        sold_out = [
            (product.name, *kind)
            for product in PRODUCTS
            for kind in _kinds(product.name)
            if kind[0] in gone
        ]
        name, variant_id, title = rng.choice(sold_out)
        item = Item("", name, title)
        return self._goal("back in stock", order, Wish("remind", items=(item,), value=variant_id))

    def default_address(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Orders go elsewhere from now on."""
        return self._goal("default address", order, self._default_address(order, rng))

    @staticmethod
    def _default_address(order: sqlite3.Row, rng: random.Random) -> Wish:
        return Wish("default_address", address=_place(rng), also=rng.random() < 0.5)

    def new_email(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Another address to sign in with."""
        new = f"new.{order['owner'].split('@')[0]}@example.org"
        return self._goal("e-mail", order, Wish("email", value=new))

    def new_phone(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Another phone number."""
        template = _PHONES[order["region"]]
        new = template.format(rng.randint(10, 99))
        taken = self._db.execute(
            "SELECT count(*) FROM customers WHERE phone = ?", (new.replace(" ", ""),)
        ).fetchone()[0]
        return None if taken else self._goal("phone", order, Wish("phone", value=new))

    def newsletter(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """The newsletter comes, or no longer."""
        return self._goal("newsletter", order, self._newsletter(order, rng))

    @staticmethod
    def _newsletter(order: sqlite3.Row, rng: random.Random) -> Wish:
        return Wish("newsletter", value="off" if order["newsletter"] else "on")

    def text_messages(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """Offers come by text message, or no longer."""
        if not order["phone"]:
            return None
        wish = Wish("sms", value="off" if order["sms"] else "on")
        return self._goal("text messages", order, wish)

    def two_factor(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """The codes for signing in go elsewhere."""
        if not order["phone"]:
            return None
        other = "email" if order["two_factor"] == "text" else "text"
        return self._goal("two-factor", order, Wish("two_factor", value=other))

    def close_account(self, order: sqlite3.Row, rng: random.Random) -> Goal | None:
        """It is taken down, and goes to a person."""
        return self._goal("close account", order, Wish("close_account"))


def _item(line: sqlite3.Row) -> Item:
    return Item(line["id"], line["product"], line["variant"])


def _kinds(name: str) -> list[tuple[str, str]]:
    """Every kind of a product: its id, and its title as customers read it."""
    product = next(product for product in PRODUCTS if product.name == name)
    return [
        (product.variant_id(variant), ", ".join(value for _, value in variant.options))
        for variant in product.variants
    ]


def _place(rng: random.Random) -> tuple[str, str, str]:
    return (rng.choice(_STREETS), *rng.choice(_CITIES))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
