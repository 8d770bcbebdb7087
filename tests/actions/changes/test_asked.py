"""The words with which a change was asked for."""

from __future__ import annotations

import itertools
from typing import Any

from actions.changes.asked import asked_with, remember
from tests.actions.support import tracker

RETURN = {"return_item"}
WISH = {"intent": "return_item", "text": "return the kettle", "entities": {}}
OFFERED = {"event": "action", "name": "action_offer_wish"}
_TIMES = itertools.count(1)


def said(text: str, intent: str) -> dict[str, Any]:
    parsed = {"intent": {"name": intent}, "entities": []}
    return {"event": "user", "text": text, "parse_data": parsed, "timestamp": next(_TIMES)}


def test_the_newest_message_that_began_it_counts() -> None:
    events = [said("return a mug", "return_item"), said("a@example.com", "inform")]
    found = asked_with(RETURN, tracker(events))
    assert (found.text, found.intent) == ("return a mug", "return_item")


def test_a_button_has_no_words() -> None:
    events = [said("return a mug", "return_item"), said("/return_item", "return_item")]
    assert asked_with(RETURN, tracker(events)).text == ""
    assert asked_with({"cancel_order"}, tracker(events)).intent == ""


def test_a_wish_that_waited_has_its_own_words() -> None:
    for yes in ("/return_item", "yes please"):
        events = [said("yes", "affirm"), OFFERED, said(yes, "return_item")]
        found = asked_with(RETURN, tracker(events, offered_wish=WISH))
        assert (found.text, found.intent) == ("return the kettle", "return_item")
    # not offered just before, so it is another return that is meant
    events = [OFFERED, said("no", "deny"), said("/return_item", "return_item")]
    assert asked_with(RETURN, tracker(events, offered_wish=WISH)).text == ""
    # another wish was offered
    events = [OFFERED, said("no, return all of it", "return_item")]
    other = {**WISH, "intent": "track_order"}
    assert asked_with(RETURN, tracker(events, offered_wish=other)).text == "no, return all of it"


def test_the_words_are_kept_for_when_their_message_is_not_sent_any_more() -> None:
    begun = [said("return the mug", "return_item")]
    kept = remember(RETURN, tracker(begun))
    later = [said(f"question {number}", "knowledge_question") for number in range(20)]
    for events in (begun + later, later):
        found = asked_with(RETURN, tracker(events, **kept))
        assert (found.text, found.intent) == ("return the mug", "return_item")
    # another task has not begun with them
    assert asked_with({"cancel_order"}, tracker(later, **kept)).text == ""
    # said again, in other words
    again = [*later, said("no, return the kettle", "return_item")]
    assert asked_with(RETURN, tracker(again, **kept)).text == "no, return the kettle"


def test_a_wish_keeps_its_words_when_its_offer_is_not_sent_any_more() -> None:
    begun = [OFFERED, said("yes", "return_item")]
    kept = remember(RETURN, tracker(begun, offered_wish=WISH))
    for events in (begun, begun[1:], [said("hm", "inform")]):
        assert asked_with(RETURN, tracker(events, **kept)).text == "return the kettle"


def test_a_message_that_begins_nothing_is_not_kept() -> None:
    begun = [said("return the mug", "return_item"), said("a@example.com", "inform")]
    assert remember(RETURN, tracker(begun)) == {}
    assert remember(RETURN, tracker([])) == {}
