"""Each kind of change against a real demo shop, without Rasa: asked for, shown, agreed to, made."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from actions import shop
from tests.actions.changes.talk import DORA, EVAN, Talk
from tests.dialogues.shop_facts import check
from tests.support.shop import RunningShop, running_shop


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """One shop for all tests here."""
    with running_shop(tmp_path_factory.mktemp("shop")) as found:
        found.reset()
        yield found


@pytest.fixture
def demo(running: RunningShop, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningShop]:
    """The shop as it was seeded, known to the actions for one test."""
    running.reset()
    monkeypatch.setenv("FRONTDESK_SHOP_URL", running.url)
    monkeypatch.setenv("FRONTDESK_SHOP_TOKEN", running.token)
    shop.backends.cache_clear()
    yield running
    shop.backends.cache_clear()


def holds(demo: RunningShop, fact: str) -> None:
    check(demo.folder / "shop.db", f"the shop has {fact}")


def someone_waiting(demo: RunningShop) -> tuple[str, str, str]:
    """Customer, region and number of a pending order of a customer without a name in the docs."""
    with closing(sqlite3.connect(demo.folder / "shop.db")) as connection:
        row = connection.execute(
            "SELECT customer_id, region, number FROM orders JOIN customers ON customer_id = id"
            " WHERE state = 'pending' AND customer_id > 'cus_0005' ORDER BY number"
        ).fetchone()
    return row[0], row[1], row[2]


async def test_a_return_to_a_gift_card_in_the_customers_words(demo: RunningShop) -> None:
    talk = Talk(*DORA)
    assert await talk.start("return_item", "10042") == ["utter_want_return_items"]
    assert await talk.say("the kettle and one of the shirts") == ["utter_want_refund_method"]
    assert await talk.say("gift card please") == ["utter_preview_return"]
    assert talk.words("items") == "T-shirt (white, M) and Enamel kettle (cream)"
    assert await talk.say("everything except the kettle") == [
        "utter_refused_not_returnable",
        "utter_preview_return",
    ]
    assert talk.words("items") == "2 × T-shirt (white, M)"
    assert await talk.say("no, only the kettle") == ["utter_preview_return"]
    assert talk.words("items") == "Enamel kettle (cream)"
    holds(demo, "0 changes where order_number=10042")
    assert await talk.say("yes") == ["utter_changed_return"]
    holds(demo, "orders where number=10042: state=return_requested, refund=5600")
    holds(demo, "1 changes where order_number=10042, kind=return")
    assert talk.slots["change"] is None


async def test_a_yes_before_the_preview_was_there_agrees_to_nothing(demo: RunningShop) -> None:
    talk = Talk(*DORA)
    await talk.start("return_item", "10042")
    await talk.say("the kettle and one of the shirts")
    assert await talk.say("gift card please") == ["utter_preview_return"]
    assert await talk.say("no, only the kettle") == ["utter_preview_return"]
    # written in one breath with the words before, and read after their preview
    assert await talk.say("yes", "affirm", sent_at=time.time()) == ["utter_preview_return"]
    holds(demo, "0 changes where order_number=10042")
    assert await talk.say("yes", "affirm") == ["utter_changed_return"]
    holds(demo, "1 changes where order_number=10042, kind=return")


async def test_an_exchange_for_a_bigger_size(demo: RunningShop) -> None:
    talk = Talk(*EVAN)
    wish = "exchange the slippers for another size"
    assert await talk.start("return_item", "10053", wish) == ["utter_want_variant"]
    assert await talk.say("45 please") == ["utter_want_more_items"]
    assert await talk.say("that's all", "deny") == ["utter_preview_exchange"]
    assert talk.words("items") == "Felt slippers (41) for 45"
    assert await talk.say("yes please") == ["utter_changed_exchange"]
    holds(demo, "orders where number=10053: state=exchange_requested")


async def test_too_late_and_not_yet(demo: RunningShop) -> None:
    talk = Talk(*EVAN)
    said = await talk.start("return_item", "10052")
    if said == ["utter_want_refund_method"]:
        said = await talk.say("/inform", "inform", method_id="original")
    assert said == ["utter_refused_window_over", "utter_instead_person"]
    said = await Talk(*EVAN).start("return_item", "10051")
    assert said == ["utter_refused_state", "utter_instead_cancel"]
    holds(demo, "0 changes where customer_id=cus_0005, kind=return")


async def test_address_payment_and_items_of_a_pending_order(demo: RunningShop) -> None:
    talk = Talk(*DORA)
    assert await talk.start("change_order", "10041", "new address") == ["utter_want_change_address"]
    assert await talk.say("Gartenstraße 12, 79098 Freiburg") == ["utter_preview_address"]
    assert talk.words("address") == "Gartenstraße 12, 79098 Freiburg, DE"
    assert await talk.say("yes") == ["utter_changed_address"]
    holds(demo, "orders where number=10041: street=Gartenstraße 12, postcode=79098, city=Freiburg")

    assert await talk.start("change_order", "10041") == ["utter_want_change_kind"]
    talk = Talk(*DORA)
    assert await talk.start("change_order", "10041", "change the lamp to black") == [
        "utter_want_more_items"
    ]
    assert await talk.say("no", "deny") == ["utter_want_refund_method"]
    assert await talk.say("/inform", "inform", method_id="original") == ["utter_preview_items"]
    assert talk.words("items") == "Reading lamp (brass) for black"
    assert await talk.say("ok") == ["utter_change_unclear", "utter_preview_items"]
    assert await talk.say("yes") == ["utter_changed_items"]
    holds(demo, "order_items where order_number=10041, product=Reading lamp: variant=black")
    talk = Talk(*DORA)
    await talk.start("change_order", "10041", "change the shirt to white")
    said = await talk.say("no", "deny")
    assert said == ["utter_refused_already_changed", "utter_instead_person"]

    talk = Talk(*DORA)
    assert await talk.start("change_order", "10041", "pay differently") == [
        "utter_want_payment_method"
    ]
    assert await talk.say("paypal") == ["utter_preview_payment"]
    assert await talk.say("no", "deny") == ["utter_change_kept"]
    holds(demo, "0 payments where order_number=10041, method=PayPal")


async def test_what_the_contract_has_no_change_for(demo: RunningShop) -> None:
    talk = Talk(*DORA)
    said = await talk.start("change_order", "10041", "remove an item from my order")
    assert said == ["utter_change_unsupported"]
    assert talk.slots["change"] is None


async def test_a_lost_answer_is_looked_up_and_made_once(demo: RunningShop) -> None:
    # of somebody whom no other test here is about
    customer, region, number = someone_waiting(demo)
    talk = Talk(customer, region)
    assert await talk.start("cancel_order", number, "i ordered it by mistake") == [
        "utter_preview_cancel"
    ]
    demo.stop()
    assert await talk.say("yes") == ["utter_change_unknown"]
    assert talk.slots["unsettled_change"]["draft"]["key"] == talk.slots["change"]["key"]
    demo.start()
    shop.backends.cache_clear()  # the circuit of a server that was away for long
    assert await talk.say("did it work?") == ["utter_changed_cancel"]
    holds(demo, f"1 changes where order_number={number}, kind=cancel")
    assert talk.slots["unsettled_change"] is None
    assert await talk.start("cancel_order", number) == [
        "utter_refused_state",
        "utter_instead_person",
    ]


async def test_the_same_again_is_a_new_order(demo: RunningShop) -> None:
    customer, region, number = someone_waiting(demo)
    talk = Talk(customer, region)
    said = await talk.start("reorder", number, "same again please")
    if said == ["utter_want_reorder_method"]:
        said = await talk.say(
            "/inform", "inform", method_id=talk.slots["change"]["methods"][0]["id"]
        )
    assert said == ["utter_preview_reorder"]
    holds(demo, f"0 changes where order_number={number}, kind=reorder")
    assert await talk.say("yes") == ["utter_changed_reorder"]
    holds(demo, f"orders where number={talk.words('new_number')}: state=pending")


async def test_the_state_says_whether_it_is_an_exchange(demo: RunningShop) -> None:
    talk = Talk(*EVAN)
    await talk.start("change_order", "10053", "can i change the slippers for another size")
    assert talk.slots["change"]["kind"] == "exchange"
    talk = Talk(*DORA)
    await talk.start("return_item", "10041", "exchange the lamp for a black one")
    assert talk.slots["change"]["kind"] == "items"
    assert await Talk(*EVAN).start("change_order", "10053", "pay differently") == [
        "utter_refused_state",
        "utter_instead_person",
    ]
