"""Who changed what, for the shop's own records."""

from __future__ import annotations

import csv
import io

import httpx

from tests.backends.demo.changing import DORA, make, order_of, preview
from tests.backends.demo.conftest import Tried


def exported(shop: Tried) -> list[dict[str, str]]:
    answer = httpx.get(f"{shop.url}/changes.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_a_shop_without_changes_exports_the_headings(shop: Tried) -> None:
    assert exported(shop) == []
    assert httpx.get(f"{shop.url}/changes.csv").text.startswith("reference,made_at,kind,")


def test_each_change_is_exported_whole(shop: Tried) -> None:
    make(shop, DORA, "10041", kind="cancel", reason="other")
    items = [{"item_id": "itm_10042_1", "quantity": 1}]
    make(shop, DORA, "10042", kind="return", items=items)
    newest, first = exported(shop)
    assert first == {
        "reference": "C-1001",
        "made_at": "2031-05-14T10:00:00Z",
        "kind": "cancel",
        "order_number": "10041",
        "customer_id": DORA,
        "proof": "code",
        "channel": "web",
        "conversation_id": "c1",
        "lines": "1 x T-shirt (navy, M); 2 x Stoneware mug (slate); 1 x Reading lamp (brass)",
        "now": "",
        "refund": "13650",
        "charge": "",
        "currency": "EUR",
        "method": "card ending in 4242",
        "new_order_number": "",
    }
    assert (newest["kind"], newest["lines"]) == ("return", "1 x T-shirt (white, M)")
    page = httpx.get(f"{shop.url}/changes").text
    assert page.index("C-1002") < page.index("C-1001")
    assert f"{DORA}, proven by code" in page


def test_no_cell_is_a_formula(shop: Tried) -> None:
    seen = preview(shop, DORA, "10041", kind="cancel", reason="other").json()
    made_by = {"channel": "web", "conversation_id": "=HYPERLINK(1)", "proof": "code"}
    body = {"change": {"kind": "cancel", "reason": "other"}, "quote": seen["quote"]}
    shop.change(f"{order_of(DORA, '10041')}/changes", {**body, "made_by": made_by})
    assert exported(shop)[0]["conversation_id"] == "'=HYPERLINK(1)"
