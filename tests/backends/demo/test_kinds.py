"""Changes before the parcel leaves: one test for each line of the policy, and what it does."""

from __future__ import annotations

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

ADDRESS = {"street": "Holtenauer Straße 5", "postcode": "24105", "city": "Kiel", "country": "DE"}
SHIRT, MUGS, LAMP = "itm_10041_1", "itm_10041_2", "itm_10041_3"


def swap(item: str, variant: str) -> dict:
    return {"item_id": item, "variant_id": variant}


def test_cancelling_pays_back_and_restocks(shop: Tried) -> None:
    made = make(shop, DORA, "10041", kind="cancel", reason="ordered_by_mistake").json()
    assert made["outcome"]["refund_days"] == {"least": 5, "most": 7}
    assert made["outcome"]["refund_when"] == "now"
    after = order(shop, DORA, "10041")
    assert (after["state"], after["cancel_reason"]) == ("cancelled", "you ordered it by mistake")
    assert {item["status"] for item in after["items"]} == {"cancelled"}
    assert after["refund"] == {"amount": 13650, "currency": "EUR"}
    assert after["refund_expected_by"] == "2031-05-23"  # seven business days on
    assert after["payments"][0]["status"] == "refund_pending"
    assert stock(shop, "var_stoneware-mug_2") == 54
    (mail,) = shop.mails("dora.lind@example.com")
    assert "10041" in mail["subject"]


def test_a_cancelled_gift_card_order_is_paid_back_at_once(shop: Tried) -> None:
    made = make(shop, EVAN, "10051", kind="cancel", reason="no_longer_needed").json()
    assert made["outcome"]["refund_days"] == {"least": 0, "most": 0}
    assert gift_card(shop, EVAN)["balance"] == {"amount": 2000 + 5500, "currency": "USD"}
    assert order(shop, EVAN, "10051")["payments"][0]["status"] == "refunded"


def test_what_left_cannot_be_cancelled(refusing_shop: Tried) -> None:
    for number, alternative in (("10043", "refuse_delivery"), ("10042", "return")):
        answer = preview(refusing_shop, DORA, number, kind="cancel", reason="other")
        assert refused(answer) == ("state", alternative)


def test_cancelling_twice_is_refused(shop: Tried) -> None:
    make(shop, DORA, "10041", kind="cancel", reason="other")
    again = preview(shop, DORA, "10041", kind="cancel", reason="other")
    assert refused(again) == ("state", None)


def test_a_new_address(shop: Tried) -> None:
    made = make(shop, DORA, "10041", kind="address", address=ADDRESS)
    assert made.json()["outcome"]["ship_to"] == ADDRESS
    same = preview(shop, DORA, "10041", kind="address", address=ADDRESS)
    assert refused(same) == ("nothing_to_change", None)
    late = preview(shop, DORA, "10043", kind="address", address=ADDRESS)
    assert refused(late) == ("state", "refuse_delivery")


def test_the_address_may_be_changed_again(shop: Tried) -> None:
    make(shop, DORA, "10041", kind="address", address=ADDRESS)
    answer = make(shop, DORA, "10041", kind="address", address={**ADDRESS, "street": "Other 1"})
    assert answer.status_code == 201


def test_another_payment_method(shop: Tried) -> None:
    made = make(shop, DORA, "10041", kind="payment", payment_method_id="pay_0004_2").json()
    assert made["outcome"]["method"] == "PayPal"
    payments = order(shop, DORA, "10041")["payments"]
    assert [(p["method"], p["amount"]["amount"]) for p in payments] == [("PayPal", 13650)]
    again = preview(shop, DORA, "10041", kind="payment", payment_method_id="pay_0004_2")
    assert refused(again) == ("nothing_to_change", None)


def test_a_gift_card_must_cover_the_order(refusing_shop: Tried) -> None:
    card = gift_card(refusing_shop, DORA)
    assert card["balance"]["amount"] == 5000
    answer = preview(refusing_shop, DORA, "10041", kind="payment", payment_method_id=card["id"])
    assert refused(answer) == ("gift_card_too_small", "other_method")


def test_other_kinds_of_the_same_products_all_in_one_go(shop: Tried) -> None:
    items = [swap(SHIRT, "var_t-shirt_6"), swap(LAMP, "var_reading-lamp_2")]
    made = make(shop, DORA, "10041", kind="items", items=items).json()
    outcome = made["outcome"]
    # navy L is 2.00 dearer, the black lamp 5.00 cheaper
    assert outcome["refund"] == {"amount": 300, "currency": "EUR"}
    assert outcome["charge"] is None
    assert outcome["total"] == {"amount": 13350, "currency": "EUR"}
    assert [line["new_variant"] for line in outcome["lines"]] == ["navy, L", "black"]
    after = order(shop, DORA, "10041")
    assert [item["variant"] for item in after["items"]] == ["navy, L", "slate", "black"]
    assert after["total"]["amount"] == after["payments"][0]["amount"]["amount"] == 13350
    assert (stock(shop, "var_reading-lamp_1"), stock(shop, "var_reading-lamp_2")) == (7, 10)
    again = preview(shop, DORA, "10041", kind="items", items=[swap(SHIRT, "var_t-shirt_4")])
    assert refused(again) == ("already_changed", "person")


def test_a_difference_is_paid_with_the_chosen_method(shop: Tried) -> None:
    card = gift_card(shop, DORA)
    answer = make(
        shop,
        DORA,
        "10041",
        kind="items",
        items=[swap(SHIRT, "var_t-shirt_6")],
        payment_method_id=card["id"],
    )
    assert answer.json()["outcome"]["charge"] == {"amount": 200, "currency": "EUR"}
    assert gift_card(shop, DORA)["balance"]["amount"] == 4800
    after = order(shop, DORA, "10041")
    assert [p["amount"]["amount"] for p in after["payments"]] == [13650, 200]
    cancelled = make(shop, DORA, "10041", kind="cancel", reason="other").json()
    assert cancelled["outcome"]["refund"]["amount"] == 13850
    assert gift_card(shop, DORA)["balance"]["amount"] == 5000


def test_a_refund_goes_to_the_original_method_or_a_gift_card(refusing_shop: Tried) -> None:
    answer = preview(
        refusing_shop,
        DORA,
        "10041",
        kind="items",
        items=[swap(LAMP, "var_reading-lamp_2")],
        payment_method_id="pay_0004_2",
    )
    assert refused(answer) == ("refund_method", None)


def test_only_another_kind_that_is_there(refusing_shop: Tried) -> None:
    for item, variant, expected in (
        (SHIRT, "var_reading-lamp_2", ("other_product", None)),
        (SHIRT, "var_nothing_1", ("other_product", None)),
        (SHIRT, "var_t-shirt_5", ("same_variant", None)),
        (SHIRT, "var_t-shirt_3", ("out_of_stock", "other_variant")),
        ("itm_10042_1", "var_t-shirt_1", ("unknown_item", None)),
    ):
        answer = preview(refusing_shop, DORA, "10041", kind="items", items=[swap(item, variant)])
        assert refused(answer) == expected, (item, variant)
    twice = [swap(SHIRT, "var_t-shirt_1"), swap(SHIRT, "var_t-shirt_2")]
    assert refused(preview(refusing_shop, DORA, "10041", kind="items", items=twice)) == (
        "unknown_item",
        None,
    )
    assert refused(preview(refusing_shop, DORA, "10041", kind="items", items=[])) == (
        "no_items",
        None,
    )
