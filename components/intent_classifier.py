"""A Rasa intent classifier on sentence embeddings and n-grams, with calibrated confidences."""

from __future__ import annotations

import hashlib
import json
import logging
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.intent_model import IntentModel, Settings
from components.messages import CORRECTED_TEXT

logger = logging.getLogger(__name__)

RANKING_LENGTH_KEY = "ranking_length"
FEATURIZERS_KEY = "featurizers"

_ARRAYS_FILE = "intents.npz"
_VALUES_FILE = "intents.json"
_HELPERS = (
    "intent_model.py",
    "kernel_machine.py",
    "kernel_solver.py",
    "ngrams.py",
    "confidence.py",
)
# Smallest value that each setting may have. The regularisation's keeps single precision stable.
_LEAST = {
    "sharpness": 0.1,
    "char_weight": 0.0,
    "word_weight": 0.0,
    "regularisation": 0.01,
    "balance": 0.0,
    "max_examples": 100,
    "seed": 0,
}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SentenceIntentClassifier(IntentClassifier, GraphComponent):  # type: ignore[misc]
    """Sets `intent` and `intent_ranking` of a message that has dense sentence features."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Component types that must come before this one."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Packages whose version is part of the training's fingerprint."""
        return ["sklearn", "scipy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Every setting with its default; docs/nlu.md explains them."""
        return {
            **{field.name: field.default for field in fields(Settings)},
            # Intents listed in intent_ranking; 0: all.
            RANKING_LENGTH_KEY: 10,
            # Aliases of the dense featurizers to use; empty: all.
            FEATURIZERS_KEY: [],
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        """Make a classifier.

        Args:
            config: settings, see `get_default_config`.
            model_storage: where the trained model is kept.
            resource: its name there.
            model: a trained model, None before training or without training examples.
        """
        self._config = {**self.get_default_config(), **config}
        self._settings = _settings(self._config)
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceIntentClassifier:
        """Make an untrained classifier for a graph node."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceIntentClassifier:
        """Load a trained classifier; without a stored model it knows no intent."""
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(model_storage.read_from(resource))
            except ValueError as error:  # how Rasa's storage says that nothing was stored
                logger.warning("No trained intents to load: %s", error)
                return cls(config, model_storage, resource)
            # allow_pickle stays False: a model file must not be able to run code.
            arrays = stack.enter_context(np.load(folder / _ARRAYS_FILE))
            values = json.loads((folder / _VALUES_FILE).read_text(encoding="utf-8"))
            model = IntentModel.from_state(dict(arrays), values)
        return cls(config, model_storage, resource, model)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Name what Rasa's training cache does not see: the source of our helper modules."""
        digest = hashlib.sha256()
        for name in _HELPERS:
            digest.update(Path(__file__).with_name(name).read_bytes())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Train on all examples that have an intent, and store the model.

        Args:
            training_data: examples with dense sentence features.

        Returns:
            Where the model was stored.

        Raises:
            InvalidConfigException: examples have no dense sentence features.
        """
        examples = [
            example
            for example in training_data.intent_examples
            if example.get(INTENT) and (example.get(TEXT) or "").strip()
        ]
        if not examples:
            logger.warning("No training example has an intent: the classifier will know none.")
            return self._resource
        vectors = [self._vector(example) for example in examples]
        present = [vector for vector in vectors if vector is not None]
        if len(present) < len(vectors):
            raise InvalidConfigException(
                "SentenceIntentClassifier needs dense sentence features. Put "
                "'components.sentence_embedding_featurizer.SentenceEmbeddingFeaturizer' before it "
                "in the pipeline of config.yml."
            )
        self._model = IntentModel.train(
            [example.get(TEXT) for example in examples],
            np.vstack(present),
            [example.get(INTENT) for example in examples],
            self._settings,
        )
        self._persist(self._model)
        return self._resource

    def _persist(self, model: IntentModel) -> None:
        arrays, values = model.state()
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / _ARRAYS_FILE, **arrays)
            (folder / _VALUES_FILE).write_text(json.dumps(values), encoding="utf-8")

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add predictions to training examples (Rasa asks for it before some components)."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of messages.

        Args:
            messages: messages; those without a text are left as they are.

        Returns:
            The same messages. A text that is blank, or has no features, gets no intent.
        """
        for message in messages:
            text = message.get(TEXT)
            if text is not None:
                self._set(message, self._rank(message, text))
        return messages

    def _rank(self, message: Message, text: str) -> list[dict[str, Any]]:
        vector = self._vector(message)
        if self._model is None or vector is None or not text.strip():
            return []
        length = self._config[RANKING_LENGTH_KEY] or None
        read = message.get(CORRECTED_TEXT, text)
        ranked = self._model.rank([read], vector[np.newaxis, :])[0][:length]
        return [
            {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}
            for name, confidence in ranked
        ]

    @staticmethod
    def _set(message: Message, ranking: list[dict[str, Any]]) -> None:
        nothing = {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
        message.set(INTENT, dict(ranking[0]) if ranking else nothing, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)

    def _vector(self, message: Message) -> npt.NDArray[np.float32] | None:
        _, sentence = message.get_dense_features(TEXT, self._config[FEATURIZERS_KEY])
        if sentence is None:
            return None
        vector: npt.NDArray[np.float32] = np.asarray(sentence.features, dtype=np.float32)[0]
        # Other featurizers' vectors have other lengths; cosines need unit vectors.
        norm = np.float32(max(float(np.linalg.norm(vector)), 1e-12))
        return np.asarray(vector / norm, dtype=np.float32)


def _settings(config: dict[str, Any]) -> Settings:
    for field in fields(Settings):
        value, wanted = config[field.name], type(field.default)
        right_type = isinstance(value, int) or (wanted is float and isinstance(value, float))
        if not right_type or isinstance(value, bool) or not value >= _LEAST[field.name]:
            raise InvalidConfigException(
                f"'{field.name}' of SentenceIntentClassifier is {value!r}; it must be a "
                f"{'number' if wanted is float else 'whole number'} of at least "
                f"{_LEAST[field.name]}."
            )
    length = config[RANKING_LENGTH_KEY]
    if not isinstance(length, int) or length < 0:
        raise InvalidConfigException(
            f"'{RANKING_LENGTH_KEY}' of SentenceIntentClassifier is {length!r}; it must be a whole "
            f"number, 0 for all intents."
        )
    return Settings(**{field.name: config[field.name] for field in fields(Settings)})
