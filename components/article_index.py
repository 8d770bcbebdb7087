"""Finding the article that answers a question: meaning and words, fused into one score."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import numpy.typing as npt
from bm25s.stopwords import STOPWORDS_EN

from components.article_machine import ArticleMachine
from components.articles import CUSTOMERS, Article

FloatArray = npt.NDArray[np.float32]

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_SMALL_WORDS = """
    i me my you your we our us do does did can could would will have has what how is am are was
    please hi hello hey when where which who why get got want need so if it's i'm there's
"""
_STOPWORDS = frozenset(STOPWORDS_EN) | frozenset(_SMALL_WORDS.split())
# A BM25 score of this size, about two rare words shared, counts half.
_HALF = 8.0
# Of a long message the beginning says what it is about, nearly always; this bounds the work.
_MOST_WORDS = 60


@dataclass(frozen=True)
class Weights:
    """How the ways of looking, and what the classifier thinks, make one score.

    The score is the largest cosine with a text of the article, plus these three. The defaults were
    measured with `benchmarks.nlu.knowledge`; those near them do about as well.

    Attributes:
        apart: of what sets the article apart from all others (`ArticleMachine`), about 0 to 1.
        words: of BM25, brought to 0 to 1.
        intent: added for an article of an intent, times the classifier's confidence in it.
    """

    apart: float = 0.8
    words: float = 0.4
    intent: float = 0.15


@dataclass(frozen=True)
class Hit:
    """An article that may answer a message; `score` is about 0.2 to 2.2, larger is surer."""

    article: Article
    score: float


class ArticleIndex:
    """Articles, ready to be searched; never changed: a new one takes its place.

    Args:
        articles: as read; those for staff, and withdrawn ones, are left out.
        vectors: unit vector of every text that `texts_of` gives.
        weights: see `Weights`.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        vectors: Mapping[str, FloatArray],
        weights: Weights = Weights(),
    ) -> None:
        self.articles = given(articles)
        self._weights = weights
        self._places = {article.id: place for place, article in enumerate(self.articles)}
        rows: list[FloatArray] = []
        owners: list[int] = []
        for place, article in enumerate(self.articles):
            for text in texts_of(article):
                rows.append(vectors[text])
                owners.append(place)
        self._owners = np.array(owners, dtype=np.intp)
        # Column by column, as the classifier's: read from end to end by one message's product.
        self._vectors = np.asfortranarray(
            np.vstack(rows) if rows else np.zeros((0, 0), dtype=np.float32)
        )
        self._machine = (
            ArticleMachine(self._vectors, self._owners, len(self.articles)) if rows else None
        )
        self._words: bm25s.BM25 | None = None
        corpus = [words(" ".join(texts_of(article))) for article in self.articles]
        if any(corpus):
            self._words = bm25s.BM25()
            self._words.index(corpus, show_progress=False)

    @property
    def tags(self) -> frozenset[str]:
        """Every intent that has an article."""
        return frozenset(tag for article in self.articles for tag in article.tags)

    @property
    def dimension(self) -> int:
        """Length of the vectors; 0 without articles."""
        return int(self._vectors.shape[1])

    def search(
        self,
        text: str,
        vector: FloatArray,
        confidences: Mapping[str, float],
        region: str | None = None,
        count: int = 3,
    ) -> list[Hit]:
        """Rank the articles that hold for a customer's region.

        Args:
            text: the message.
            vector: its unit vector, of the same encoder as the articles' vectors.
            confidences: the classifier's confidence by intent.
            region: two letters of the customer's country; None: not known.
            count: how many at most.

        Returns:
            The best first. Of a general article and its region's, the region's only.
        """
        if not self.articles:
            return []
        scores = self._meaning(vector) + self._weights.words * self._spelling(text)
        for place, article in enumerate(self.articles):
            best = max((confidences.get(tag, 0.0) for tag in article.tags), default=0.0)
            scores[place] += self._weights.intent * best
        scores = self._of_region(scores, region)
        order = np.argsort(-scores, kind="stable")[:count]
        return [
            Hit(self.articles[place], float(scores[place]))
            for place in order
            if np.isfinite(scores[place])
        ]

    def _meaning(self, vector: FloatArray) -> npt.NDArray[np.float64]:
        """The largest cosine of each article's texts, and what sets the article apart."""
        best = np.full(len(self.articles), -1.0)
        if self._machine is not None:
            cosines = self._vectors @ vector
            np.maximum.at(best, self._owners, cosines)
            best += self._weights.apart * self._machine.scores(cosines)
        return best

    def _spelling(self, text: str) -> npt.NDArray[np.float64]:
        """BM25 of each article, from 0, when no word is shared, to nearly 1."""
        asked = words(text)[:_MOST_WORDS]
        if self._words is None or not asked:
            return np.zeros(len(self.articles))
        found = np.asarray(self._words.get_scores(asked), dtype=np.float64)
        return found / (found + _HALF)

    def _of_region(
        self, scores: npt.NDArray[np.float64], region: str | None
    ) -> npt.NDArray[np.float64]:
        """Leave out what does not hold in the region."""
        result = scores.copy()
        for place, article in enumerate(self.articles):
            if article.region is None:
                continue
            general = self._places.get(article.instead_of or "")
            if article.region != region:
                result[place] = -np.inf
            elif general is not None:
                result[place] = max(scores[place], scores[general])
                result[general] = -np.inf
        return result


def given(articles: Sequence[Article]) -> list[Article]:
    """The articles that customers may be given."""
    return [a for a in articles if a.audience == CUSTOMERS and not a.withdrawn]


def texts_of(article: Article) -> list[str]:
    """What of an article is embedded: each way to ask it, and the answer."""
    return [*dict.fromkeys((*article.questions, article.answer))]


def words(text: str) -> list[str]:
    """The words of a text that tell it from others, plurals as singulars."""
    found = (word.lower() for word in _WORD.findall(text))
    return [_singular(word) for word in found if word not in _STOPWORDS]


def _singular(word: str) -> str:
    long_enough = len(word) > 3 and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if long_enough else word
