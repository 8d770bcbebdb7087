"""A Rasa component: a message in another language becomes the intent that says so."""

from __future__ import annotations

import hashlib
import json
import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
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
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.foreign_language import ForeignLanguage, words_of

logger = logging.getLogger(__name__)

LANGUAGES_KEY = "languages"
INTENT_KEY = "intent"
ENTITY_KEY = "entity"
_WORDS_FILE = "words.json"
# fmt: off
_LANGUAGES = [
    "ar", "cs", "da", "de", "el", "es", "fi", "fr", "he", "hi", "hu", "it", "ja", "ko", "nb", "nl",
    "pl", "pt", "ro", "ru", "sv", "tr", "uk", "vi", "zh",
]
# fmt: on


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LanguageDetector(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Gives messages that are not in English an intent of their own, and their language.

    It stands behind the intent classifier: what an English model makes of another language is a
    guess, however sure it is.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Every setting with its default.

        Returns:
            `languages`: ISO 639-1 codes of the languages that are recognised; `intent`: what such
            a message becomes; `entity`: the entity that holds its language's code.
        """
        return {
            LANGUAGES_KEY: list(_LANGUAGES),
            INTENT_KEY: "foreign_language",
            ENTITY_KEY: "language",
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Packages whose version is part of the training's fingerprint; lingua's is added below."""
        return ["spacy"]

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        known_words: list[str] | None = None,
    ) -> None:
        """Make a detector.

        Args:
            config: settings, see `get_default_config`.
            model_storage: where the known words are kept.
            resource: their name there.
            known_words: the training examples' words, None before training.

        Raises:
            InvalidConfigException: if `languages` holds a code that nothing can recognise.
        """
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        try:
            self._detector = ForeignLanguage(self._config[LANGUAGES_KEY], known_words or [])
        except ValueError as error:
            raise InvalidConfigException(
                f"LanguageDetector in config.yml, 'languages': {error} Use two-letter codes such "
                "as de, es, fr."
            ) from error

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        """Make an untrained detector for a graph node."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LanguageDetector:
        """Load a trained detector; without stored words it knows English's common words only."""
        try:
            with model_storage.read_from(resource) as folder:
                words = json.loads((folder / _WORDS_FILE).read_text(encoding="utf-8"))
        except ValueError as error:  # how Rasa's storage says that nothing was stored
            logger.warning("No words to load, languages are told by common words: %s", error)
            words = []
        detector = cls(config, model_storage, resource, words)
        detector._detector.warm_up()
        return detector

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Name what Rasa's training cache does not see: our helper module, and lingua.

        Rasa asks for a package by one name, to import and to look its version up; lingua has two.
        """
        digest = hashlib.sha256(Path(__file__).with_name("foreign_language.py").read_bytes())
        digest.update(version("lingua-language-detector").encode())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the words of the training examples: they are English, whatever they look like.

        Args:
            training_data: examples with texts.

        Returns:
            Where the words were stored.
        """
        texts = [example.get(TEXT) or "" for example in training_data.training_examples]
        words = sorted({word for text in texts for word in words_of(text)})
        with self._model_storage.write_to(self._resource) as folder:
            stored = json.dumps(words, ensure_ascii=False)
            (folder / _WORDS_FILE).write_text(stored, encoding="utf-8")
        self._detector = ForeignLanguage(self._config[LANGUAGES_KEY], words)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave training examples as they are."""
        return training_data

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        """Set intent and language of the messages that are in another language.

        A message that may be the answer to a form's question stays as it is: a street, a name
        and a number are in no language.

        Args:
            messages: messages with intent and entities as predicted so far.
            tracker: the conversation up to, not including, these messages.

        Returns:
            The same messages. One in another language has the configured intent with confidence
            1.0, alone in its ranking, and an entity with the language's ISO 639-1 code.
        """
        in_form = bool(tracker and tracker.active_loop_name)
        for message in messages:
            text = message.get(TEXT)
            if not isinstance(text, str) or text.lstrip().startswith(INTENT_MESSAGE_PREFIX):
                continue
            if in_form and (message.get(ENTITIES) or any(map(str.isdigit, text))):
                continue
            if (code := self._detector.find(text)) is not None:
                self._mark(message, text, code)
        return messages

    def _mark(self, message: Message, text: str, code: str) -> None:
        intent = {INTENT_NAME_KEY: self._config[INTENT_KEY], PREDICTED_CONFIDENCE_KEY: 1.0}
        language = {
            ENTITY_ATTRIBUTE_TYPE: self._config[ENTITY_KEY],
            ENTITY_ATTRIBUTE_VALUE: code,
            ENTITY_ATTRIBUTE_START: 0,
            ENTITY_ATTRIBUTE_END: len(text),
            EXTRACTOR: type(self).__name__,
        }
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [dict(intent)], add_to_output=True)
        message.set(ENTITIES, [*(message.get(ENTITIES) or []), language], add_to_output=True)
