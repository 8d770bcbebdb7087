"""A Rasa featurizer: dense sentence features from an ONNX sentence-transformer."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import DENSE_FEATURIZABLE_ATTRIBUTES, FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from threadpoolctl import threadpool_limits
from tqdm import tqdm  # type: ignore[import-untyped]

from components.embedding_cache import EmbeddingCache, RecentVectors
from components.encoder import (
    DEFAULT_MAX_TOKENS,
    MODEL_FILE,
    TOKENIZER_FILE,
    SentenceEncoder,
    find_model_files,
    shared_encoder,
)
from components.messages import CORRECTED_TEXT

logger = logging.getLogger(__name__)

FloatArray = npt.NDArray[np.float32]

MODEL_FOLDER_KEY = "model_folder"
MODEL_FILE_KEY = "model_file"
TOKENIZER_FILE_KEY = "tokenizer_file"
POOLING_KEY = "pooling"
MAX_TOKENS_KEY = "max_tokens"
THREADS_KEY = "threads"
CACHE_FOLDER_KEY = "cache_folder"
PROGRESS_KEY = "progress"

_HELPERS = ("encoder.py", "onnx_weights.py")
# Messages whose vectors are kept while the assistant runs, some 4 MB: customers write "yes", "thank
# you" and buttons' titles again and again.
_RECENT = 2000
# New vectors are stored after this many texts: an interrupted training keeps what it has done.
_STORE_EVERY = 512


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbeddingFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc]
    """Adds one unit vector a text as dense sentence feature. No tokenizer is needed before it."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Every setting with its default; docs/nlu.md explains them."""
        return {
            FEATURIZER_CLASS_ALIAS: None,
            # A folder with the model and tokenizer; None: the installed all-MiniLM-L6-v2 (int8).
            MODEL_FOLDER_KEY: None,
            MODEL_FILE_KEY: MODEL_FILE,
            TOKENIZER_FILE_KEY: TOKENIZER_FILE,
            # "mean", "cls" or "max"
            POOLING_KEY: "mean",
            # Word pieces read of a text; the rest is cut.
            MAX_TOKENS_KEY: DEFAULT_MAX_TOKENS,
            # One thread a message: predictable time, and messages do not fight for cores.
            THREADS_KEY: 1,
            # Where vectors of training texts are kept; None: nowhere. Not Rasa's own
            # .rasa/cache, whose size Rasa limits by deleting.
            CACHE_FOLDER_KEY: ".rasa/embeddings",
            PROGRESS_KEY: True,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Packages whose version is part of the training's fingerprint."""
        return ["onnxruntime", "tokenizers"]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse values of the wrong type; the encoder itself checks the rest when it is made.

        Raises:
            InvalidConfigException: a value of the wrong type.
        """
        for key in (MAX_TOKENS_KEY, THREADS_KEY):
            if not isinstance(config.get(key, 1), int):
                raise InvalidConfigException(
                    f"'{key}' must be a whole number, not {config[key]!r}."
                )

    def __init__(self, config: dict[str, Any], name: str) -> None:
        """Prepare the encoder; the model itself is read at the first text.

        Args:
            config: settings, see `get_default_config`.
            name: the graph node's name, used as the features' origin without an alias.
        """
        super().__init__(name, {**self.get_default_config(), **config})
        self._encoder = _encoder(self._config)
        folder = self._config[CACHE_FOLDER_KEY]
        self._cache = EmbeddingCache(Path(folder), self._encoder.identity) if folder else None
        self._recent = RecentVectors(_RECENT)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEmbeddingFeaturizer:
        """Make a featurizer for a graph node."""
        return cls(config, execution_context.node_name)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceEmbeddingFeaturizer:
        """Make a featurizer; in a process that answers messages, ready for its first one.

        In a process that answers messages, NumPy's products get as many threads as a message may
        use, too, for all that is computed after the embedding. A message's are so small that a
        second thread does nothing but wait at full speed: it doubled the CPU time of a message.
        """
        featurizer = cls.create(config, model_storage, resource, execution_context)
        if execution_context.model_id:  # Rasa sets it when it loads a model, not when it trains
            threadpool_limits(featurizer._encoder.threads, user_api="blas")
            featurizer._encoder.warm_up()
        return featurizer

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Name what Rasa's training cache does not see: the model's files and our helper modules.

        Returns:
            A hex digest that changes when a retrain must featurise anew.
        """
        digest = hashlib.sha256(_encoder({**cls.get_default_config(), **config}).identity.encode())
        for name in _HELPERS:
            digest.update(Path(__file__).with_name(name).read_bytes())
        return digest.hexdigest()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features to incoming messages.

        Args:
            messages: messages with a text.

        Returns:
            The same messages.
        """
        for message in messages:
            for attribute, text in _texts(message):
                vector = self._recent.get(text)
                if vector is None:
                    vector = self._encoder.encode([text])[0]
                    self._recent.put(text, vector)
                self._add(message, attribute, vector)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to every training example; equal texts are embedded once.

        Args:
            training_data: examples with texts.

        Returns:
            The same training data.
        """
        wanted = {
            text for message in training_data.training_examples for _, text in _texts(message)
        }
        vectors = self._embed(sorted(wanted))
        for message in training_data.training_examples:
            for attribute, text in _texts(message):
                self._add(message, attribute, vectors[text])
        return training_data

    def _embed(self, texts: Sequence[str]) -> dict[str, FloatArray]:
        vectors = self._cache.get(texts) if self._cache else {}
        missing = [text for text in texts if text not in vectors]
        if not missing:
            return vectors
        logger.info("Embedding %d of %d different texts.", len(missing), len(texts))
        fresh: dict[str, FloatArray] = {}
        hidden = not self._config[PROGRESS_KEY]
        with tqdm(total=len(missing), desc="Embedding", unit="text", disable=hidden) as bar:
            for positions, batch in self._encoder.encode_many(missing):
                fresh.update(zip((missing[position] for position in positions), batch, strict=True))
                if len(fresh) >= _STORE_EVERY:
                    vectors.update(self._keep(fresh))
                    fresh = {}
                bar.update(len(positions))
        vectors.update(self._keep(fresh))
        return vectors

    def _keep(self, vectors: dict[str, FloatArray]) -> dict[str, FloatArray]:
        if self._cache and vectors:
            self._cache.put(vectors)
        return vectors

    def _add(self, message: Message, attribute: str, vector: FloatArray) -> None:
        message.add_features(
            Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, attribute, self._identifier)
        )


def _texts(message: Message) -> list[tuple[str, str]]:
    texts = [(attribute, message.get(attribute)) for attribute in DENSE_FEATURIZABLE_ATTRIBUTES]
    return [
        (attribute, message.get(CORRECTED_TEXT, text) if attribute == TEXT else text)
        for attribute, text in texts
        if text is not None
    ]


def _encoder(config: dict[str, Any]) -> SentenceEncoder:
    files = find_model_files(
        config[MODEL_FOLDER_KEY], config[MODEL_FILE_KEY], config[TOKENIZER_FILE_KEY]
    )
    return shared_encoder(files, config[POOLING_KEY], config[MAX_TOKENS_KEY], config[THREADS_KEY])
