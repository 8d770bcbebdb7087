"""A Rasa component: gives a message the article of the knowledge base that answers it."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
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
    ENTITY_ATTRIBUTE_TYPE,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from components.article_index import Hit
from components.article_library import ArticleLibrary
from components.embedding_cache import EmbeddingCache
from components.encoder import (
    DEFAULT_MAX_TOKENS,
    MODEL_FILE,
    TOKENIZER_FILE,
    find_model_files,
    shared_encoder,
)
from components.messages import CORRECTED_TEXT, KNOWLEDGE

logger = logging.getLogger(__name__)

# Files whose source decides what is found; Rasa's training cache does not see them.
_HELPERS = ("articles.py", "article_index.py", "article_library.py", "article_machine.py")
_SCORES = ("threshold", "unsure_threshold", "ahead_threshold")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ArticleFinder(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Adds the best article under `knowledge`; what nothing else understood becomes a question.

    It stands behind the classifier and its fallback. An article is looked for where the intent is
    a tag of one, or says that the message was not understood. In the second case, and where an
    article goes ahead of a task, the intent becomes `question_intent`.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Every setting with its default; docs/knowledge.md explains them."""
        return {
            "folder": "data/knowledge",
            # Scores, about 0.2 to 2.2, that an article must have: for an intent that it is tagged
            # with; for a message that was not understood; to go ahead of a task.
            "threshold": 0.9,
            "unsure_threshold": 0.95,
            "ahead_threshold": 1.3,
            "unsure_intents": ["nlu_fallback", "out_of_scope"],
            # A message with one of these is about something of the customer's own: where it was not
            # understood, a general answer would miss it.
            "unless_entities": ["order_number", "tracking_number", "invoice_number", "email"],
            "question_intent": "knowledge_question",
            "region_slot": "region",
            # Seconds after a look at the files in which they are not looked at again.
            "check_seconds": 2,
            # The encoder: as for SentenceEmbeddingFeaturizer.
            "model_folder": None,
            "model_file": MODEL_FILE,
            "tokenizer_file": TOKENIZER_FILE,
            "pooling": "mean",
            "max_tokens": DEFAULT_MAX_TOKENS,
            "cache_folder": ".rasa/embeddings",
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Packages whose version is part of the training's fingerprint."""
        return ["bm25s"]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse thresholds that are no numbers.

        Raises:
            InvalidConfigException: naming the setting and what it must be.
        """
        for name in (*_SCORES, "check_seconds"):
            value = config.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
                raise InvalidConfigException(
                    f"'{name}' of ArticleFinder in config.yml is {value!r}; it must be a number "
                    "of 0 or more, such as 0.9."
                )

    def __init__(self, config: dict[str, Any], library: ArticleLibrary) -> None:
        """Make a finder; `library` is read by whoever makes it."""
        self._config = {**self.get_default_config(), **config}
        self._library = library
        self._told = False

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ArticleFinder:
        """Make a finder with the articles that there are now."""
        config = {**cls.get_default_config(), **config}
        cls.validate_config(config)
        files = find_model_files(
            config["model_folder"], config["model_file"], config["tokenizer_file"]
        )
        encoder = shared_encoder(files, config["pooling"], config["max_tokens"], 1)
        folder = config["cache_folder"]
        cache = EmbeddingCache(Path(folder), encoder.identity) if folder else None
        library = ArticleLibrary(Path(config["folder"]), encoder, cache, config["check_seconds"])
        library.load()
        return cls(config, library)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Name what Rasa's training cache does not see: the source of our helper modules.

        The articles are no part of a model: they are read when it is loaded, and again when they
        change.
        """
        digest = hashlib.sha256()
        for name in _HELPERS:
            digest.update(Path(__file__).with_name(name).read_bytes())
        return digest.hexdigest()

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        """Find articles.

        Never raises: a message for which that fails stays as the pipeline understood it.

        Args:
            messages: messages with sentence embedding, intent and ranking.
            tracker: the conversation up to, not including, these messages.

        Returns:
            The same messages. One that an article answers has under `knowledge` its `id`,
            `version`, `title`, `answer`, first tag (`topic`) and `score`, and the titles of the
            next best (`others`).
        """
        for message in messages:
            try:
                self._find(message, tracker)
            except Exception:
                # An exception in the pipeline would lose the customer's message altogether.
                logger.exception("No article could be looked for; the message stays as it was.")
        return messages

    def _find(self, message: Message, tracker: DialogueStateTracker | None) -> None:
        text = message.get(TEXT)
        if not isinstance(text, str) or text.lstrip().startswith(INTENT_MESSAGE_PREFIX):
            return
        index = self._library.index()
        intent = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
        unsure = intent is None or intent in self._config["unsure_intents"]
        if self._is_personal(message) if unsure else intent not in index.tags:
            return
        vector = self._vector(message, index.dimension)
        if vector is None:
            return
        confidences = {
            str(one.get(INTENT_NAME_KEY)): float(one.get(PREDICTED_CONFIDENCE_KEY) or 0.0)
            for one in message.get(INTENT_RANKING_KEY) or []
        }
        region = tracker.get_slot(self._config["region_slot"]) if tracker else None
        hits = index.search(message.get(CORRECTED_TEXT, text), vector, confidences, region)
        if not hits:
            return
        best = hits[0]
        ahead = intent in best.article.ahead_of
        needed = self._config["unsure_threshold" if unsure else "ahead_threshold"]
        if (unsure or ahead) and best.score >= needed:
            self._make_question(message, best)
        elif unsure or best.score < self._config["threshold"]:
            return
        message.set(KNOWLEDGE, self._told_of(hits), add_to_output=True)

    def _is_personal(self, message: Message) -> bool:
        found = {entity.get(ENTITY_ATTRIBUTE_TYPE) for entity in message.get(ENTITIES) or []}
        return bool(found & set(self._config["unless_entities"]))

    def _make_question(self, message: Message, best: Hit) -> None:
        """Have the dialogue take the message for a question that the knowledge base answers."""
        intent = {
            INTENT_NAME_KEY: self._config["question_intent"],
            PREDICTED_CONFIDENCE_KEY: min(1.0, best.score),
        }
        ranking = message.get(INTENT_RANKING_KEY) or []
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [dict(intent), *ranking], add_to_output=True)

    def _told_of(self, hits: list[Hit]) -> dict[str, Any]:
        article = hits[0].article
        others = [hit for hit in hits[1:] if hit.score >= self._config["threshold"]]
        return {
            "id": article.id,
            "version": article.version,
            "title": article.question,
            "answer": article.answer,
            "topic": article.tags[0],
            "score": round(hits[0].score, 3),
            "others": [hit.article.question for hit in others],
        }

    def _vector(self, message: Message, dimension: int) -> npt.NDArray[np.float32] | None:
        """The message's sentence embedding, which the pipeline has made already."""
        _, sentence = message.get_dense_features(TEXT, [])
        if sentence is None or not dimension:
            return None
        vector = np.asarray(sentence.features, dtype=np.float32)[0]
        if len(vector) != dimension:
            if not self._told:
                self._told = True
                logger.error(
                    "ArticleFinder's embeddings have %d numbers, the messages' %d: give it the "
                    "same 'model_folder' as SentenceEmbeddingFeaturizer in config.yml. Until "
                    "then no article is given.",
                    dimension,
                    len(vector),
                )
            return None
        norm = np.float32(max(float(np.linalg.norm(vector)), 1e-12))
        return np.asarray(vector / norm, dtype=np.float32)
