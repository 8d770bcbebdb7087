"""Which intent a text has, and how sure that is: the model behind SentenceIntentClassifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from components import kernel_machine
from components.confidence import Confidence, calibrate
from components.ngrams import NgramFeatures

Array = npt.NDArray[np.generic]
Float32Array = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

# Left-out predictions of about this many examples, of whole intents, are enough to fit three
# numbers on: with 2,000 a threshold refuses the same messages, within one in a hundred.
_CALIBRATION_EXAMPLES = 1200
# More examples of one intent than this are thinned out: they say the same again.
_MOST_OF_ONE = 1000
# Weight of an intent's centre beside its nearest example, in how similar a message is to it. One
# odd example lies near to many messages; the centre does not. Measured: 0.5 to 1 are alike.
_CENTRE_WEIGHT = 0.5
# Numbers that a step of the training works on at a time.
_CACHED = 64 * 1024


@dataclass(frozen=True)
class Settings:
    """What can be turned; the defaults were measured (benchmarks/nlu).

    Attributes:
        sharpness: of the embedding kernel exp(sharpness * (cosine - 1)); larger trusts only close
            examples.
        char_weight: weight of character n-grams beside the embedding.
        word_weight: weight of words and pairs of words beside the embedding.
        regularisation: larger is smoother, and less sure of single examples.
        balance: how much intents with few examples are helped against those with many; 0: not.
        max_examples: more training examples than this are thinned out, intents with the most
            first: training takes some 15 kB and 0.2 ms of CPU an example.
        seed: of all that is chosen at random.
    """

    sharpness: float = 2.5
    char_weight: float = 0.25
    word_weight: float = 0.18
    regularisation: float = 0.1
    balance: float = 0.05
    max_examples: int = 15_000
    seed: int = 1


class IntentModel:
    """A trained model. Immutable, thread-safe, plain arrays inside."""

    def __init__(
        self,
        settings: Settings,
        intents: Sequence[str],
        confidence: Confidence,
        arrays: Mapping[str, Array],
    ) -> None:
        """Put together what `train` or `state` gave; use `train` and `from_state`.

        Args:
            settings: as trained with.
            intents: names, in the order of the columns.
            confidence: the calibration.
            arrays: "embeddings" (examples, dimension), "labels" (examples,) ascending,
                "coefficients" (examples, intents), "ngram_coefficients" (DIMENSIONS, intents),
                "offsets" (intents,), and "char", "word" of `NgramFeatures.state`.
        """
        self.settings = settings
        self.intents = tuple(intents)
        self.confidence = confidence
        self._arrays = dict(arrays)
        # Column by column: one message's products read memory from end to end, in half the time.
        self._embeddings = np.asfortranarray(arrays["embeddings"], dtype=np.float32)
        self._coefficients = np.asfortranarray(arrays["coefficients"], dtype=np.float32)
        self._ngram_coefficients = arrays["ngram_coefficients"].astype(np.float32)
        self._offsets = arrays["offsets"].astype(np.float32)
        self._ngrams = NgramFeatures(
            settings.char_weight,
            settings.word_weight,
            {name: arrays[name] for name in ("char", "word")},
        )
        # Labels ascend, so each intent's examples are one slice.
        self._starts = np.searchsorted(arrays["labels"], np.arange(len(self.intents)))
        self._centres = _unit(np.add.reduceat(self._embeddings, self._starts, axis=0))

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        embeddings: Float32Array,
        intents: Sequence[str],
        settings: Settings,
    ) -> IntentModel:
        """Train; the result does not depend on the order of the examples.

        Args:
            texts: training texts, at least one.
            embeddings: shape (len(texts), dimension), unit rows.
            intents: the intent of each text.
            settings: see `Settings`.

        Returns:
            The model.
        """
        chosen = _thin_out(_distinct(texts, intents), intents, settings)
        names = sorted({intents[row] for row in chosen})
        numbers = {name: number for number, name in enumerate(names)}
        labels = np.array([numbers[intents[row]] for row in chosen], dtype=np.intp)
        vectors = np.ascontiguousarray(embeddings[chosen], dtype=np.float32)
        ngrams = NgramFeatures(settings.char_weight, settings.word_weight)
        grams = ngrams.fit([texts[row] for row in chosen])
        counts = np.bincount(labels)
        offsets = -settings.balance * np.log(counts / counts.mean())
        rows = _calibration_rows(labels, settings.seed)
        fit = kernel_machine.fit(
            _problem(vectors, grams, labels, settings), rows=rows, seed=settings.seed
        )
        return cls(
            settings,
            names,
            calibrate(
                fit.left_out + offsets,
                fit.class_left_out + offsets,
                _similarities_left_out(vectors, labels, rows),
                labels[rows],
            ),
            {
                "embeddings": vectors,
                "labels": labels.astype(np.int32),
                "coefficients": fit.coefficients,
                # The n-gram part of the kernel is linear: it needs no examples at run time.
                "ngram_coefficients": grams.T @ fit.coefficients,
                # The kernel's constant part, likewise.
                "offsets": fit.coefficients.sum(axis=0) + offsets.astype(np.float32),
                **ngrams.state(),
            },
        )

    def rank(self, texts: Sequence[str], embeddings: Float32Array) -> list[list[tuple[str, float]]]:
        """Rank the intents of texts.

        Args:
            texts: any texts.
            embeddings: shape (len(texts), dimension), unit rows.

        Returns:
            For each text all intents with confidences from 0 to 1, best first. They sum to at most
            1; what is missing is the chance that it is none of them.
        """
        confidences = self.confidence.of(*self.scores(texts, embeddings))
        order = np.argsort(-confidences, axis=1, kind="stable")
        return [
            [(self.intents[label], float(row[label])) for label in best]
            for row, best in zip(confidences, order, strict=True)
        ]

    def scores(
        self, texts: Sequence[str], embeddings: Float32Array
    ) -> tuple[FloatArray, FloatArray]:
        """Compute what confidences are made of.

        Args:
            texts: any texts.
            embeddings: shape (len(texts), dimension), unit rows.

        Returns:
            Decision values (about 1 for the right intent, -1 for the others) and the similarity to
            each intent (cosine to its nearest example, and half as much to its centre), both of
            shape (len(texts), intents).
        """
        vectors = np.asarray(embeddings, dtype=np.float32)
        cosines = vectors @ self._embeddings.T
        similarities = np.maximum.reduceat(cosines, self._starts, axis=1)
        similarities += _CENTRE_WEIGHT * (vectors @ self._centres.T)
        decisions = (
            _sharpen(cosines, self.settings.sharpness) @ self._coefficients
            + self._ngrams.transform(texts) @ self._ngram_coefficients
            + self._offsets
        )
        return decisions.astype(np.float64), similarities.astype(np.float64)

    def state(self) -> tuple[dict[str, Array], dict[str, object]]:
        """Give arrays for an .npz file and the rest as values for a JSON file."""
        values: dict[str, object] = {
            "settings": asdict(self.settings),
            "confidence": asdict(self.confidence),
            "intents": list(self.intents),
        }
        return dict(self._arrays), values

    @classmethod
    def from_state(cls, arrays: Mapping[str, Array], values: Mapping[str, object]) -> IntentModel:
        """Restore what `state` gave.

        Args:
            arrays: the arrays.
            values: the values.

        Returns:
            A model that ranks as the stored one did.

        Raises:
            ValueError: the values are not what `state` gives.
        """
        settings, confidence, intents = (
            values.get(key) for key in ("settings", "confidence", "intents")
        )
        if not (
            isinstance(settings, dict)
            and isinstance(confidence, dict)
            and isinstance(intents, list)
        ):
            raise ValueError("The stored intent model is damaged: train again.")
        return cls(Settings(**settings), intents, Confidence(**confidence), arrays)


def _distinct(texts: Sequence[str], intents: Sequence[str]) -> list[int]:
    # Sorted, because Rasa's fingerprint of the training data ignores its order; each pair once,
    # because a copy would make leaving its original out look easy.
    pairs = zip(intents, texts, strict=True)
    rows = {pair: row for row, pair in enumerate(pairs)}
    return [rows[pair] for pair in sorted(rows)]


def _thin_out(rows: list[int], intents: Sequence[str], settings: Settings) -> list[int]:
    shuffled = np.random.default_rng(settings.seed).permutation(len(rows))
    turns: dict[str, int] = {}
    ranked = []
    for position in shuffled:
        intent = intents[rows[position]]
        turns[intent] = turns.get(intent, 0) + 1
        if turns[intent] <= _MOST_OF_ONE:
            ranked.append((turns[intent], position))
    # Intents take turns, so that the small ones keep all they have.
    kept = sorted(position for _, position in sorted(ranked)[: settings.max_examples])
    return [rows[position] for position in kept]


def _calibration_rows(labels: IntArray, seed: int) -> IntArray:
    counts = np.bincount(labels)
    shuffled = np.random.default_rng(seed).permutation(len(counts))
    # Unusually large intents last: a few of them would speak for all.
    large = counts[shuffled] > 2 * np.median(counts)
    ordered = shuffled[np.argsort(large, kind="stable")]
    enough = int(np.searchsorted(np.cumsum(counts[ordered]), _CALIBRATION_EXAMPLES)) + 1
    return np.flatnonzero(np.isin(labels, ordered[:enough]))


def _problem(
    vectors: Float32Array, grams: Float32Array, labels: IntArray, settings: Settings
) -> kernel_machine.Problem:
    """Split the kernel exp(sharpness * (cosine - 1)) + n-grams + 1 into products and a remainder.

    The exponential's constant and linear terms are products of the vectors themselves.
    """
    sharpness = settings.sharpness
    constant = float(np.exp(-sharpness))
    linear = constant * sharpness

    def remainder(cosines: Float32Array) -> Float32Array:
        # A few rows at a time, which stay in the processor's cache: half the time of all at once.
        rows = max(1, _CACHED // max(1, cosines.shape[1]))
        for start in range(0, len(cosines), rows):
            part = cosines[start : start + rows]
            flat = linear * part
            flat += constant
            _sharpen(part, sharpness)
            part -= flat
        return cosines

    ones = np.full((len(vectors), 1), np.sqrt(1.0 + constant), dtype=np.float32)
    features = np.hstack([np.float32(np.sqrt(linear)) * vectors, grams, ones])
    return kernel_machine.Problem(vectors, features, labels, remainder, settings.regularisation)


def _sharpen(cosines: Float32Array, sharpness: float) -> Float32Array:
    cosines -= 1.0
    cosines *= sharpness
    return np.exp(cosines, out=cosines)


def _similarities_left_out(vectors: Float32Array, labels: IntArray, rows: IntArray) -> FloatArray:
    """Give what `IntentModel.scores` would of examples, had each been left out."""
    starts = np.searchsorted(labels, np.arange(labels.max() + 1))
    ours, here = vectors[rows], np.arange(len(rows))
    cosines = ours @ vectors.T
    cosines[here, rows] = -1.0
    sums = np.add.reduceat(vectors, starts, axis=0)
    centres = ours @ _unit(sums).T
    others = _unit(sums[labels[rows]] - ours)
    centres[here, labels[rows]] = np.einsum("rd,rd->r", ours, others)
    nearest = np.maximum.reduceat(cosines, starts, axis=1)
    return np.asarray(nearest + _CENTRE_WEIGHT * centres, dtype=np.float64)


def _unit(vectors: Float32Array) -> Float32Array:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-6), dtype=np.float32)
