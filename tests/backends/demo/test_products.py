from __future__ import annotations

import pytest

from tests.backends.demo.conftest import Tried


def test_all_products_with_their_kinds(refusing_shop: Tried) -> None:
    products = refusing_shop.client.get("/products").json()["products"]
    assert len(products) == 15
    shirt = next(product for product in products if product["id"] == "prd_t-shirt")
    assert len(shirt["variants"]) == 8
    assert shirt["variants"][2] == {
        "id": "var_t-shirt_3",
        "title": "white, L",
        "options": {"colour": "white", "size": "L"},
        "price": {"amount": 2900, "currency": "EUR"},
        "available": 0,
    }
    ids = [variant["id"] for product in products for variant in product["variants"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("search", "names"),
    [("blanket", ["Wool blanket"]), ("MUG slate", ["Stoneware mug"]), ("unicorn", [])],
)
def test_words_find_products(refusing_shop: Tried, search: str, names: list[str]) -> None:
    answer = refusing_shop.client.get("/products", params={"search": search})
    assert [product["name"] for product in answer.json()["products"]] == names


def test_the_region_decides_the_currency(refusing_shop: Tried) -> None:
    answer = refusing_shop.client.get("/products/prd_t-shirt", params={"region": "GB"})
    assert answer.json()["variants"][0]["price"]["currency"] == "GBP"
    assert refusing_shop.client.get("/products", params={"region": "uk"}).status_code == 422
    assert refusing_shop.client.get("/products/prd_none").status_code == 404


def test_payment_methods(refusing_shop: Tried) -> None:
    def methods(customer: str) -> list[dict]:
        answer = refusing_shop.client.get(f"/customers/{customer}/payment-methods")
        return answer.json()["payment_methods"]

    dora = methods("cus_0004")
    assert [method["kind"] for method in dora] == ["card", "paypal", "gift_card"]
    assert dora[2]["balance"] == {"amount": 5000, "currency": "EUR"}
    assert dora[0]["balance"] is None
    assert refusing_shop.client.get("/customers/cus_9999/payment-methods").status_code == 404


def test_a_reminder_of_what_is_out_of_stock(shop: Tried) -> None:
    path = "/customers/cus_0004/reminders/var_bath-towel_3"
    assert shop.change(path, None, verb="PUT").status_code == 202
    assert shop.change(path, None, verb="PUT").status_code == 202
    missing = shop.change("/customers/cus_0004/reminders/var_none", None, verb="PUT")
    assert missing.status_code == 404
