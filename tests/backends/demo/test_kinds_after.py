"""Changes after the parcel left: one test for each line of the policy, and what it does."""

from __future__ import annotations

import pytest

from tests.backends.demo.changing import (
    DORA,
    EVAN,
    gift_card,
    make,
    order,
    preview,
    refused,
    stock,
)
from tests.backends.demo.conftest import Tried

SHIRTS, KETTLE, CANDLES = "itm_10042_1", "itm_10042_2", "itm_10042_3"


def lines(*items: str) -> list[dict]:
    return [{"item_id": item} for item in items]


def test_a_return_is_paid_back_when_the_goods_are_back(shop: Tried) -> None:
    made = make(shop, DORA, "10042", kind="return", items=lines(KETTLE)).json()["outcome"]
    assert made["refund"] == {"amount": 5600, "currency": "EUR"}
    assert (made["fee"], made["refund_when"], made["label_sent"]) == (None, "goods_back", True)
    after = order(shop, DORA, "10042")
    assert after["state"] == "return_requested"
    assert {i["id"]: i["status"] for i in after["items"]}[KETTLE] == "return_requested"
    assert after["refund"]["amount"] == 5600
    assert "label" in shop.mails("dora.lind@example.com")[0]["body"]


def test_one_of_two_pieces_comes_back(shop: Tried) -> None:
    items = [{"item_id": SHIRTS, "quantity": 1}]
    made = make(shop, DORA, "10042", kind="return", items=items).json()["outcome"]
    assert made["refund"]["amount"] == 2900
    after = order(shop, DORA, "10042")
    shirts = [(i["quantity"], i["status"]) for i in after["items"] if i["product"] == "T-shirt"]
    assert shirts == [(1, "delivered"), (1, "return_requested")]


def test_the_fee_of_the_region_is_taken_off(shop: Tried) -> None:
    made = make(shop, EVAN, "10053", kind="return", items=lines("itm_10053_1")).json()["outcome"]
    assert made["fee"] == {"amount": 650, "currency": "USD"}
    assert made["refund"]["amount"] == 4400 - 650


def test_a_return_to_a_gift_card(shop: Tried) -> None:
    card = gift_card(shop, DORA)
    change = {"kind": "return", "items": lines(KETTLE), "payment_method_id": card["id"]}
    made = make(shop, DORA, "10042", **change).json()["outcome"]
    assert made["method"] == card["label"]
    # it is paid when the goods are back
    assert gift_card(shop, DORA)["balance"]["amount"] == 5000


@pytest.mark.parametrize("kind", ["return", "exchange"])
def test_what_cannot_come_back(refusing_shop: Tried, kind: str) -> None:
    def answer(customer: str, number: str, *items: str) -> tuple[str, str | None]:
        return refused(preview(refusing_shop, customer, number, kind=kind, items=lines(*items)))

    assert answer(DORA, "10042", CANDLES) == ("not_returnable", "person")
    assert answer(EVAN, "10052", "itm_10052_1") == ("window_over", "person")
    assert answer(DORA, "10041", "itm_10041_1") == ("state", "cancel")
    assert answer(DORA, "10043", "itm_10043_1") == ("state", "wait")
    assert answer(DORA, "10042") == ("no_items", None)


def test_more_pieces_than_there_are(refusing_shop: Tried) -> None:
    items = [{"item_id": SHIRTS, "quantity": 3}]
    assert refused(preview(refusing_shop, DORA, "10042", kind="return", items=items)) == (
        "quantity",
        None,
    )


def test_nothing_comes_back_twice(shop: Tried) -> None:
    make(shop, DORA, "10042", kind="return", items=lines(KETTLE))
    again = preview(shop, DORA, "10042", kind="return", items=lines(KETTLE))
    assert refused(again) == ("state", None)


def test_the_window_is_open_to_its_last_day(shop: Tried) -> None:
    change = {"kind": "return", "items": lines(KETTLE)}
    shop.clock.turn(days=19)
    assert preview(shop, DORA, "10042", **change).status_code == 200
    shop.clock.turn(days=10)
    assert refused(preview(shop, DORA, "10042", **change)) == ("window_over", "person")


