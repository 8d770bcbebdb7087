"""Rasa components: a message with several wishes is understood wish by wish.

`WishSplitter`, first in the pipeline, puts the parts of such a message behind it, so that all
components after it understand them too. `WishCollector`, behind the classifier, takes them away
again: the message becomes its first wish, and the others are kept in an entity, from which the
domain fills a slot.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    EXTRACTOR,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from components.clauses import clauses, is_request

logger = logging.getLogger(__name__)

# On a part of a message: that it is one. Never in the output.
_PART = "wish_part"
# fmt: off
_TALK = (
    "affirm", "ask_capabilities", "ask_why", "bot_challenge", "complaint", "deny", "dont_know",
    "feedback", "foreign_language", "frustration", "goodbye", "greet", "inform", "never_mind",
    "nlu_fallback", "out_of_scope", "resend_code", "share_secret", "start_over", "talk_to_person",
    "thank", "ticket_status", "vague_help", "wait_a_moment", "website_problem", "wrong_answer",
)
# fmt: on
# Words by which the second number puts the first one right.
_CORRECTION = re.compile(r"\b(?:not|no|meant|mean|sorry|instead|wrong|rather|actually)\b", re.I)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class WishSplitter(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Puts the parts of a message that may hold several wishes behind the message."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WishSplitter:
        """Create the component; it has nothing to learn and nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add parts; see the module's description.

        Args:
            messages: messages with a text.

        Returns:
            The same messages, each followed by its parts, if it has several.
        """
        result = []
        for message in messages:
            result.append(message)
            text = message.get(TEXT)
            if isinstance(text, str) and not text.lstrip().startswith(INTENT_MESSAGE_PREFIX):
                result += [Message({TEXT: part, _PART: True}) for part in clauses(text)]
        return result


@dataclass(frozen=True)
class Wish:
    """One wish of several.

    Attributes:
        intent: its intent.
        text: the part of the message that says it.
        entities: what was found in that part, as Rasa has it.
        confidence: of the intent.
    """

    intent: str
    text: str
    entities: list[dict[str, Any]]
    confidence: float = 1.0

    def kept(self) -> dict[str, Any]:
        """What the slot holds of it: JSON values; entities by name, the last of each."""
        values = {e[ENTITY_ATTRIBUTE_TYPE]: e[ENTITY_ATTRIBUTE_VALUE] for e in self.entities}
        return {"intent": self.intent, "text": self.text, "entities": values}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class WishCollector(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Makes a message of several wishes its first, and keeps the others."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Every setting with its default.

        Returns:
            `confidence`: how sure of a part's intent it must be. `entity`: what holds the wishes
            that wait. `talk`: intents that are no wish. `same_matter`: lists of intents that are
            one wish when they come together without an order number of their own. `per_order`:
            intents that two order numbers in one message make two wishes of.
        """
        return {
            "confidence": 0.6,
            "entity": "pending_wishes",
            "talk": list(_TALK),
            "same_matter": [
                ["login_problem", "reset_password", "recover_username", "two_factor_problem"],
                ["cancel_order", "return_item", "refund_status"],
                ["delivery_problem", "track_order"],
            ],
            "per_order": ["track_order", "cancel_order"],
        }

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = {**self.get_default_config(), **config}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WishCollector:
        """Create the component; it has nothing to learn and nothing to load."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Take the parts away again; see the module's description.

        Never raises: a message whose wishes cannot be told apart stays as it was understood.

        Args:
            messages: messages, each followed by its parts, all understood.

        Returns:
            The messages without their parts.
        """
        whole: list[tuple[Message, list[Message]]] = []
        for message in messages:
            if message.get(_PART) and whole:
                whole[-1][1].append(message)
            else:
                whole.append((message, []))
        for message, parts in whole:
            try:
                self._collect(message, parts)
            except Exception:
                # An exception in the pipeline would lose the customer's message altogether.
                logger.exception("Wishes could not be told apart; the message stays as it was.")
        return [message for message, _ in whole]

    def _collect(self, message: Message, parts: list[Message]) -> None:
        wishes = self._wishes(parts) or self._by_number(message)
        if not wishes:
            return
        first, *others = wishes
        if not others:
            # One wish in talk around it: sure of the part, it is better than unsure of the whole.
            whole = (message.get(INTENT) or {}).get(PREDICTED_CONFIDENCE_KEY) or 0.0
            if whole < self._config["confidence"]:
                self._become(message, first)
            return
        text = message.get(TEXT)
        waiting = {
            ENTITY_ATTRIBUTE_TYPE: self._config["entity"],
            ENTITY_ATTRIBUTE_VALUE: [wish.kept() for wish in others],
            ENTITY_ATTRIBUTE_START: 0,
            ENTITY_ATTRIBUTE_END: len(text),
            EXTRACTOR: type(self).__name__,
        }
        self._become(message, first)
        message.set(ENTITIES, [*first.entities, waiting], add_to_output=True)

    @staticmethod
    def _become(message: Message, wish: Wish) -> None:
        intent = {INTENT_NAME_KEY: wish.intent, PREDICTED_CONFIDENCE_KEY: wish.confidence}
        ranking = [
            entry
            for entry in message.get(INTENT_RANKING_KEY) or []
            if entry.get(INTENT_NAME_KEY) != wish.intent
        ]
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [dict(intent), *ranking], add_to_output=True)

    def _wishes(self, parts: list[Message]) -> list[Wish]:
        """The wishes in the parts of a message; a person asked for is the only one."""
        wishes: list[Wish] = []
        for part in parts:
            intent = part.get(INTENT) or {}
            name = intent.get(INTENT_NAME_KEY)
            confidence = float(intent.get(PREDICTED_CONFIDENCE_KEY) or 0.0)
            if not name or confidence < self._config["confidence"]:
                continue
            if name == "talk_to_person":
                return []
            wish = Wish(name, part.get(TEXT), list(part.get(ENTITIES) or []), confidence)
            if name in self._config["talk"] or not is_request(wish.text):
                continue
            if not any(self._is_same(wish, known) for known in wishes):
                wishes.append(wish)
        return wishes

    def _is_same(self, wish: Wish, known: Wish) -> bool:
        numbers = _order_numbers(wish.entities)
        if numbers and numbers != _order_numbers(known.entities):
            return False
        return wish.intent == known.intent or any(
            wish.intent in matter and known.intent in matter
            for matter in self._config["same_matter"]
        )

    def _by_number(self, message: Message) -> list[Wish]:
        """One wish a number, for "where are 10023 and 10031"."""
        name = str((message.get(INTENT) or {}).get(INTENT_NAME_KEY))
        entities = list(message.get(ENTITIES) or [])
        numbers = [e for e in entities if e[ENTITY_ATTRIBUTE_TYPE] == "order_number"]
        different = {e[ENTITY_ATTRIBUTE_VALUE] for e in numbers}
        text = message.get(TEXT) or ""
        if name not in self._config["per_order"] or len(different) != len(numbers):
            return []
        if not 2 <= len(numbers) <= 4 or _CORRECTION.search(text):
            return []
        others = [e for e in entities if e not in numbers]
        return [
            Wish(name, str(number.get("text") or number[ENTITY_ATTRIBUTE_VALUE]), [*others, number])
            for number in numbers
        ]


def _order_numbers(entities: list[dict[str, Any]]) -> list[Any]:
    return [
        entity[ENTITY_ATTRIBUTE_VALUE]
        for entity in entities
        if entity[ENTITY_ATTRIBUTE_TYPE] == "order_number"
    ]
