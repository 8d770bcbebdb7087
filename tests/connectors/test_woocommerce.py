"""The assistant over a shop at WooCommerce."""

from __future__ import annotations

import pytest

from tests.connectors.talking import Talk
from tests.providers.smtp_server import SmtpServer
from tests.providers.woocommerce_server import WooCommerceServer
from tests.support.bot import Installation

pytestmark = pytest.mark.bot
ANNA, DAN = "anna.berg@example.com", "dan.evans@example.com"


@pytest.fixture
def talk(woocommerce_bot: Installation, mail: SmtpServer, woocommerce: WooCommerceServer) -> Talk:
    woocommerce.faults.clear()
    return Talk(woocommerce_bot, mail)


async def test_where_is_my_order(talk: Talk) -> None:
    await talk.say("where is my order 10023?", "e-mail address or postcode")
    await talk.say(ANNA, "Linen shirt (blue, M)", "with DHL", "00340434161094042557")
    await talk.say("and 10024?", "hasn't been sent yet")
    await talk.say("and my refund for order 10026?", "€49.90", "on its way back")


async def test_nobody_elses_order_is_told_of(talk: Talk) -> None:
    await talk.say("where is my order 10031?", "e-mail address or postcode")
    reply = await talk.say(ANNA, "can't find an order 10031")
    assert "lamp" not in reply.lower()


async def test_an_order_whose_status_nobody_has_named_is_a_persons(
    talk: Talk, woocommerce: WooCommerceServer
) -> None:
    woocommerce.add_order(10050, 71, ANNA, status="awaiting-engraving")
    await talk.say("where is my order 10050?", "e-mail address or postcode")
    await talk.say(ANNA, "our team does", "ticket T-")
    assert "10050" in str(await talk.slot("handoff_request"))


async def test_an_order_is_sent_elsewhere_then_others_are_cancelled_as_far_as_it_goes(
    talk: Talk, woocommerce: WooCommerceServer
) -> None:
    await talk.say("please send order 10071 to another address", "e-mail")
    await talk.prove(DAN, "where should order 10071 go")
    await talk.say("Hafenweg 5, 24103 Kiel", "will go to: Hafenweg 5, 24103 Kiel", "shall I")
    await talk.say("yes please", "now goes to Hafenweg 5, 24103 Kiel", "reference is C-")
    assert woocommerce.orders[10071]["shipping"]["city"] == "Kiel"

    await talk.say("and cancel order 10072", "may I ask why")
    await talk.say("ordered by mistake", "€49.90 goes back to your Credit card (Stripe)")
    # the answer is lost: what became of it is looked up before anything is said
    woocommerce.faults, woocommerce.spares_reads = ["lost"], True
    await talk.say("yes", "order 10072", "is cancelled", "reference is C-")
    assert len(woocommerce.refunds[10072]) == 1

    # paid on delivery: nothing can be given back by itself, so a person does it
    await talk.say("cancel order 10073 too", "may I ask why")
    await talk.say("I don't need it any more", "our team does", "ticket T-")
    facts = await talk.slot("handoff_request")
    assert isinstance(facts, dict)
    assert "cancel the order 10073; reason: no longer needed" in facts["summary"]
    assert woocommerce.orders[10073]["status"] == "processing"
