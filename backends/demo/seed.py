"""Fills a new database with 200 customers and 400 orders, numbered from 10001 to 10400.

The same every time but for the dates, which are counted back from the moment of seeding, so that
they are plausible on the day on which somebody tries the shop. Order numbers say nothing about
age. These are fixed, and documentation and tests rely on them:

* Anna Berg (DE), anna.berg@example.com, postcode 20095, has exactly four: 10031 delayed (her
  newest, 3 days old), 10023 shipped (4 days), 10008 delivered (26 days), 10002 refunded (48 days).
* Ben Okafor (GB), ben.okafor@example.com, postcode LS1 4AP, has exactly one: 10032 delivered
  (12 days).
* Carla Diaz (US), carla.diaz@example.com, has none.
* Dora Lind (DE), dora.lind@example.com, postcode 24103, has exactly three: 10041 pending (2 hours),
  10043 packed (2 days), 10042 delivered (10 days); a gift card with 50.00, a card and PayPal.
* Evan Brooks (US), evan.brooks@example.com, postcode 53703, has exactly three: 10051 pending, paid
  with a gift card that still holds 20.00, 10053 delivered (10 days), 10052 delivered (50 days).

Their ids are cus_0001 to cus_0005, their usernames anna.berg, ben_okafor, carla.d, dora.lind,
evan.brooks.
Nobody has a password until a reset link was used.
"""

from __future__ import annotations

import random
import sqlite3
from datetime import datetime, timedelta

from backends.demo import people
from backends.demo.catalogue import PRODUCTS
from backends.demo.invent import Choice, Invented, Row, choose, invent
from backends.demo.methods import methods_of
from backends.demo.people import ANNA, BEN, DORA, EVAN, Person

# Any number would do; another one gives another shop.
SEED = 20_23
CUSTOMERS, ORDERS, FIRST_ORDER = 200, 400, 10_001

# Of the generated orders, how many are in each state, and between how many and how many days old.
STATES = {
    "pending": (35, 0.1, 1.0),
    "packed": (30, 0.5, 2.0),
    "shipped": (60, 2.0, 5.0),
    "delayed": (30, 3.0, 9.0),
    "partly_delivered": (30, 4.0, 9.0),
    "delivered": (114, 5.0, 60.0),
    "cancelled": (30, 2.0, 60.0),
    "returned": (25, 14.0, 40.0),
    "refunded": (35, 20.0, 70.0),
}
_THINGS = {product.name: product for product in PRODUCTS}
# Number, whose, state, days ago, what.
FIXED: tuple[tuple[str, Person, str, int, tuple[tuple[str, int, int], ...]], ...] = (
    ("10023", ANNA, "shipped", 4, (("Wool blanket", 1, 1), ("Stoneware mug", 0, 2))),
    ("10031", ANNA, "delayed", 3, (("Reading lamp", 0, 1),)),
    ("10008", ANNA, "delivered", 26, (("Felt slippers", 1, 1),)),
    ("10002", ANNA, "refunded", 48, (("Oak chopping board", 1, 1),)),
    ("10032", BEN, "delivered", 12, (("Enamel kettle", 1, 1),)),
    (
        "10041",
        DORA,
        "pending",
        0,
        (("T-shirt", 4, 1), ("Stoneware mug", 1, 2), ("Reading lamp", 0, 1)),
    ),
    (
        "10042",
        DORA,
        "delivered",
        10,
        (("T-shirt", 1, 2), ("Enamel kettle", 0, 1), ("Beeswax candles, set of six", 0, 1)),
    ),
    ("10043", DORA, "packed", 2, (("Cushion cover", 0, 2),)),
    ("10051", EVAN, "pending", 0, (("Bath towel", 0, 2),)),
    ("10052", EVAN, "delivered", 50, (("Coir doormat", 0, 1),)),
    ("10053", EVAN, "delivered", 10, (("Felt slippers", 2, 1), ("Wool blanket", 1, 1))),
)
# Orders that were not paid with the customer's first method.
PAID_WITH = {"10051": "gift_card"}


def fill(connection: sqlite3.Connection, now: datetime) -> None:
    """Put the customers and orders into an empty database.

    Args:
        connection: inside a transaction, with the tables made.
        now: the moment from which the dates are counted back.
    """
    rng = random.Random(SEED)  # noqa: S311
    everybody = people.generate(rng, CUSTOMERS)
    for product in PRODUCTS:
        for variant in product.variants:
            row = {"variant_id": product.variant_id(variant), "pieces": variant.stock}
            _insert(connection, "stock", row)
    for person in everybody:
        _insert(
            connection,
            "customers",
            {
                "id": person.id,
                "first_name": person.first_name,
                "last_name": person.last_name,
                "email": person.email,
                "username": person.username,
                "phone": person.phone,
                "region": person.region.code,
                "vip": int(person.vip),
                "street": person.street,
                "postcode": person.city[1],
                "city": person.city[0],
                "country": person.region.code,
                "newsletter": int(person.vip),
                "sms": 0,
                "two_factor": "text" if person.vip and person.phone else "email",
            },
        )
        for method in methods_of(person):
            _insert(connection, "payment_methods", method)
    for made in _fixed(now) + _generated(rng, everybody, now):
        _insert(connection, "orders", made.order)
        for table, rows in (
            ("shipments", made.shipments),
            ("order_items", made.items),
            ("payments", made.payments),
        ):
            for row in rows:
                _insert(connection, table, row)


def _fixed(now: datetime) -> list[Invented]:
    orders = []
    for number, person, state, days, things in FIXED:
        choices: list[Choice] = [
            (_THINGS[name], _THINGS[name].variants[variant], quantity)
            for name, variant, quantity in things
        ]
        orders.append(
            invent(
                random.Random(f"{SEED} {number}"),  # noqa: S311
                number=number,
                person=person,
                state=state,
                placed=now - timedelta(days=days, hours=2),
                now=now,
                choices=choices,
                paid_with=PAID_WITH.get(number),
            )
        )
    return orders


def _generated(rng: random.Random, everybody: list[Person], now: datetime) -> list[Invented]:
    taken = {number for number, *_ in FIXED}
    numbers = [
        str(number)
        for number in range(FIRST_ORDER, FIRST_ORDER + ORDERS)
        if str(number) not in taken
    ]
    states = [state for state, (count, _, _) in STATES.items() for _ in range(count)]
    rng.shuffle(states)
    # Those with fixed orders get no more of them, and some others never bought anything.
    buyers = [person for person in everybody if person not in people.FIXED][:185]
    orders = []
    for number, state in zip(numbers, states, strict=True):
        _, youngest, oldest = STATES[state]
        orders.append(
            invent(
                rng,
                number=number,
                person=rng.choice(buyers),
                state=state,
                placed=now - timedelta(days=rng.uniform(youngest, oldest)),
                now=now,
                choices=choose(rng, 2 if state == "partly_delivered" else 1),
            )
        )
    return orders


def _insert(connection: sqlite3.Connection, table: str, row: Row) -> None:
    # Names of tables and columns are our own, values are bound.
    connection.execute(
        f"INSERT INTO {table} ({', '.join(row)})"  # noqa: S608
        f" VALUES ({', '.join(':' + name for name in row)})",
        row,
    )
