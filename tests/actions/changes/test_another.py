"""What was wanted of one order, taken over for another one."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.executor import CollectingDispatcher

from actions.changes.another import ActionSameForAnother
from actions.changes.draft import Draft, Line
from actions.changes.kinds import KINDS
from backends.change_models import ChangeKind
from tests.actions.support import slot_values, tracker

OLD = (
    Line("a", "T-shirt", "white, M", 2, 2900, "delivered"),
    Line("b", "Enamel kettle", "cream", 1, 5600, "delivered"),
)
NEW = (
    Line("x", "Enamel kettle", "sage", 1, 5600, "delivered"),
    Line("y", "T-shirt", "navy, L", 1, 3100, "returned"),
    Line("z", "Wool blanket", "grey", 1, 8900, "delivered"),
)


def taken(kind: ChangeKind, **wanted: object) -> Draft:
    other = replace(Draft("1", kind, OLD), **wanted)  # type: ignore[arg-type]
    assert other.for_another().is_for_another
    return KINDS[kind].taken_from(Draft("2", kind, NEW), other.for_another())


def test_the_same_product_of_the_other_order() -> None:
    assert taken("return", items=({"item_id": "b"},)).items == ({"item_id": "x"},)


def test_everything_of_the_other_order_that_can_come_back() -> None:
    whole = taken("return", items=({"item_id": "a"}, {"item_id": "b"}))
    assert [item["item_id"] for item in whole.items] == ["x", "z"]


def test_a_product_that_the_other_order_has_not_is_asked_for() -> None:
    assert taken("return", items=({"item_id": "a"},)).items == ()


def test_the_new_kind_is_wished_for_and_the_difference_settled_anew() -> None:
    item = {"item_id": "b", "variant_id": "v", "more": 500, "to": "sage"}
    found = taken("exchange", items=(item,), method_id="original")
    assert found.items == ({"item_id": "x"},)
    assert (found.wish, found.method_id) == ("sage", None)


def test_address_reason_and_way_to_pay() -> None:
    place = {"street": "Hafenweg 3", "postcode": "24103", "city": "Kiel", "country": "DE"}
    assert taken("address", address=place).address == place
    assert taken("cancel", reason="other").reason == "other"
    assert taken("payment", method_id="m", methods=({"id": "m"},)).method_id == "m"


def test_nothing_that_was_shown_or_agreed_to_comes_along() -> None:
    found = taken("cancel", reason="other", quote="q", key="k")
    assert (found.number, found.quote, found.key) == ("2", None, None)


async def test_to_order_the_same_again_is_no_change_of_another_order() -> None:
    latest = {"text": "order the same again as in order 10042", "intent": {}, "entities": []}
    said = CollectingDispatcher()
    events = await ActionSameForAnother().run(said, tracker(latest=latest), {})
    assert slot_values(events)["order_number"] == "10042"
    assert events[-1]["name"] == "action_reorder"
    assert not said.messages
