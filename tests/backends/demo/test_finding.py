from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.backends.demo.conftest import Tried, served
from tests.support.own_policy import own_policy

HOME = {"street": "Hafenweg 1", "postcode": "24105", "city": "Kiel", "country": "DE"}
DORA = {"name": "Dora Lind", "postcode": "24103"}


@pytest.fixture
def lenient(tmp_path: Path, seeded: Path) -> Iterator[Tried]:
    """A shop that takes name and postcode for a proof."""
    with served(tmp_path, seeded, FRONTDESK_POLICY=str(own_policy(tmp_path))) as tried:
        yield tried


def find(shop: Tried, **body: str) -> httpx.Response:
    return shop.client.post("/customers/find", json=body)


@pytest.mark.parametrize(
    "asked",
    [
        DORA,
        {"name": "  dora   LIND ", "postcode": "24 103"},
        {"name": "Lind, Dora", "postcode": "24-103"},
        {"name": "Dóra Lînd", "postcode": "24103"},
        {**DORA, "number": "10051"},
    ],
)
def test_name_and_postcode_find_the_one_customer(lenient: Tried, asked: dict[str, str]) -> None:
    if "number" in asked:
        orders = lenient.client.get("/customers/cus_0004/orders").json()["orders"]
        asked = {**asked, "number": orders[0]["number"]}
    answer = find(lenient, **asked)
    assert (answer.status_code, answer.json().get("id")) == (200, "cus_0004"), answer.text


def test_what_does_not_fit_is_not_told_apart(lenient: Tried) -> None:
    with closing(sqlite3.connect(lenient.database)) as database, database:
        # a second Evan Brooks in Madison
        database.execute(
            "UPDATE customers SET first_name = 'Evan', last_name = 'Brooks', postcode = '53703'"
            " WHERE id = 'cus_0007'"
        )
    answers = [
        find(lenient, name="Dora Lind", postcode="24104"),
        find(lenient, name="Dora Lint", postcode="24103"),
        find(lenient, name="Nobody Atall", postcode="24103"),
        find(lenient, name="Dora", postcode="24103"),
        find(lenient, name="Evan Brooks", postcode="53703"),
        find(lenient, **DORA, number="10032"),
        find(lenient, **DORA, number="99999"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1


def test_an_order_number_tells_namesakes_apart(lenient: Tried) -> None:
    with closing(sqlite3.connect(lenient.database)) as database, database:
        database.execute(
            "UPDATE customers SET first_name = 'Evan', last_name = 'Brooks', postcode = '53703'"
            " WHERE id = 'cus_0007'"
        )
    number = lenient.client.get("/customers/cus_0005/orders").json()["orders"][0]["number"]
    found = find(lenient, name="Evan Brooks", postcode="53703", number=number)
    assert found.json()["id"] == "cus_0005"


@pytest.mark.parametrize(
    "guess",
    [
        lambda n: {"name": "Dora Lind", "postcode": f"2410{n + 4}"},
        lambda n: {"name": f"Dora Lin{'abcef'[n]}", "postcode": "24103"},
    ],
    ids=["postcodes of a name", "names of a postcode"],
)
def test_five_misses_close_a_name_and_a_postcode(lenient: Tried, guess) -> None:
    for n in range(5):
        assert find(lenient, **guess(n)).status_code == 404
        lenient.clock.turn(minutes=1)
    closed = find(lenient, **DORA)
    assert closed.status_code == 429
    assert closed.headers["Retry-After"] == str(14 * 60)
    assert find(lenient, name="Anna Berg", postcode="20095").status_code == 200
    lenient.clock.turn(minutes=14)
    assert find(lenient, **DORA).status_code == 200


def test_a_shop_that_takes_codes_only_finds_nobody(shop: Tried) -> None:
    right, wrong = find(shop, **DORA), find(shop, name="Dora Lind", postcode="24104")
    assert (right.status_code, right.content) == (404, wrong.content)


def test_neither_names_nor_postcodes_are_kept(lenient: Tried) -> None:
    find(lenient, name="Dora Lind", postcode="24199")
    with closing(sqlite3.connect(lenient.database)) as database:
        kept = str(database.execute("SELECT * FROM find_misses").fetchall())
    assert len(kept) > 100
    assert "24199" not in kept
    assert "lind" not in kept.lower()


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Dora Lind"},
        {"postcode": "24103"},
        {"name": "", "postcode": "24103"},
        {"name": "Dora Lind", "postcode": "?"},
        {**DORA, "number": None},
    ],
)
def test_half_a_question_is_refused(refusing_shop: Tried, body: dict[str, str]) -> None:
    assert find(refusing_shop, **body).status_code == 422


def _change(shop: Tried, proof: str, **change: object) -> httpx.Response:
    number = "10043"
    path = f"/customers/cus_0004/orders/{number}/changes"
    preview = shop.client.post(f"{path}/preview", json=change)
    assert preview.status_code == 200, preview.text
    made_by = {"channel": "web", "conversation_id": "c1", "proof": proof}
    body = {"change": change, "quote": preview.json()["quote"], "made_by": made_by}
    return shop.change(path, body)


def test_what_needs_a_code_is_not_done_by_name(lenient: Tried) -> None:
    profile = "/customers/cus_0004/profile/changes"
    wanted = {"kind": "default_address", "address": HOME}
    quote = lenient.client.post(f"{profile}/preview", json=wanted).json()["quote"]
    made_by = {"channel": "web", "conversation_id": "c1", "proof": "name_and_postcode"}
    body = {"change": wanted, "quote": quote, "made_by": made_by}
    refused = lenient.change(profile, body)
    assert refused.status_code == 409
    assert refused.json()["error"]["details"] == {"rule": "proof", "alternative": "person"}
    made = lenient.change(profile, {**body, "made_by": {**made_by, "proof": "code"}})
    assert made.status_code == 201
