"""What holds for every kind of change: previews, quotes, keys, records, other people's orders."""

from __future__ import annotations

import uuid

import pytest

from backends.demo.kinds import KINDS as BEFORE
from backends.demo.kinds_after import KINDS as AFTER
from tests.backends.demo.changing import (
    ANNA_ID,
    DORA,
    confirm,
    make,
    order,
    preview,
    query,
    stock,
)
from tests.backends.demo.conftest import Tried

CANCEL = {"kind": "cancel", "reason": "no_longer_needed"}


def test_a_preview_changes_nothing(shop: Tried) -> None:
    before = query(shop, "SELECT * FROM orders"), query(shop, "SELECT * FROM stock")
    answer = preview(shop, DORA, "10041", **CANCEL)
    assert answer.status_code == 200
    assert answer.json()["refund"] == {"amount": 13650, "currency": "EUR"}
    assert (query(shop, "SELECT * FROM orders"), query(shop, "SELECT * FROM stock")) == before
    assert shop.mails() == []


def test_a_change_is_made_once(shop: Tried) -> None:
    key = uuid.uuid4().hex
    seen = preview(shop, DORA, "10041", **CANCEL).json()
    first = confirm(shop, DORA, "10041", seen["quote"], key=key, **CANCEL)
    again = confirm(shop, DORA, "10041", seen["quote"], key=key, **CANCEL)
    assert first.status_code == 201
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert stock(shop, "var_reading-lamp_1") == 7
    assert len(query(shop, "SELECT * FROM changes")) == 1
    assert len(shop.mails()) == 1


def test_the_record_says_what_was_previewed(shop: Tried) -> None:
    seen = preview(shop, DORA, "10041", **CANCEL).json()
    made = confirm(shop, DORA, "10041", seen["quote"], **CANCEL).json()
    assert made["outcome"] == seen
    assert made["reference"] == "C-1001"
    assert made["order_number"] == "10041"
    assert made["made_at"] == "2031-05-14T10:00:00Z"


def test_a_change_is_found_by_its_key(shop: Tried) -> None:
    key = uuid.uuid4().hex
    assert shop.client.get(f"/customers/{DORA}/changes/{key}").status_code == 404
    made = make(shop, DORA, "10041", key=key, **CANCEL).json()
    assert shop.client.get(f"/customers/{DORA}/changes/{key}").json() == made
    # not by anybody else
    assert shop.client.get(f"/customers/{ANNA_ID}/changes/{key}").status_code == 404


def test_what_would_come_to_something_else_is_not_made(shop: Tried) -> None:
    change = {
        "kind": "exchange",
        "items": [{"item_id": "itm_10042_1", "variant_id": "var_t-shirt_6"}],
    }
    quote = preview(shop, DORA, "10042", **change).json()["quote"]
    other = {**change, "items": [{"item_id": "itm_10042_1", "variant_id": "var_t-shirt_5"}]}
    answer = confirm(shop, DORA, "10042", quote, **other)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "outcome_changed"
    assert order(shop, DORA, "10042")["state"] == "delivered"
    assert query(shop, "SELECT * FROM changes") == []


def test_a_quote_is_good_for_one_order_only(shop: Tried) -> None:
    change = {"kind": "invoice"}
    quote = preview(shop, DORA, "10042", **change).json()["quote"]
    assert confirm(shop, DORA, "10043", quote, **change).status_code == 409


@pytest.mark.parametrize("kind", sorted({**BEFORE, **AFTER}))
def test_nobody_changes_anothers_order(refusing_shop: Tried, kind: str) -> None:
    address = {"street": "x 1", "postcode": "1", "city": "y", "country": "DE"}
    change = {
        "kind": kind,
        "reason": "other",
        "address": address,
        "payment_method_id": "pay_0001_1",
        "problem": "damaged",
        "items": [{"item_id": "itm_10041_1", "variant_id": "var_t-shirt_1"}],
    }
    foreign = preview(refusing_shop, ANNA_ID, "10041", **change)
    unknown = preview(refusing_shop, ANNA_ID, "99999", **change)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content


def test_nobody_pays_with_anothers_method(refusing_shop: Tried) -> None:
    change = {"kind": "payment", "payment_method_id": "pay_0001_1"}
    assert preview(refusing_shop, DORA, "10041", **change).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"kind": "destroy"},
        {"kind": "cancel"},
        {"kind": "cancel", "reason": "because"},
        {"kind": "address"},
        {"kind": "address", "address": {"street": "x", "city": "y", "country": "DE"}},
        {
            "kind": "address",
            "address": {"street": " ", "postcode": "1", "city": "y", "country": "DE"},
        },
        {
            "kind": "address",
            "address": {"street": "x", "postcode": "1", "city": "y", "country": "de"},
        },
        {"kind": "payment"},
        {"kind": "problem"},
        {"kind": "problem", "problem": "ugly"},
        {"kind": "return", "items": [{"item_id": "itm_10042_1", "quantity": 0}]},
        {"kind": "return", "items": [{"item_id": "itm_10042_1", "quantity": True}]},
        {"kind": "return", "items": [{"item_id": "'; DROP TABLE orders"}]},
        {"kind": "return", "items": [{"item_id": "itm_10042_1"}] * 51},
        {"kind": "return", "items": "itm_10042_1"},
    ],
)
def test_bad_input(refusing_shop: Tried, change: dict) -> None:
    answer = preview(refusing_shop, DORA, "10041", **change)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_input"


def test_a_change_needs_a_quote_and_who_made_it(refusing_shop: Tried) -> None:
    for body in ({"change": CANCEL}, {"change": CANCEL, "quote": "x"}, {"quote": "x"}):
        answer = refusing_shop.change(f"/customers/{DORA}/orders/10041/changes", body)
        assert answer.status_code == 422
