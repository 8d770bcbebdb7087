import json
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from backends.demo import seed
from backends.demo.database import Database, DatabaseError

NOW = datetime(2031, 5, 14, 10, 0, tzinfo=timezone.utc)
TODAY = NOW.date().isoformat()
WRITTEN_NOW = "2031-05-14T10:00:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> sqlite3.Connection:
    path = tmp_path_factory.mktemp("made") / "deep" / "shop.db"
    assert Database(path).prepare(lambda connection: seed.fill(connection, NOW))
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@pytest.fixture(scope="module")
def orders(made) -> list[dict]:
    def rows(table, number):
        query = f"SELECT * FROM {table} WHERE order_number = ? ORDER BY position"
        return [dict(row) for row in made.execute(query, (number,))]

    return [
        dict(order)
        | {
            table: rows(table, order["number"])
            for table in ("order_items", "shipments", "payments")
        }
        for order in made.execute("SELECT * FROM orders ORDER BY number")
    ]


def test_how_many(made, orders):
    assert made.execute("SELECT count(*) FROM customers").fetchone()[0] == 200
    assert [order["number"] for order in orders] == [str(n) for n in range(10_001, 10_401)]
    states = Counter(order["state"] for order in orders)
    assert len(states) == 9
    assert min(states.values()) >= 25


def test_the_fixed_ones(orders):
    of = {
        customer: {o["number"]: o["state"] for o in orders if o["email"] == customer}
        for customer in (
            "anna.berg@example.com",
            "ben.okafor@example.com",
            "carla.diaz@example.com",
        )
    }
    assert of == {
        "anna.berg@example.com": {
            "10002": "refunded",
            "10008": "delivered",
            "10023": "shipped",
            "10031": "delayed",
        },
        "ben.okafor@example.com": {"10032": "delivered"},
        "carla.diaz@example.com": {},
    }


def test_people(made):
    people = made.execute("SELECT * FROM customers").fetchall()
    assert all(
        person["email"].split("@")[1] in {"example.com", "example.org", "example.net"}
        for person in people
    )
    assert {person["region"] for person in people} == {"DE", "GB", "US", "FR"}
    assert 5 <= sum(person["vip"] for person in people) <= 30
    assert all(person["password_hash"] is None for person in people)
    assert 0 < sum(person["phone"] is None for person in people) < 100


def test_nothing_happened_in_the_future_and_nothing_before_the_order(orders):
    for order in orders:
        happened = [
            order["cancelled_at"],
            order["returned_at"],
            order["refunded_at"],
            *(
                parcel[key]
                for parcel in order["shipments"]
                for key in ("shipped_at", "delivered_at")
            ),
        ]
        for moment in filter(None, happened):
            assert order["placed_at"] < moment <= WRITTEN_NOW, order
        for parcel in order["shipments"]:
            if parcel["delivered_at"]:
                assert parcel["shipped_at"] < parcel["delivered_at"]
            else:
                assert parcel["estimated_day"] >= TODAY
        if order["estimated_day"]:
            assert order["estimated_day"] >= TODAY
        if order["refund_expected_by"]:
            assert order["refund_expected_by"] >= TODAY


def test_states_and_their_details_agree(orders):
    for order in orders:
        state = order["state"]
        items = {item["status"] for item in order["order_items"]}
        parcels = [parcel["status"] for parcel in order["shipments"]]
        paid = {payment["status"] for payment in order["payments"]}
        assert order["total"] == sum(i["price"] * i["quantity"] for i in order["order_items"])
        assert order["total"] == sum(payment["amount"] for payment in order["payments"])
        assert (order["delay_reason"] is not None) == (state == "delayed")
        assert (order["cancelled_at"] is not None) == (state == "cancelled")
        assert (order["returned_at"] is not None) == (state in {"returned", "refunded"})
        waiting = {"pending", "packed", "shipped", "delayed", "partly_delivered"}
        assert (order["estimated_day"] is not None) == (state in waiting)
        assert (order["refunded_at"] is not None) == (paid == {"refunded"})
        assert (order["refund_expected_by"] is not None) == (paid == {"refund_pending"})
        assert (order["refund"] is not None) == bool(paid & {"refunded", "refund_pending"})
        if state == "partly_delivered":
            assert parcels == ["delivered", "in_transit"]
            assert items == {"delivered", "shipped"}
        elif state in {"pending", "packed", "cancelled"}:
            assert parcels == []
            assert items == {state}
        elif state == "shipped":
            assert parcels in (["in_transit"], ["out_for_delivery"])
            assert items == {"shipped"}
        elif state == "delayed":
            assert (parcels, items) in ((["held"], {"shipped"}), ([], {"packed"}))
        elif state == "delivered":
            assert (parcels, items) == (["delivered"], {"delivered"})
        else:
            assert (parcels, items) == (["delivered"], {"returned"})
            assert paid == {"refund_pending" if state == "returned" else "refunded"}


def test_the_same_shop_every_time_but_for_the_dates(tmp_path, made):
    def content(path):
        with closing(sqlite3.connect(path)) as connection:
            people = connection.execute("SELECT * FROM customers ORDER BY id").fetchall()
            orders = connection.execute(
                "SELECT number, customer_id, state, total FROM orders ORDER BY number"
            ).fetchall()
        return json.dumps([people, orders])

    contents = set()
    for index, moment in enumerate((NOW, NOW + timedelta(days=100, hours=13))):
        path = tmp_path / f"{index}.db"
        Database(path).prepare(lambda connection, moment=moment: seed.fill(connection, moment))
        contents.add(content(path))
    assert len(contents) == 1


def test_a_filled_database_is_left_as_it_is(tmp_path):
    database = Database(tmp_path / "shop.db")
    assert database.prepare(lambda connection: None) is True

    def never(connection):
        raise AssertionError("filled twice")

    assert database.prepare(never) is False


def test_half_a_filling_is_none(tmp_path):
    def broken(connection):
        seed.fill(connection, NOW)
        raise KeyboardInterrupt

    database = Database(tmp_path / "shop.db")
    with pytest.raises(KeyboardInterrupt):
        database.prepare(broken)
    assert database.prepare(lambda connection: seed.fill(connection, NOW)) is True


def test_a_foreign_database_is_refused(tmp_path):
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE customers (id)")
    with pytest.raises(DatabaseError, match="another version"):
        Database(path).prepare(lambda connection: None)


def test_seeded_orders_can_be_read_through_the_api(shop, made):
    for (customer,) in made.execute("SELECT id FROM customers ORDER BY id LIMIT 40").fetchall():
        answer = shop.client.get(f"/customers/{customer}/orders", params={"limit": 50})
        assert answer.status_code == 200
        expected = made.execute(
            "SELECT number FROM orders WHERE customer_id = ? ORDER BY placed_at DESC", (customer,)
        ).fetchall()
        orders = answer.json()["orders"]
        assert [order["number"] for order in orders] == [row["number"] for row in expected]
        for order in orders:
            ids = {item["id"] for item in order["items"]}
            for parcel in order["shipments"]:
                assert parcel["item_ids"]
                assert set(parcel["item_ids"]) <= ids
    assert httpx.get(f"{shop.url}/health").json() == {"status": "ok"}
