"""The talk around the tasks: suggestions, leaving, starting over."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import tasks
from actions.proven import forget_identity

PERSON = {"title": "Talk to a person", "payload": "/talk_to_person"}
# The slot that keeps the wish that was offered last.
OFFERED_WISH = "offered_wish"
# Offered when the ranking holds nothing better.
DEFAULT_SUGGESTIONS = ("track_order", "reset_password")
MAX_SUGGESTIONS = 3
# Of a wish that is offered, so much is repeated; in characters.
LONGEST_WISH = 120
# Below this an intent is a guess that would only puzzle the customer.
MIN_SUGGESTION_CONFIDENCE = 0.1


def suggestion_titles(domain: DomainDict) -> dict[str, str]:
    """Suggestion titles by intent, as `utter_suggestion_titles` in domain.yml has them."""
    variations = (domain.get("responses") or {}).get("utter_suggestion_titles") or [{}]
    titles: dict[str, str] = variations[0].get("custom") or {}
    return titles


def _likely(ranking: list[dict[str, Any]], titles: dict[str, str]) -> list[str]:
    """The intents that a message may well have meant, likeliest first."""
    return [
        str(choice.get("name"))
        for choice in ranking
        if choice.get("name") in titles
        and (choice.get("confidence") or 0.0) >= MIN_SUGGESTION_CONFIDENCE
    ]


class ActionSuggest(Action):
    """Says that the message was not understood, and offers the likeliest choices."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_suggest"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Offers up to three intents from the ranking, and a person."""
        titles = suggestion_titles(domain)
        message = tracker.latest_message or {}
        foreign = (message.get("intent") or {}).get("name") == "out_of_scope"
        likely = [] if foreign else _likely(message.get("intent_ranking") or [], titles)
        chosen = list(dict.fromkeys([*likely, *DEFAULT_SUGGESTIONS]))[:MAX_SUGGESTIONS]
        buttons = [
            {"title": titles.get(intent, intent), "payload": f"/{intent}"} for intent in chosen
        ]
        response = "utter_out_of_scope" if foreign else "utter_not_understood"
        dispatcher.utter_message(response=response, buttons=[*buttons, PERSON])
        return tasks.slots(next_step="done")


class ActionNeverMind(Action):
    """Leaves what is under way."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_never_mind"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Ends form and task; right after an order was shown, asks what "cancel it" means."""
        under_way = tracker.active_loop.get("name") or tracker.get_slot("task")
        number = tracker.get_slot("order_number")
        text = str((tracker.latest_message or {}).get("text") or "")
        if not under_way and number and "cancel" in text.lower():
            dispatcher.utter_message(response="utter_cancel_shown_order", number=number)
            return tasks.slots(next_step="done")
        dispatcher.utter_message(
            response="utter_never_mind" if under_way else "utter_nothing_to_leave"
        )
        return tasks.drop(tracker)


class ActionOfferWish(Action):
    """Offers what the customer also wished for, now that the first wish is done."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_offer_wish"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Offers the next of `pending_wishes` as a button, and takes it off the list."""
        wish, *others = tracker.get_slot("pending_wishes") or [{}]
        if wish.get("intent"):
            facts = wish.get("entities") or {}
            payload = f"/{wish['intent']}" + (json.dumps(facts) if facts else "")
            buttons = [
                {"title": "Yes, please", "payload": payload},
                {"title": "No, thanks", "payload": "/decline_offer"},
            ]
            said = str(wish.get("text") or "")[:LONGEST_WISH]
            dispatcher.utter_message(response="utter_offer_wish", wish=said, buttons=buttons)
        return tasks.slots(pending_wishes=others or None, **{OFFERED_WISH: wish or None})


class ActionStartOver(Action):
    """Forgets everything about the customer and the task, but not an open ticket."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_start_over"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Ends the form and the task and clears what was gathered."""
        dispatcher.utter_message(response="utter_started_over")
        return [
            *tasks.drop(tracker),
            *tasks.slots(
                order_number=None,
                order_proof=None,
                order_choices=None,
                email=None,
                topic=None,
                identity_need=None,
                failure=None,
                asked_with=None,
                offered_wish=None,
                **{k: v for k, v in forget_identity().items() if k not in {"code", "challenge_id"}},
            ),
        ]
