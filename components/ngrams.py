"""Character and word n-grams of a text as one short dense vector."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer

Array = npt.NDArray[np.generic]

# The beginning decides; the n-grams of a very long message would cost time only.
MAX_CHARACTERS = 1000
_DIGITS = re.compile(r"\d+")
# Unlike scikit-learn's default, single letters count: "u" and "i" say something in a short message.
_WORD = r"(?u)\b\w+\b"
# N-grams are counted in this many buckets; with the some 100,000 different ones of a large training
# set, few share one.
_BUCKETS = 2**18
# The buckets are projected to this many dimensions with random signs. Products of two vectors keep
# their value within some 4%: measured, no prediction is better with more.
DIMENSIONS = 512
# Knuth's multiplicative hash; its top bit is the sign of a bucket.
_KNUTH = 2654435761


def normalise(text: str) -> str:
    """Prepare a text for n-grams.

    Args:
        text: any text.

    Returns:
        Its beginning in lower case, ornamental letters made plain (NFKC), control characters and
        lone surrogates dropped, white space collapsed, each number replaced by "0": that a number
        stands there tells the intent, which number does not.
    """
    plain = unicodedata.normalize("NFKC", text[: 8 * MAX_CHARACTERS])
    words = " ".join(plain.split())[:MAX_CHARACTERS]
    printable = words
    if not words.isprintable():
        printable = "".join(character for character in words if character.isprintable())
    return _DIGITS.sub("0", printable.lower())


class NgramFeatures:
    """Word-bounded character n-grams (2 to 4), and words and pairs of words, by TF-IDF."""

    def __init__(
        self, char_weight: float, word_weight: float, frequencies: Mapping[str, Array] | None = None
    ) -> None:
        """Describe the features.

        Args:
            char_weight: length of a vector's character part, when nothing collides.
            word_weight: length of its word part.
            frequencies: inverse document frequencies of the buckets, from `state`.
        """
        self._weights = {"char": char_weight, "word": word_weight}
        self._counters = {
            "char": _counter(analyzer="char_wb", ngram_range=(2, 4)),
            "word": _counter(ngram_range=(1, 2), token_pattern=_WORD),
        }
        self._frequencies = {
            name: np.asarray(values, dtype=np.float32)
            for name, values in (frequencies or {}).items()
        }
        buckets = np.arange(_BUCKETS, dtype=np.uint64)
        top_bit = (buckets * np.uint64(_KNUTH)) >> np.uint64(31) & np.uint64(1)
        self._signs = np.where(top_bit == 1, 1.0, -1.0).astype(np.float32)

    def fit(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Learn how frequent n-grams are.

        Args:
            texts: training texts.

        Returns:
            Their vectors, shape (len(texts), DIMENSIONS).
        """
        ready = [normalise(text) for text in texts]
        counts = {name: counter.transform(ready) for name, counter in self._counters.items()}
        for name, counted in counts.items():
            texts_with = np.bincount(counted.indices, minlength=_BUCKETS)
            # As in scikit-learn's TF-IDF; 0 for what no training text has, so that unknown words
            # do not shrink the known ones.
            weights = np.log((1 + len(texts)) / (1 + texts_with)) + 1
            self._frequencies[name] = np.where(texts_with > 0, weights, 0.0).astype(np.float32)
        return self._project(counts)

    def transform(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Compute vectors of new texts; n-grams of no training text are left out.

        Args:
            texts: any texts.

        Returns:
            Vectors, shape (len(texts), DIMENSIONS).
        """
        ready = [normalise(text) for text in texts]
        return self._project(
            {name: counter.transform(ready) for name, counter in self._counters.items()}
        )

    def _project(self, counts: Mapping[str, csr_matrix]) -> npt.NDArray[np.float32]:
        parts = []
        for name, counted in counts.items():
            values = (1 + np.log(counted.data)) * self._frequencies[name][counted.indices]
            rows = np.repeat(np.arange(counted.shape[0]), np.diff(counted.indptr))
            squares = np.bincount(rows, weights=values**2, minlength=counted.shape[0])
            lengths = np.sqrt(np.maximum(squares, 1e-12))
            values = values * self._signs[counted.indices] * (self._weights[name] / lengths[rows])
            shape = (counted.shape[0], DIMENSIONS)
            # Buckets that meet in one dimension are added up by toarray().
            parts.append(
                csr_matrix((values, counted.indices % DIMENSIONS, counted.indptr), shape).toarray()
            )
        return np.asarray(sum(parts), dtype=np.float32)

    def state(self) -> dict[str, npt.NDArray[np.float32]]:
        """Give all that was learnt, as plain arrays for an .npz file."""
        return dict(self._frequencies)


def _counter(**options: object) -> HashingVectorizer:
    return HashingVectorizer(
        n_features=_BUCKETS,
        norm=None,
        alternate_sign=False,
        lowercase=False,
        dtype=np.float32,
        **options,
    )
