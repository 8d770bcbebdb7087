"""What there is to buy: kinds, prices and stock, and a reminder when something is back."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import tasks
from actions.keys import message_key
from actions.knowledge import article_for
from actions.not_offered import hand_over
from actions.product_wording import kinds_of, prices, product_kind, varieties
from actions.product_words import Asked, Chosen, asked, choose, is_named, naming_words, singular
from actions.proven import ON_FILE, is_verified
from actions.reading import Message
from actions.shop import backends
from backends.change_models import Product
from backends.errors import BackendError, NotFound, NotOffered

logger = logging.getLogger(__name__)

# The region of a customer whom nobody knows yet: the contract's default.
DEFAULT_REGION = "DE"
# More words than this name no product.
_MOST_WORDS = 3


def _region(tracker: Tracker) -> str:
    return tracker.get_slot("region") or DEFAULT_REGION


async def _meant(message: Message, tracker: Tracker) -> Product | None:
    """The product that a message names, or speaks of after it was named before.

    Raises:
        BackendError: the catalogue cannot be read.
    """
    region, names = _region(tracker), message.entities.get("product", [])
    if names:
        found = await backends().products.search(names[-1], region)
        exact = [product for product in found if product.name == names[-1]]
        return exact[0] if exact else None
    words = naming_words(message)
    if not words:
        shown = tracker.get_slot("product_shown")
        return await _again(shown, region) if isinstance(shown, dict) else None
    if len(words) > _MOST_WORDS:
        return None
    found = await backends().products.search(" ".join(singular(w) for w in words), region)
    named = [product for product in found if is_named(product, words)]
    return named[0] if len(named) == 1 else None


async def _again(shown: dict[str, Any], region: str) -> Product | None:
    try:
        return await backends().products.get(str(shown.get("id")), region)
    except NotFound:
        return None


class ActionProductQuestion(Action):
    """Answers from the catalogue where it can, else leaves the question to the knowledge base."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_product_question"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Sets `next_step` to `article` when the catalogue holds no answer."""
        message = Message.latest(tracker)
        question = asked(message.text)
        try:
            product = await _meant(message, tracker)
        except NotOffered:
            return tasks.slots(next_step="article")
        except BackendError as error:
            logger.warning("the catalogue could not be read: %s", error)
            if article_for(tracker) and not question.anything:
                return tasks.slots(next_step="article")
            dispatcher.utter_message(response="utter_backend_down")
            return tasks.slots(failure="backend_unavailable", next_step="done")
        if product is None or (not question.anything and article_for(tracker)):
            return tasks.slots(next_step="article")
        chosen = choose(product, message)
        speaks_of_it = question.about or is_named(product, naming_words(message))
        if not (question.anything or speaks_of_it or chosen.named or chosen.missing):
            return tasks.slots(next_step="article")
        return self._answer(product, question, chosen, dispatcher)

    @staticmethod
    def _answer(
        product: Product, question: Asked, chosen: Chosen, dispatcher: CollectingDispatcher
    ) -> list[dict[str, Any]]:
        kinds = chosen.kinds
        sold_out = [kind for kind in kinds if not kind.available]
        # a reminder is about one kind, the only one that is sold out where none is named
        waits = sold_out[0] if len(sold_out) == 1 and (chosen.named or len(kinds) > 1) else None
        if len(kinds) == 1 and sold_out:
            waits = kinds[0]
        shown = {
            "id": product.id,
            "name": product.name,
            "variant": waits.id if waits else None,
            "kind": product_kind(product, waits) if waits else None,
        }
        remembered = tasks.slots(product_shown=shown)
        if question.reminder and waits and not chosen.missing:
            return [*remembered, *tasks.slots(next_step="remind")]
        dispatcher.utter_message(
            response=_response(question, chosen),
            product=product.name,
            description=product.description,
            missing=chosen.missing,
            kind=product_kind(product, kinds[0]),
            count=str(len(product.variants)),
            varieties=varieties(product),
            prices=prices(kinds),
            pieces=str(kinds[0].available),
            in_stock=kinds_of(kind for kind in kinds if kind.available),
            sold_out=kinds_of(sold_out),
            buttons=_buttons(waits is not None and not chosen.missing),
        )
        return [*remembered, *tasks.slots(next_step="done")]


def _response(question: Asked, chosen: Chosen) -> str:
    """The response that fits what is asked, and what there is."""
    available = [kind for kind in chosen.kinds if kind.available]
    if chosen.missing:
        return "utter_product_no_such_kind"
    if question.kinds:
        return "utter_product_kinds"
    if question.price:
        return "utter_product_price"
    if len(chosen.kinds) == 1 and (question.stock or question.reminder or chosen.named):
        if not available:
            return "utter_product_sold_out"
        return "utter_product_pieces" if question.how_many else "utter_product_in_stock"
    if question.stock or question.reminder or chosen.named:
        if not available:
            return "utter_product_all_sold_out"
        all_there = len(available) == len(chosen.kinds)
        return "utter_product_all_in_stock" if all_there else "utter_product_some_in_stock"
    return "utter_product_about"


def _buttons(remind: bool) -> list[dict[str, str]]:
    return [{"title": "Tell me when it's back", "payload": "/remind_stock"}] if remind else []


class ActionRemindStock(Action):
    """Has the shop write to the customer when a kind that is sold out is back."""

    TASK = "remind_stock"

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_remind_stock"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Needs a proven customer: the e-mail goes to the address on file, and nowhere else."""
        shown = tracker.get_slot("product_shown") or {}
        events = tasks.begin(self.TASK, tracker)
        if not shown.get("variant"):
            dispatcher.utter_message(response="utter_remind_of_what")
            return [*events, *tasks.finish(self.TASK, dispatcher, tracker)]
        if not is_verified(tracker):
            return [
                *events,
                *tasks.slots(identity_need="customer", next_step="identity", code=None),
            ]
        try:
            await backends().products.remind(
                tracker.get_slot("customer_id"),
                shown["variant"],
                idempotency_key=message_key(tracker, "remind", shown["variant"]),
            )
        except NotFound:
            dispatcher.utter_message(response="utter_remind_of_what")
            return [*events, *tasks.finish(self.TASK, dispatcher, tracker)]
        except NotOffered as error:
            return [*events, *hand_over(error, dispatcher)]
        except BackendError as error:
            logger.warning("a reminder could not be set: %s", error)
            again = {"title": "Try again", "payload": "/remind_stock"}
            dispatcher.utter_message(response="utter_backend_down_account", buttons=[again])
            return [*events, *tasks.slots(failure="backend_unavailable", next_step="done")]
        dispatcher.utter_message(
            response="utter_reminder_set",
            kind=shown["kind"],
            email=tracker.get_slot("email") or ON_FILE,
        )
        return [*events, *tasks.finish(self.TASK, dispatcher, tracker)]
