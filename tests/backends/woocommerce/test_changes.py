"""Cancelling an order at WooCommerce, and sending it elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from backends.change_models import Address, ChangeRecord, MadeBy, OrderChange
from backends.connect import Backends
from backends.errors import BackendUnavailable, NotAllowed, NotFound, NotOffered
from backends.models import Money
from tests.backends.woocommerce.conftest import ANNA
from tests.providers.woocommerce_server import WooCommerceServer

CANCEL = OrderChange(kind="cancel", reason="no_longer_needed")
KIEL = Address("Hafenweg 5", "24103", "Kiel", "DE")
MOVE = OrderChange(kind="address", address=KIEL)
BY = MadeBy("web", "c-1", "code")
KEY = "0123456789abcdef0123456789abcdef"


async def _make(
    backends: Backends, change: OrderChange, number: str = "10024", **more: Any
) -> ChangeRecord:
    quote = more.pop("quote", None)
    quote = quote or (await backends.changes.preview("71", number, change)).quote
    given = {"quote": quote, "made_by": BY, "idempotency_key": KEY, **more}
    return await backends.changes.make("71", number, change, **given)


async def test_what_was_paid_is_given_back_and_the_order_cancelled(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    outcome = await woocommerce.changes.preview("71", "10024", CANCEL)
    assert (outcome.refund, outcome.method) == (Money(4990, "EUR"), "Credit card (Stripe)")
    assert shop.refunds[10024] == []
    record = await _make(woocommerce, CANCEL, quote=outcome.quote)
    assert shop.orders[10024]["status"] == "cancelled"
    assert [one["amount"] for one in shop.refunds[10024]] == ["49.90"]
    assert record.reference in shop.refunds[10024][0]["reason"]
    assert len(shop.written) == 1
    assert await _make(woocommerce, CANCEL, quote=outcome.quote) == record
    assert len(shop.refunds[10024]) == 1


async def test_only_what_is_left_is_given_back(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    shop.add_refund(10024, "10.00")
    await _make(woocommerce, CANCEL)
    assert [one["amount"] for one in shop.refunds[10024]] == ["10.00", "39.90"]


async def test_an_order_that_was_not_paid_is_only_cancelled(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    shop.add_order(10052, 71, ANNA, status="on-hold", date_paid_gmt=None, payment_method="bacs")
    assert (await woocommerce.changes.preview("71", "10052", CANCEL)).refund is None
    await _make(woocommerce, CANCEL, "10052")
    assert (shop.orders[10052]["status"], shop.refunds[10052]) == ("cancelled", [])


@pytest.mark.parametrize("method", ["cod", "gone", ""])
async def test_where_no_money_can_be_given_back_a_person_cancels(
    woocommerce: Backends, shop: WooCommerceServer, method: str
) -> None:
    shop.orders[10024]["payment_method"] = method
    with pytest.raises(NotOffered):
        await woocommerce.changes.preview("71", "10024", CANCEL)


async def test_a_refund_that_the_bank_refuses_leaves_the_order_as_it_was(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    shop.refuses_refunds = True
    with pytest.raises(NotOffered, match="disputed"):
        await _make(woocommerce, CANCEL)
    assert (shop.orders[10024]["status"], shop.refunds[10024]) == ("processing", [])
    with pytest.raises(NotFound):
        await woocommerce.changes.look_up("71", KEY)


async def test_a_refund_whose_answer_was_lost_is_found_and_never_made_again(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    quote = (await woocommerce.changes.preview("71", "10024", CANCEL)).quote
    shop.faults, shop.spares_reads = ["lost"], True
    with pytest.raises(BackendUnavailable) as caught:
        await _make(woocommerce, CANCEL, quote=quote)
    assert not caught.value.undone
    record = await woocommerce.changes.look_up("71", KEY)
    assert await _make(woocommerce, CANCEL, quote=quote) == record
    assert len(shop.refunds[10024]) == 1


@pytest.mark.parametrize("fault", [500, "html"])
async def test_an_order_that_is_refunded_and_then_not_cancelled_is_told_as_it_is(
    woocommerce: Backends,
    shop: WooCommerceServer,
    fault: int | str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept = shop.answer

    def failing_later(method: str, path: str, query: Any, body: Any) -> Any:
        found = kept(method, path, query, body)
        if path.endswith("/refunds") and method == "POST":
            shop.faults, shop.spares_reads = [fault], True
        return found

    shop.answer = failing_later  # type: ignore[method-assign]
    record = await _make(woocommerce, CANCEL)
    assert record.outcome.refund == Money(4990, "EUR")
    assert (await woocommerce.orders.get("71", "10024")).state == "refunded"
    assert "refunded but not cancelled" in caplog.text


@pytest.mark.parametrize("fault", [500, "html"])
async def test_a_failure_is_not_repeated_blindly(
    woocommerce: Backends, shop: WooCommerceServer, fault: int | str
) -> None:
    quote = (await woocommerce.changes.preview("71", "10024", CANCEL)).quote
    shop.faults, shop.spares_reads = [fault, fault], True
    with pytest.raises(BackendUnavailable):
        await _make(woocommerce, CANCEL, quote=quote)
    assert shop.faults == [fault]
    with pytest.raises(BackendUnavailable):
        await woocommerce.changes.look_up("71", KEY)


async def test_a_limit_is_waited_out(woocommerce: Backends, shop: WooCommerceServer) -> None:
    quote = (await woocommerce.changes.preview("71", "10024", CANCEL)).quote
    shop.faults, shop.spares_reads = ["limited"], True
    await _make(woocommerce, CANCEL, quote=quote)
    assert len(shop.refunds[10024]) == 1


async def test_a_new_address_keeps_the_name(woocommerce: Backends, shop: WooCommerceServer) -> None:
    await _make(woocommerce, MOVE)
    given = shop.orders[10024]["shipping"]
    assert (given["address_1"], given["postcode"], given["city"]) == ("Hafenweg 5", "24103", "Kiel")
    assert (given["first_name"], shop.orders[10024]["billing"]["city"]) == ("Anna", "Köln")
    with pytest.raises(NotAllowed):
        await woocommerce.changes.preview("71", "10024", MOVE)


async def test_a_key_that_may_only_read_hands_over(
    woocommerce: Backends, shop: WooCommerceServer
) -> None:
    shop.permissions = "read"
    with pytest.raises(NotOffered, match="only read"):
        await _make(woocommerce, MOVE)
    assert shop.orders[10024]["shipping"]["city"] == "Köln"


async def test_what_is_sent_or_somebody_elses_is_not_changed(woocommerce: Backends) -> None:
    with pytest.raises(NotAllowed) as caught:
        await woocommerce.changes.preview("71", "10023", CANCEL)
    assert (caught.value.rule, caught.value.alternative) == ("state", "refuse_delivery")
    with pytest.raises(NotFound):
        await woocommerce.changes.preview("72", "10024", CANCEL)
