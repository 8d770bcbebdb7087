"""The assistant over a store at Shopify."""

from __future__ import annotations

import pytest

from tests.connectors.talking import Talk
from tests.providers.shopify_server import ShopifyServer
from tests.providers.smtp_server import SmtpServer
from tests.support.bot import Installation

pytestmark = pytest.mark.bot
ANNA, BEN = "anna.berg@example.com", "ben.okafor@example.com"
CLEO, DAN = "cleo.dubois@example.com", "dan.evans@example.com"


@pytest.fixture
def talk(shopify_bot: Installation, mail: SmtpServer, store: ShopifyServer) -> Talk:
    store.faults.clear()
    return Talk(shopify_bot, mail)


async def test_where_is_my_order(talk: Talk) -> None:
    await talk.say("where is my order 10023?", "e-mail address or postcode")
    await talk.say(ANNA, "Linen shirt (blue / M)", "on its way with DHL", "00340434161094042557")
    await talk.say("and 10024?", "hasn't been sent yet")


async def test_where_is_my_order_without_its_number(talk: Talk) -> None:
    await talk.say("where is my order? I don't have the number", "e-mail")
    reply = await talk.prove(ANNA, "Anna", "which order")
    assert "Okafor" not in reply
    await talk.say("[10023]", "on its way with DHL")


async def test_nobody_elses_order_is_told_of(talk: Talk) -> None:
    await talk.say("where is my order 10031?", "e-mail address or postcode")
    reply = await talk.say(ANNA, "can't find an order 10031")
    assert "lamp" not in reply.lower()


async def test_a_refund_on_its_way(talk: Talk) -> None:
    await talk.say("where is my refund for order 10026?")
    await talk.say(ANNA, "€49.90", "on its way back to your Visa ending in 4242")


async def test_a_password_is_a_persons(talk: Talk) -> None:
    await talk.say("I forgot my password", "e-mail")
    await talk.say(BEN, "our team does", "ticket T-")
    assert await talk.slot("handoff_reason") == "not_offered"


async def test_a_return_is_handed_over_with_all_that_was_collected(talk: Talk) -> None:
    await talk.say("I want to return something from order 10061", "e-mail")
    await talk.prove(CLEO, "which items of order 10061")
    await talk.say("the wool blanket", "our team does", "ticket T-")
    facts = await talk.slot("handoff_request")
    assert isinstance(facts, dict)
    assert "return items of the order 10061; items: Wool blanket" in facts["summary"]
    assert facts["customer_id"] == "74"


async def test_an_order_is_sent_elsewhere_then_another_is_cancelled(
    talk: Talk, store: ShopifyServer
) -> None:
    await talk.say("please send order 10071 to another address", "e-mail")
    await talk.prove(DAN, "where should order 10071 go")
    await talk.say("Hafenweg 5, 24103 Kiel", "will go to: Hafenweg 5, 24103 Kiel", "shall I")
    assert store.shop.moves == []
    await talk.say("yes please", "now goes to Hafenweg 5, 24103 Kiel", "reference is C-")
    assert store.shop.order("#10071")["shippingAddress"]["city"] == "Kiel"

    await talk.say("and cancel order 10072", "may I ask why")
    await talk.say("ordered by mistake", "€49.90 goes back to your Visa ending in 4242")
    assert store.shop.notes == []
    # the answer is lost: what became of it is looked up before anything is said
    store.faults, store.spares_reads = ["lost"], True
    await talk.say("yes", "order 10072", "is cancelled", "reference is C-")
    assert len(store.shop.notes) == 1 and "C-" in store.shop.notes[0]
