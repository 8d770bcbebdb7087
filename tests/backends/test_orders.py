from __future__ import annotations

import uuid

import pytest

from backends.connect import Backends
from backends.errors import InvalidInput, NotFound, TooManyRequests
from backends.models import Money

ANNA, BEN, CARLA = "cus_0001", "cus_0002", "cus_0003"
ANNAS = ["10031", "10023", "10008", "10002"]


@pytest.mark.parametrize(
    "proof",
    [
        {"email": "anna.berg@example.com"},
        {"email": "Anna.Berg@Example.com"},
        {"postcode": "20095"},
        {"postcode": "200 95"},
        {"email": "anna.berg@example.com", "postcode": "20095"},
    ],
)
async def test_an_order_is_found_with_a_proof(live: Backends, proof: dict[str, str]) -> None:
    order = await live.orders.find("10023", **proof)
    assert (order.number, order.state) == ("10023", "shipped")
    assert order.placed_at.tzinfo is not None
    assert order.items[0].price.currency == "EUR"
    assert sum(p.amount.amount for p in order.payments) == order.total.amount
    (shipment,) = order.shipments
    assert shipment.item_ids == tuple(item.id for item in order.items)
    assert shipment.carrier
    assert shipment.tracking_number


async def test_unknown_foreign_and_unproven_orders_are_the_same(live: Backends) -> None:
    answers = set()
    for number, email in [
        ("99999999", "anna.berg@example.com"),  # unknown
        ("10032", "anna.berg@example.com"),  # Ben's
        ("10023", "ben.okafor@example.com"),  # a wrong proof
    ]:
        with pytest.raises(NotFound) as caught:
            await live.orders.find(number, email=email)
        answers.add((caught.value.code, caught.value.message))
    assert len(answers) == 1


async def test_guessing_is_stopped_for_a_while(live: Backends) -> None:
    number = f"guess-{uuid.uuid4().hex[:8]}"
    for _ in range(5):
        with pytest.raises(NotFound):
            await live.orders.find(number, postcode="00000")
    with pytest.raises(TooManyRequests) as caught:
        await live.orders.find(number, postcode="00000")
    assert 0 < caught.value.retry_after <= 15 * 60


@pytest.mark.parametrize(
    ("number", "email"),
    [("", "a@example.com"), ("10023; DROP TABLE orders", "a@example.com"), ("10023", "no e-mail")],
)
async def test_what_cannot_be_a_number_or_proof_is_refused(
    live: Backends, number: str, email: str
) -> None:
    with pytest.raises(InvalidInput):
        await live.orders.find(number, email=email)


async def test_a_proof_is_needed(live: Backends) -> None:
    with pytest.raises(InvalidInput):
        await live.orders.find("10023")
    with pytest.raises(InvalidInput):
        await live.orders.find("10023", email="", postcode="")


async def test_a_customers_orders_come_newest_first(live: Backends) -> None:
    orders = await live.orders.list(ANNA)
    assert [order.number for order in orders] == ANNAS
    assert [order.number for order in await live.orders.list(ANNA, limit=2)] == ANNAS[:2]
    assert await live.orders.list(CARLA) == ()


@pytest.mark.parametrize("limit", [0, 51])
async def test_a_limit_out_of_bounds_is_refused(live: Backends, limit: int) -> None:
    with pytest.raises(InvalidInput):
        await live.orders.list(ANNA, limit)


async def test_an_unknown_customer_has_no_orders(live: Backends) -> None:
    with pytest.raises(NotFound):
        await live.orders.list("cus_9999")


async def test_a_customer_sees_only_their_own_orders(live: Backends) -> None:
    assert (await live.orders.get(BEN, "10032")).state == "delivered"
    with pytest.raises(NotFound) as foreign:
        await live.orders.get(ANNA, "10032")
    with pytest.raises(NotFound) as unknown:
        await live.orders.get(ANNA, "99999999")
    assert str(foreign.value) == str(unknown.value)


async def test_a_refund_is_told_in_money(live: Backends) -> None:
    order = await live.orders.get(ANNA, "10002")
    assert order.state == "refunded"
    assert isinstance(order.refund, Money)
    assert order.refund.amount == sum(p.refunded.amount for p in order.payments) > 0


async def test_an_order_in_every_state_is_read(live: Backends) -> None:
    # The demo shop has orders in every state; all of them must pass the strict reading.
    states = set()
    for number in range(1, 201):
        for order in await live.orders.list(f"cus_{number:04}", limit=50):
            states.add(order.state)
    assert states == {
        "pending",
        "packed",
        "shipped",
        "delayed",
        "partly_delivered",
        "delivered",
        "cancelled",
        "returned",
        "refunded",
    }
