"""The words with which a change was asked for."""

from __future__ import annotations

from typing import Any

from actions.changes.asked import asked_with
from tests.actions.support import tracker

WISH = {"intent": "return_item", "text": "return the kettle", "entities": {}}
OFFERED = {"event": "action", "name": "action_offer_wish"}


def said(text: str, intent: str, *wishes: dict[str, Any]) -> dict[str, Any]:
    entities = [{"entity": "pending_wishes", "value": list(wishes)}] if wishes else []
    return {
        "event": "user",
        "text": text,
        "parse_data": {"intent": {"name": intent}, "entities": entities},
    }


def test_the_newest_message_that_began_it_counts() -> None:
    events = [said("return a mug", "return_item"), said("a@example.com", "inform")]
    found = asked_with({"return_item"}, tracker(events))
    assert (found.text, found.intent) == ("return a mug", "return_item")


def test_a_button_has_no_words() -> None:
    events = [said("return a mug", "return_item"), said("/return_item", "return_item")]
    assert asked_with({"return_item"}, tracker(events)).text == ""
    assert asked_with({"cancel_order"}, tracker(events)).intent == ""


def test_a_wish_that_waited_has_its_own_words() -> None:
    first = said("cancel it and return the kettle", "cancel_order", WISH)
    for yes in ("/return_item", "yes please"):
        events = [first, said("yes", "affirm"), OFFERED, said(yes, "return_item")]
        found = asked_with({"return_item"}, tracker(events))
        assert (found.text, found.intent) == ("return the kettle", "return_item")
    # not offered just before, so it is another return that is meant
    events = [first, OFFERED, said("no", "deny"), said("/return_item", "return_item")]
    assert asked_with({"return_item"}, tracker(events)).text == ""