def test_an_exchange_settles_the_difference(shop: Tried) -> None:
    items = [{"item_id": SHIRTS, "variant_id": "var_t-shirt_6", "quantity": 1}]
    made = make(shop, DORA, "10042", kind="exchange", items=items).json()["outcome"]
    assert made["charge"] == {"amount": 200, "currency": "EUR"}
    assert made["lines"][0]["new_variant"] == "navy, L"
    assert made["label_sent"] is True
    assert order(shop, DORA, "10042")["state"] == "exchange_requested"
    assert stock(shop, "var_t-shirt_6") == 8


def test_a_damaged_item_is_replaced(shop: Tried) -> None:
    change = {"kind": "problem", "problem": "damaged", "items": lines(KETTLE)}
    made = make(shop, DORA, "10042", **change).json()
    assert made["outcome"]["remedy"] == "replacement"
    new = order(shop, DORA, made["new_order_number"])
    assert [(i["product"], i["price"]["amount"]) for i in new["items"]] == [("Enamel kettle", 0)]
    assert new["total"]["amount"] == 0
    assert stock(shop, "var_enamel-kettle_1") == 4


def test_a_missing_item_is_paid_back(shop: Tried) -> None:
    change = {"kind": "problem", "problem": "missing_item", "remedy": "refund"}
    made = make(shop, DORA, "10042", **change, items=lines(KETTLE)).json()
    assert made["outcome"]["refund"]["amount"] == 5600
    assert order(shop, DORA, "10042")["refund"]["amount"] == 5600


def test_problems_are_reported_in_time(shop: Tried) -> None:
    change = {"kind": "problem", "problem": "wrong_item", "items": lines(KETTLE)}
    assert preview(shop, DORA, "10042", **change).status_code == 200
    shop.clock.turn(days=14)
    assert refused(preview(shop, DORA, "10042", **change)) == ("window_over", "person")


def test_late_and_lost(shop: Tried) -> None:
    anna = "cus_0001"
    late, lost = {"kind": "problem", "problem": "late"}, {"kind": "problem", "problem": "lost"}
    assert refused(preview(shop, anna, "10023", **late)) == ("too_soon", "wait")
    assert refused(preview(shop, anna, "10023", **lost)) == ("too_soon", "wait")
    shop.clock.turn(days=5)
    assert refused(preview(shop, anna, "10023", **late)) == ("by_person", "person")
    assert refused(preview(shop, anna, "10023", **lost)) == ("too_soon", "wait")
    shop.clock.turn(days=15)
    outcome = preview(shop, anna, "10023", **lost).json()
    assert outcome["remedy"] == "replacement"
    paid = make(shop, anna, "10023", **lost, remedy="refund").json()["outcome"]
    assert paid["refund"]["amount"] == 8900 + 2 * 1650
    assert order(shop, anna, "10023")["state"] == "refunded"
    assert refused(preview(shop, DORA, "10042", **lost)) == ("state", "person")


def test_only_the_policys_remedies(refusing_shop: Tried) -> None:
    change = {"kind": "problem", "problem": "damaged", "remedy": "person", "items": lines(KETTLE)}
    answer = preview(refusing_shop, DORA, "10042", **change)
    assert refused(answer) == ("remedy", "replacement")


def test_the_same_again(shop: Tried) -> None:
    made = make(shop, DORA, "10042", kind="reorder", items=lines(KETTLE)).json()
    assert made["outcome"]["charge"] == {"amount": 5600, "currency": "EUR"}
    new = order(shop, DORA, made["new_order_number"])
    assert (new["state"], new["total"]["amount"]) == ("pending", 5600)
    assert new["payments"][0]["amount"]["amount"] == 5600
    # and what was ordered again can be cancelled like any other
    assert make(shop, DORA, new["number"], kind="cancel", reason="other").status_code == 201


def test_what_is_gone_cannot_be_ordered_again(shop: Tried) -> None:
    items = [{"item_id": KETTLE, "quantity": 1}]
    for _ in range(5):
        assert make(shop, DORA, "10042", kind="reorder", items=items).status_code == 201
    answer = preview(shop, DORA, "10042", kind="reorder", items=items)
    assert refused(answer) == ("out_of_stock", "other_variant")


def test_the_invoice_goes_to_the_address_on_file(shop: Tried) -> None:
    assert make(shop, DORA, "10042", kind="invoice").status_code == 201
    (mail,) = shop.mails("dora.lind@example.com")
    assert "Enamel kettle" in mail["body"]
    assert "138.00 EUR" in mail["body"]
    assert refused(preview(shop, DORA, "10041", kind="invoice")) == ("state", "wait")
