"""A Rasa component that mends typos for the components after it."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.encoder import MODEL_FILE, TOKENIZER_FILE, find_model_files, vocabulary_words
from components.messages import CORRECTED_TEXT
from components.typos import TypoMender

logger = logging.getLogger(__name__)

_WORDS_FILE = "words.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class TypoCorrector(GraphComponent):  # type: ignore[misc]
    """Keeps a message's text with its typos mended beside it, for featurizer and classifier.

    The text itself stays as written, so entities are found at their places.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Where the encoder's tokenizer is found, as for SentenceEmbeddingFeaturizer."""
        return {
            "model_folder": None,
            "model_file": MODEL_FILE,
            "tokenizer_file": TOKENIZER_FILE,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Packages whose version is part of the training's fingerprint."""
        return ["rapidfuzz", "tokenizers"]

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        counts: dict[str, int] | None = None,
    ) -> None:
        """Make a corrector.

        Args:
            config: settings, see `get_default_config`.
            model_storage: where the words are kept.
            resource: their name there.
            counts: the training words, None before training.
        """
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._mender = TypoMender(counts, self._vocabulary()) if counts is not None else None

    def _vocabulary(self) -> frozenset[str]:
        return vocabulary_words(_tokenizer_file(self._config))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TypoCorrector:
        """Make an untrained corrector for a graph node."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TypoCorrector:
        """Load a trained corrector; without stored words it changes nothing."""
        try:
            with model_storage.read_from(resource) as folder:
                stored = (folder / _WORDS_FILE).read_text(encoding="utf-8")
        except ValueError as error:  # how Rasa's storage says that nothing was stored
            logger.warning("No words to load, typos are not mended: %s", error)
            return cls(config, model_storage, resource)
        return cls(config, model_storage, resource, json.loads(stored))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Name what Rasa's training cache does not see: the vocabulary and our helper module."""
        digest = hashlib.sha256(Path(__file__).with_name("typos.py").read_bytes())
        digest.update(_tokenizer_file({**cls.get_default_config(), **config}).read_bytes())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the words of the training examples.

        Args:
            training_data: examples with texts.

        Returns:
            Where the words were stored.
        """
        texts = [example.get(TEXT) or "" for example in training_data.training_examples]
        self._mender = TypoMender.learn(texts, self._vocabulary())
        with self._model_storage.write_to(self._resource) as folder:
            words = json.dumps(self._mender.counts, ensure_ascii=False, sort_keys=True)
            (folder / _WORDS_FILE).write_text(words, encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave training examples as they are: all their words are known."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `corrected_text` of messages with typos.

        Args:
            messages: messages with or without a text.

        Returns:
            The same messages.
        """
        for message in messages:
            text = message.get(CORRECTED_TEXT, message.get(TEXT))
            if text and self._mender:
                mended = self._mender.mend(text)
                if mended != text:
                    message.set(CORRECTED_TEXT, mended)
        return messages


def _tokenizer_file(config: dict[str, Any]) -> Path:
    return find_model_files(
        config["model_folder"], config["model_file"], config["tokenizer_file"]
    ).tokenizer
