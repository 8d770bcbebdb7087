"""What the articles say is what the shop's policy says (backends/policy.yaml)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.articles import read_article

ROOT = Path(__file__).parents[2]
POLICY: dict[str, Any] = yaml.safe_load((ROOT / "backends" / "policy.yaml").read_text("utf-8"))
NUMBERS = {5: "five", 7: "seven", 10: "ten"}


def answer(name: str) -> str:
    return read_article(ROOT / "data" / "knowledge" / f"{name}.md").answer


@pytest.mark.parametrize(
    ("article", "days"),
    [
        ("return-window", POLICY["return_items"]["days"]["default"]),
        ("return-gift", POLICY["return_items"]["days"]["default"]),
        ("order-cancel", POLICY["return_items"]["days"]["default"]),
        ("exchange", POLICY["exchange_items"]["days"]["default"]),
        ("delivery-damaged", POLICY["problems"]["damaged"]["within_days"]),
        ("delivery-damaged", POLICY["problems"]["missing_item"]["within_days"]),
        ("account-close", POLICY["close_account"]["wait_days"]["default"]),
    ],
)
def test_days(article: str, days: int) -> None:
    assert re.search(rf"\b{days} days\b", answer(article))


def test_the_fee_of_a_return() -> None:
    fee = POLICY["return_items"]["fee"]
    assert fee["default"] == 0
    assert answer("return-cost").startswith("Nothing")
    for article in ("return-cost", "return-cost-us"):
        assert f"${fee['US'] / 100:.2f}" in answer(article)


def test_what_cannot_be_returned_or_exchanged() -> None:
    for action in ("return_items", "exchange_items"):
        assert [name.split()[1].strip(",") for name in POLICY[action]["not_returnable"]] == [
            "candles"
        ]
    assert "candles can't be returned or exchanged" in answer("return-excluded")
    assert "Candles can't be exchanged" in answer("exchange")


def test_how_long_a_refund_takes() -> None:
    days = POLICY["refund_business_days"]
    assert days["gift_card"] == {"least": 0, "most": 0}
    for kind in ("card", "paypal", "bank_transfer"):
        least, most = NUMBERS[days[kind]["least"]], NUMBERS[days[kind]["most"]]
        assert answer("refund-time").startswith(f"{least.capitalize()} to {most} business days")


def test_when_a_parcel_is_late_and_lost() -> None:
    assert POLICY["problems"]["late"]["after_days"] == 1
    assert "From one day after the expected day" in answer("delivery-late")
    assert f"After {NUMBERS[POLICY['problems']['lost']['after_days']]} days" in answer(
        "delivery-late"
    )


def test_until_when_an_order_can_be_changed() -> None:
    for action in ("cancel", "change_address", "change_payment", "change_items"):
        assert POLICY[action]["states"] == ["pending"]
    assert POLICY["change_items"]["times"] == 1
    assert "its address, its payment and, once, its items" in answer("order-change")
    assert "until the order is packed" in answer("order-cancel")
