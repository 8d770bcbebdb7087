"""The project's own classifier, trained in this process on the project's own examples."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT

from components.embedding_cache import EmbeddingCache
from components.encoder import SentenceEncoder, find_model_files, vocabulary_words
from components.intent_model import IntentModel, Settings
from components.typos import TypoMender

CACHE = Path(".rasa/embeddings")
Ranking = list[tuple[str, float]]


@dataclass(frozen=True)
class Examples:
    """Training examples: texts, the intent of each, and their embeddings, one row each."""

    texts: list[str]
    intents: list[str]
    vectors: np.ndarray

    def some(self, rows: Sequence[int]) -> Examples:
        """Give the examples of some rows."""
        return Examples(
            [self.texts[row] for row in rows],
            [self.intents[row] for row in rows],
            self.vectors[list(rows)],
        )


def read_examples(data: str, encoder: SentenceEncoder, cache: Path = CACHE) -> Examples:
    """Read the training examples below a folder, and embed those that were not embedded yet."""
    found = [
        example
        for example in RasaFileImporter(training_data_paths=[data]).get_nlu_data().intent_examples
        if example.get(TEXT) and example.get(INTENT)
    ]
    texts = [example.get(TEXT) for example in found]
    vectors = embed(encoder, EmbeddingCache(cache, encoder.identity), texts)
    return Examples(texts, [example.get(INTENT) for example in found], vectors)


def embed(
    encoder: SentenceEncoder, cache: EmbeddingCache | None, texts: Sequence[str]
) -> np.ndarray:
    """Embed texts, through the cache when there is one; shape (len(texts), dimension)."""
    known = cache.get(texts) if cache else {}
    missing = sorted(set(texts) - set(known))
    fresh = {}
    for positions, batch in encoder.encode_many(missing):
        fresh.update(zip((missing[position] for position in positions), batch, strict=True))
    if cache and fresh:
        cache.put(fresh)
    known.update(fresh)
    return np.vstack([known[text] for text in texts])


class ProjectModel:
    """What the pipeline of config.yml makes of a text's words."""

    def __init__(self, examples: Examples, encoder: SentenceEncoder) -> None:
        """Train on examples; `seconds` is how long that took, embedding apart."""
        self._encoder = encoder
        started = time.perf_counter()
        self._model = IntentModel.train(
            examples.texts, examples.vectors, examples.intents, Settings()
        )
        self.seconds = time.perf_counter() - started
        words = vocabulary_words(find_model_files().tokenizer)
        self._mender = TypoMender.learn(examples.texts, words)

    def mend(self, texts: Sequence[str]) -> list[str]:
        """Mend the typos of texts."""
        return [self._mender.mend(text) for text in texts]

    def rank(self, texts: Sequence[str]) -> list[Ranking]:
        """Rank the intents of texts, typos mended; best first, with confidences from 0 to 1."""
        asked = self.mend(texts)
        return self._model.rank(asked, embed(self._encoder, None, asked))
