"""Suggestions, leaving and starting over."""

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.talk import ActionNeverMind, ActionOfferWish, ActionStartOver, ActionSuggest
from tests.actions.support import slot_values, tracker

TITLES = {"track_order": "Track", "reset_password": "Reset", "gift_card": "Gift", "stock": "Stock"}
DOMAIN = {"responses": {"utter_suggestion_titles": [{"custom": TITLES}]}}


async def suggest(latest: dict[str, Any], domain: dict[str, Any]) -> dict[str, Any]:
    said = CollectingDispatcher()
    events = await ActionSuggest().run(said, tracker(latest=latest), domain)
    assert events, "an action without events looks like a failed one"
    (message,) = said.messages
    return message


def ranked(*pairs: tuple[str, float], intent: str = "nlu_fallback") -> dict[str, Any]:
    ranking = [{"name": name, "confidence": confidence} for name, confidence in pairs]
    return {"intent": {"name": intent}, "intent_ranking": ranking}


async def test_the_likeliest_are_offered_and_always_a_person() -> None:
    latest = ranked(("nlu_fallback", 0.4), ("gift_card", 0.3), ("greet", 0.2), ("stock", 0.15))
    message = await suggest(latest, DOMAIN)
    assert message["response"] == "utter_not_understood"
    titles = [button["title"] for button in message["buttons"]]
    assert titles == ["Gift", "Stock", "Track", "Talk to a person"]


async def test_guesses_are_not_offered() -> None:
    message = await suggest(ranked(("gift_card", 0.05)), DOMAIN)
    payloads = [button["payload"] for button in message["buttons"]]
    assert payloads == ["/track_order", "/reset_password", "/talk_to_person"]


async def test_nothing_is_guessed_for_what_is_none_of_our_business() -> None:
    latest = ranked(("out_of_scope", 0.9), ("gift_card", 0.4), intent="out_of_scope")
    message = await suggest(latest, DOMAIN)
    assert message["response"] == "utter_out_of_scope"
    assert "/gift_card" not in [button["payload"] for button in message["buttons"]]


@pytest.mark.parametrize("domain", [{}, {"responses": {}}, {"responses": None}])
@pytest.mark.parametrize("latest", [{}, {"intent_ranking": None, "intent": None}])
async def test_an_odd_domain_or_message_still_offers_a_person(
    latest: dict[str, Any], domain: dict[str, Any]
) -> None:
    message = await suggest(latest, domain)
    assert message["buttons"][-1]["payload"] == "/talk_to_person"


@pytest.mark.parametrize(
    ("state", "response"),
    [
        ({"loop": "identity_form"}, "utter_never_mind"),
        ({"task": "track_order"}, "utter_never_mind"),
        ({}, "utter_nothing_to_leave"),
    ],
)
async def test_never_mind(state: dict[str, Any], response: str) -> None:
    said = CollectingDispatcher()
    events = await ActionNeverMind().run(said, tracker(**state), DOMAIN)
    assert said.messages[0]["response"] == response
    assert slot_values(events)["task"] is None


async def test_cancelling_what_was_just_shown_is_asked_about() -> None:
    said = CollectingDispatcher()
    state = tracker(latest={"text": "Cancel it"}, order_number="10023")
    events = await ActionNeverMind().run(said, state, DOMAIN)
    assert said.messages[0]["response"] == "utter_cancel_shown_order"
    assert slot_values(events) == {"next_step": "done"}


async def test_starting_over_forgets_the_customer_but_not_the_ticket() -> None:
    values = slot_values(
        await ActionStartOver().run(CollectingDispatcher(), tracker(loop="order_form"), DOMAIN)
    )
    for slot in ("order_number", "email", "customer_id", "verified_until", "task", "code"):
        assert values[slot] is None
    assert "ticket_id" not in values


async def test_the_next_wish_is_offered_and_the_others_wait_on() -> None:
    wishes = [
        {"intent": "track_order", "text": "where is 10031", "entities": {"order_number": "10031"}},
        {"intent": "reset_password", "text": "I forgot my password", "entities": {}},
    ]
    said = CollectingDispatcher()
    events = await ActionOfferWish().run(said, tracker(pending_wishes=wishes), DOMAIN)
    (message,) = said.messages
    assert (message["response"], message["wish"]) == ("utter_offer_wish", "where is 10031")
    assert message["buttons"][0]["payload"] == '/track_order{"order_number": "10031"}'
    assert slot_values(events) == {"pending_wishes": wishes[1:], "offered_wish": wishes[0]}


async def test_with_no_wish_left_nothing_is_offered() -> None:
    said = CollectingDispatcher()
    events = await ActionOfferWish().run(said, tracker(), DOMAIN)
    assert not said.messages
    assert slot_values(events) == {"pending_wishes": None, "offered_wish": None}
