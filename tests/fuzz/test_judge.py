"""The judge of random conversations finds each of the three things that must never happen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fuzz.judge import Found, Said, judge
from tests.support.shop import running_shop

DORA = "cus_0004"
PREVIEW = (
    "Order 10041 will go to: Hafenweg 3, 24103 Kiel, DE. It costs you nothing. Shall I change it?"
)
OTHER = PREVIEW.replace("Hafenweg 3", "Hafenweg 5")
PLACE = {"street": "Hafenweg 3", "postcode": "24103", "city": "Kiel", "country": "DE"}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a shop that nobody has used."""
    with running_shop(tmp_path_factory.mktemp("shop")) as shop:
        shop.reset()
        return shop.folder / "shop-as-seeded.db"


@pytest.fixture
def shop(seeded: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy of it."""
    copy = tmp_path / "shop.db"
    copy.write_bytes(seeded.read_bytes())
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def made(shop: sqlite3.Connection, number: str = "10041", conversation: str = "c") -> None:
    """An address that was changed."""
    shop.execute(
        "INSERT INTO changes (id, key_hash, customer_id, order_number, kind, record, made_by,"
        " made_at) VALUES (hex(randomblob(8)), hex(randomblob(8)), ?, ?, 'address', ?, ?, '')",
        (
            DORA,
            number,
            json.dumps({"outcome": {"lines": [], "ship_to": PLACE}}),
            json.dumps({"conversation_id": conversation}),
        ),
    )


def found(shop: sqlite3.Connection, *texts: str) -> Found:
    """What is found of a conversation; the customer's words begin with `> `."""
    said = [Said(text.startswith("> "), text.removeprefix("> ")) for text in texts]
    return judge(shop, "c", DORA, said)


def test_a_change_that_was_agreed_to(shop: sqlite3.Connection) -> None:
    made(shop)
    assert not found(shop, PREVIEW, "> yes").all()
    assert not found(shop, PREVIEW, "> Yes, change it").all()


@pytest.mark.parametrize(
    "texts",
    [
        (),
        (PREVIEW,),
        (PREVIEW, "> ok"),
        (PREVIEW, "> no", "> yes"),
        (PREVIEW, "> no wait, Hafenweg 5", OTHER, "> yes"),
        ("> yes", PREVIEW),
    ],
)
def test_without_a_yes_to_what_was_made(shop: sqlite3.Connection, texts: tuple[str, ...]) -> None:
    made(shop)
    assert len(found(shop, *texts).without_yes) == 1


def test_twice_for_one_yes(shop: sqlite3.Connection) -> None:
    made(shop)
    made(shop)
    assert len(found(shop, PREVIEW, "> yes", "> yes").twice) == 1
    assert not found(shop, PREVIEW, "> yes", PREVIEW, "> yes").all()


def test_a_change_in_another_conversation_is_not_looked_at(shop: sqlite3.Connection) -> None:
    made(shop, conversation="d")
    assert not found(shop).all()


def test_a_change_of_another_customers_order(shop: sqlite3.Connection) -> None:
    made(shop, number="10051")
    assert found(shop, PREVIEW.replace("10041", "10051"), "> yes").anothers


@pytest.mark.parametrize(
    "text",
    [
        "Order 10051, 2 × Bath towel (ecru), is on its way.",
        "Which order do you mean? 10051 or 10041",
        "The code went to evan.brooks@example.com.",
    ],
)
def test_what_is_another_customers(shop: sqlite3.Connection, text: str) -> None:
    assert found(shop, text).anothers


@pytest.mark.parametrize(
    "text",
    [
        "I can't find order 10051 among your orders.",
        'If the number is wrong, write for example "order 10031".',
        "Order 10041, Reading lamp (brass), has reached us.",
        "Your code went to dora.lind@example.com.",
    ],
)
def test_what_may_be_told(shop: sqlite3.Connection, text: str) -> None:
    assert not found(shop, "> where is order 10051", text).all()


def test_to_who_names_its_postcode_an_orders_delivery_is_told(shop: sqlite3.Connection) -> None:
    (row,) = shop.execute("SELECT postcode, street FROM orders WHERE number = '10051'").fetchall()
    asked = ("> where is order 10051", f"> {row['postcode'].lower()}")
    assert not found(shop, *asked, "Order 10051, 2 × Bath towel (ecru), is on its way.").all()
    assert found(shop, *asked, f"Order 10051 goes to {row['street']}.").anothers
