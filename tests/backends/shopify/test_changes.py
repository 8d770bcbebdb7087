"""Cancelling an order at Shopify, and sending it elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from backends.change_models import Address, ChangeRecord, MadeBy, OrderChange
from backends.connect import Backends, connect
from backends.errors import (
    BackendUnavailable,
    Conflict,
    NotAllowed,
    NotFound,
    NotOffered,
    OutcomeChanged,
)
from backends.models import Money
from tests.providers.shopify_server import ShopifyServer
from tests.providers.shopify_shop import ago, bag, card, line

ANNA = "71"
CANCEL = OrderChange(kind="cancel", reason="ordered_by_mistake")
KIEL = Address("Hafenweg 5", "24103", "Kiel", "DE")
MOVE = OrderChange(kind="address", address=KIEL)
BY = MadeBy("web", "c-1", "code")
KEY = "0123456789abcdef0123456789abcdef"


async def _make(
    shop: Backends, change: OrderChange, number: str = "10024", **more: Any
) -> ChangeRecord:
    quote = more.pop("quote", None) or (await shop.changes.preview(ANNA, number, change)).quote
    given = {"quote": quote, "made_by": BY, "idempotency_key": KEY, **more}
    return await shop.changes.make(ANNA, number, change, **given)


async def test_a_cancellation_is_shown_and_made_once(
    shopify: Backends, store: ShopifyServer
) -> None:
    outcome = await shopify.changes.preview(ANNA, "10024", CANCEL)
    assert outcome.refund == Money(4990, "EUR")
    assert outcome.method == "Visa ending in 4242"
    assert outcome.refund_days is not None and outcome.refund_days.most == 7
    assert store.shop.notes == []
    with pytest.raises(NotFound):
        await shopify.changes.look_up(ANNA, KEY)

    record = await _make(shopify, CANCEL, quote=outcome.quote)
    assert (record.order_number, record.outcome) == ("10024", outcome)
    assert store.shop.notes == [f"Cancelled by the customer in the chat, {record.reference}"]
    order = await shopify.orders.get(ANNA, "10024")
    assert (order.state, order.cancel_reason) == ("cancelled", "you asked for it")
    assert order.refund == Money(4990, "EUR")

    assert await _make(shopify, CANCEL, quote=outcome.quote) == record
    assert await shopify.changes.look_up(ANNA, KEY) == record
    assert len(store.shop.notes) == 1
    with pytest.raises(NotFound):
        await shopify.changes.look_up("72", KEY)
    with pytest.raises(Conflict):
        await _make(shopify, CANCEL, number="10023", quote="another")


async def test_money_that_was_only_held_is_let_go_and_not_promised_back(
    shopify: Backends, store: ShopifyServer
) -> None:
    held = [card("AUTHORIZATION")]
    store.shop.add_order(
        "#10080", 71, [line(1, "Thing")], transactions=held, netPaymentSet=bag("0.00")
    )
    outcome = await shopify.changes.preview(ANNA, "10080", CANCEL)
    assert (outcome.refund, outcome.method, outcome.refund_days) == (None, None, None)


async def test_shopifys_job_is_waited_for(shopify: Backends, store: ShopifyServer) -> None:
    store.shop.job_looks = 2
    await _make(shopify, CANCEL)
    assert store.asked[-4:] == ["Job", "Job", "Job", "OrderByName"]


async def test_a_job_that_takes_longer_is_looked_up_later(
    settings: dict[str, str], store: ShopifyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backends.shopify.store._JOB_SECONDS", 0.0)
    store.shop.job_looks = 1
    backends = connect(settings)
    with pytest.raises(BackendUnavailable) as caught:
        await _make(backends, CANCEL)
    assert caught.value.code == "under_way" and not caught.value.undone
    with pytest.raises(BackendUnavailable):  # still nobody can know
        await backends.changes.look_up(ANNA, KEY)
    next(iter(store.shop.jobs.values()))["finish"]()
    assert (await backends.changes.look_up(ANNA, KEY)).order_number == "10024"
    assert len(store.shop.notes) == 1
    await backends.close()


@pytest.mark.parametrize("change", [CANCEL, MOVE], ids=["cancel", "address"])
async def test_a_lost_answer_is_looked_up_and_never_asked_for_again(
    shopify: Backends, store: ShopifyServer, change: OrderChange
) -> None:
    quote = (await shopify.changes.preview(ANNA, "10024", change)).quote
    store.faults, store.spares_reads = ["lost"], True
    with pytest.raises(BackendUnavailable) as caught:
        await _make(shopify, change, quote=quote)
    assert not caught.value.undone
    record = await shopify.changes.look_up(ANNA, KEY)
    assert record.outcome.quote == quote
    assert await _make(shopify, change, quote=quote) == record
    assert len(store.shop.notes) + len(store.shop.moves) == 1


async def test_an_order_that_the_shops_people_cancelled_meanwhile_is_not_taken_for_ours(
    shopify: Backends, store: ShopifyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backends.connectors.changes.SETTLE_SECONDS", 0.0)
    quote = (await shopify.changes.preview(ANNA, "10024", CANCEL)).quote
    store.faults, store.spares_reads = [500], True
    with pytest.raises(BackendUnavailable):
        await _make(shopify, CANCEL, quote=quote)
    store.shop.order("#10024").update(
        cancelledAt=ago(), cancelReason="STAFF", cancellation={"staffNote": "by phone"}
    )
    with pytest.raises(NotFound):
        await shopify.changes.look_up(ANNA, KEY)
    with pytest.raises(NotAllowed) as caught:
        await _make(shopify, CANCEL, quote=quote)
    assert caught.value.rule == "state"


@pytest.mark.parametrize("fault", ["internal", 500, "html"])
async def test_a_failure_in_a_change_is_not_repeated_blindly(
    shopify: Backends, store: ShopifyServer, fault: int | str
) -> None:
    quote = (await shopify.changes.preview(ANNA, "10024", CANCEL)).quote
    store.faults, store.spares_reads = [fault, fault], True
    with pytest.raises(BackendUnavailable):
        await _make(shopify, CANCEL, quote=quote)
    assert store.faults == [fault]
    with pytest.raises(BackendUnavailable) as caught:
        await shopify.changes.look_up(ANNA, KEY)
    assert caught.value.code == "under_way"


async def test_a_throttled_change_was_not_made_and_is_tried_again(
    shopify: Backends, store: ShopifyServer
) -> None:
    quote = (await shopify.changes.preview(ANNA, "10024", CANCEL)).quote
    store.faults, store.spares_reads = ["throttled"], True
    await _make(shopify, CANCEL, quote=quote)
    assert len(store.shop.notes) == 1


async def test_what_has_changed_meanwhile_is_not_done(
    shopify: Backends, store: ShopifyServer
) -> None:
    quote = (await shopify.changes.preview(ANNA, "10024", CANCEL)).quote
    store.shop.order("#10024")["netPaymentSet"] = bag("39.90")
    with pytest.raises(OutcomeChanged):
        await _make(shopify, CANCEL, quote=quote)
    store.shop.order("#10024")["displayFulfillmentStatus"] = "IN_PROGRESS"
    with pytest.raises(NotAllowed) as caught:
        await _make(shopify, CANCEL, quote=quote)
    assert (caught.value.rule, caught.value.alternative) == ("state", "refuse_delivery")
    assert store.shop.notes == []


async def test_a_new_address_keeps_the_name(shopify: Backends, store: ShopifyServer) -> None:
    outcome = await shopify.changes.preview(ANNA, "10024", MOVE)
    assert (outcome.ship_to, outcome.refund, outcome.charge) == (KIEL, None, None)
    await _make(shopify, MOVE)
    given = store.shop.order("#10024")["shippingAddress"]
    assert (given["address1"], given["zip"], given["city"]) == ("Hafenweg 5", "24103", "Kiel")
    assert (given["firstName"], given["lastName"]) == ("Anna", "Berg")
    with pytest.raises(NotAllowed) as caught:
        await shopify.changes.preview(ANNA, "10024", MOVE)
    assert caught.value.rule == "nothing_to_change"


async def test_an_american_address_has_its_state(shopify: Backends, store: ShopifyServer) -> None:
    to = Address("100 Main St", "53703", "Madison, WI", "US")
    await _make(shopify, OrderChange(kind="address", address=to))
    given = store.shop.order("#10024")["shippingAddress"]
    assert (given["city"], given["provinceCode"]) == ("Madison", "WI")
    without = OrderChange(kind="address", address=Address("1 Main St", "53703", "Madison", "US"))
    with pytest.raises(NotOffered, match="province is required"):
        await _make(shopify, without, idempotency_key="another-key-0123456789")
    with pytest.raises(NotFound):
        await shopify.changes.look_up(ANNA, "another-key-0123456789")


async def test_an_address_that_shopify_does_not_show_was_not_surely_taken(
    shopify: Backends, store: ShopifyServer
) -> None:
    store.shop.forgets = True
    with pytest.raises(BackendUnavailable) as caught:
        await _make(shopify, MOVE)
    assert not caught.value.undone


async def test_what_shopify_refuses_is_a_persons(shopify: Backends, store: ShopifyServer) -> None:
    quote = (await shopify.changes.preview(ANNA, "10024", CANCEL)).quote
    store.shop.refuses = "The order has an open return"
    with pytest.raises(NotOffered, match="open return"):
        await _make(shopify, CANCEL, quote=quote)
    store.shop.refuses = ""
    await _make(shopify, CANCEL, quote=quote)


async def test_an_app_that_only_reads_changes_nothing(
    shopify: Backends, store: ShopifyServer
) -> None:
    store.shop.scopes = ["read_orders", "read_customers"]
    for change in (CANCEL, MOVE):
        with pytest.raises(NotOffered, match="write_orders"):
            await shopify.changes.preview(ANNA, "10024", change)


@pytest.mark.parametrize(
    "kind", ["payment", "items", "return", "exchange", "problem", "reorder", "invoice"]
)
async def test_everything_else_is_a_persons(shopify: Backends, kind: Any) -> None:
    with pytest.raises(NotOffered):
        await shopify.changes.preview(ANNA, "10024", OrderChange(kind=kind))
    with pytest.raises(NotOffered):
        await shopify.crm.payment_methods(ANNA)
    with pytest.raises(NotOffered):
        await shopify.products.search("lamp", "DE")


async def test_nobody_elses_order_is_changed(shopify: Backends, store: ShopifyServer) -> None:
    for change in (CANCEL, MOVE):
        with pytest.raises(NotFound):
            await shopify.changes.preview("72", "10024", change)
        with pytest.raises(NotFound):
            await shopify.changes.make(
                "72", "10024", change, quote="q", made_by=BY, idempotency_key=KEY
            )
    assert (store.shop.notes, store.shop.moves) == ([], [])
