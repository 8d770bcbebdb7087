"""A Rasa component: a typed "2" or "the second one" becomes the button it names."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.events import BotUttered, Event, Restarted, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from components.choice_text import Choice, choose

logger = logging.getLogger(__name__)

SIMILARITY_KEY = "similarity"
YES_INTENTS_KEY = "yes_intents"
NO_INTENTS_KEY = "no_intents"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ChoiceResolver(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Turns a text that names an offered button into that button's intent and entities.

    It stands last in the pipeline and overrides what was understood from the words alone: on a
    channel without buttons, "2" means nothing without the question before it.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Every setting with its default.

        Returns:
            `similarity`: how alike (0 to 1) a mistyped title must be. 0.85 lets one letter in
            seven be wrong. `yes_intents`, `no_intents`: a button with such an intent is also
            chosen by a plain yes or no, whatever its title.
        """
        return {
            SIMILARITY_KEY: 0.85,
            YES_INTENTS_KEY: ["affirm"],
            NO_INTENTS_KEY: ["deny"],
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
    ) -> ChoiceResolver:
        """Create the component; it has nothing to learn and nothing to load."""
        return cls(config)

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        """Resolve the messages that name a button of the assistant's last turn.

        Never raises: a message that cannot be resolved stays as the pipeline understood it.

        Args:
            messages: messages with intent, ranking and entities as predicted so far.
            tracker: the conversation up to, not including, these messages.

        Returns:
            The same messages; a resolved one has the button's intent with confidence 1.0, leading
            the ranking, and the button's entities.
        """
        for message in messages:
            try:
                self._resolve(message, tracker)
            except Exception:
                # An exception in the pipeline would lose the customer's message altogether.
                logger.exception("A choice could not be resolved; the message stays as it was.")
        return messages

    def _resolve(self, message: Message, tracker: DialogueStateTracker | None) -> None:
        text = message.get(TEXT)
        if not isinstance(text, str) or text.lstrip().startswith(INTENT_MESSAGE_PREFIX):
            return
        buttons = offered_buttons(tracker.events if tracker else ())
        if not buttons:
            return
        unpacked = [_unpack(button["payload"]) for button in buttons]
        choices = [
            Choice(button["title"], self._says_yes(payload))
            for button, payload in zip(buttons, unpacked, strict=True)
        ]
        place = choose(text, choices, similarity=self._config[SIMILARITY_KEY])
        chosen = None if place is None else unpacked[place]
        if chosen is None:
            return
        name = chosen.get(INTENT)[INTENT_NAME_KEY]
        intent = {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: 1.0}
        ranking = [
            other
            for other in message.get(INTENT_RANKING_KEY) or []
            if other.get(INTENT_NAME_KEY) != name
        ]
        # Where the payload says them means nothing in the text: all of it says the choice.
        place_in_text = {ENTITY_ATTRIBUTE_START: 0, ENTITY_ATTRIBUTE_END: len(text)}
        entities = [{**entity, **place_in_text} for entity in chosen.get(ENTITIES) or []]
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [dict(intent), *ranking], add_to_output=True)
        message.set(ENTITIES, entities, add_to_output=True)

    def _says_yes(self, payload: Message | None) -> bool | None:
        name = payload.get(INTENT)[INTENT_NAME_KEY] if payload else None
        if name in self._config[YES_INTENTS_KEY]:
            return True
        return False if name in self._config[NO_INTENTS_KEY] else None


@lru_cache(maxsize=1000)  # every message after a question with buttons has them all read
def _unpack(payload: str) -> Message | None:
    """Parse a payload as Rasa does for a pressed button; None if it names no intent."""
    unpacked = YAMLStoryReader.unpack_regex_message(
        Message({TEXT: payload}), entity_extractor_name=ChoiceResolver.__name__
    )
    return unpacked if unpacked.get(INTENT) else None


def offered_buttons(events: Iterable[Event]) -> list[dict[str, str]]:
    """Return the buttons that the customer sees below the assistant's last turn.

    Args:
        events: the conversation's events, oldest first.

    Returns:
        The buttons of the last message with buttons since the customer last wrote, each with
        `title` and `payload`; empty when there are none.
    """
    for event in reversed(list(events)):
        if isinstance(event, (UserUttered, SessionStarted, Restarted)):
            return []
        if isinstance(event, BotUttered) and (shown := event.data.get("buttons")):
            buttons = [
                {"title": str(button["title"]), "payload": str(button["payload"])}
                for button in shown
                if button.get("title") and button.get("payload")
            ]
            # With one left out, places could not be counted as the customer sees them.
            return buttons if len(buttons) == len(shown) else []
    return []
