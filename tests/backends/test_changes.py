"""The clients for changing orders and for the catalogue, against the real shop."""

from __future__ import annotations

import uuid

import pytest

from backends.change_models import Address, ItemChange, MadeBy, OrderChange
from backends.connect import Backends
from backends.errors import InvalidInput, NotAllowed, NotFound, OutcomeChanged

DORA = "cus_0004"
MADE_BY = MadeBy("web", "conversation-1", "code")
ADDRESS = Address("Holtenauer Straße 5", "24105", "Kiel", "DE")


async def test_a_change_from_the_preview_to_the_record(live: Backends) -> None:
    change = OrderChange("address", address=ADDRESS)
    key = f"a key with / and spaces {uuid.uuid4()}"
    outcome = await live.changes.preview(DORA, "10041", change)
    assert outcome.ship_to == ADDRESS
    with pytest.raises(NotFound):
        await live.changes.look_up(DORA, key)

    async def make() -> object:
        return await live.changes.make(
            DORA, "10041", change, quote=outcome.quote, made_by=MADE_BY, idempotency_key=key
        )

    made = await make()
    assert await make() == made
    assert await live.changes.look_up(DORA, key) == made


async def test_a_refusal_says_the_rule_and_the_way_out(live: Backends) -> None:
    with pytest.raises(NotAllowed) as caught:
        await live.changes.preview(DORA, "10043", OrderChange("cancel", reason="other"))
    assert (caught.value.rule, caught.value.alternative) == ("state", "refuse_delivery")


async def test_another_outcome_is_not_made(live: Backends) -> None:
    change = OrderChange("return", items=(ItemChange("itm_10042_2"),))
    with pytest.raises(OutcomeChanged):
        await live.changes.make(
            DORA, "10042", change, quote="old", made_by=MADE_BY, idempotency_key=uuid.uuid4().hex
        )


async def test_what_makes_no_sense_is_refused(live: Backends) -> None:
    with pytest.raises(InvalidInput):
        await live.changes.preview(DORA, "10041", OrderChange("cancel", reason="why not"))
    with pytest.raises(NotFound):
        await live.changes.preview("cus_0001", "10041", OrderChange("invoice"))


async def test_products(live: Backends) -> None:
    (shirt,) = await live.products.search("t-shirt navy", "US")
    assert {variant.options["size"] for variant in shirt.variants} == {"S", "M", "L"}
    assert shirt.variants[0].price.currency == "USD"
    assert await live.products.get(shirt.id, "US") == shirt
    with pytest.raises(NotFound):
        await live.products.get("prd_none", "US")
    await live.products.remind(DORA, shirt.variants[2].id, idempotency_key=uuid.uuid4().hex)


async def test_payment_methods(live: Backends) -> None:
    methods = await live.crm.payment_methods(DORA)
    assert [method.kind for method in methods] == ["card", "paypal", "gift_card"]
    assert methods[2].balance is not None
