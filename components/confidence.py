"""Confidences that mean something: from scores to the chance that an intent is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, softmax
from sklearn.linear_model import LogisticRegression

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

# How much more likely a customer's message is about something the bot knows than not: four to one.
# It sets what a confidence of 0.4 means, not the order of messages.
_LOG_ODDS_KNOWN = float(np.log(4.0))
# Weight of the similarity to the intent beside the best decision value. Leaving intents out alone
# would teach a smaller one: what customers write that is about something else altogether lies
# further away than the bot's own other intents. Measured: 1 to 3 are alike, 0.5 is worse.
_SIMILARITY_WEIGHT = 2.0
# Inverse strength of the regularisation of a fit of two numbers: weak, or small training sets
# would never be sure that something is unknown.
_FIT_STRENGTH = 100.0


@dataclass(frozen=True)
class Confidence:
    """How scores become confidences.

    Attributes:
        temperature: of the softmax over decision values, which shares the chance among intents.
        slope: of the logistic function from evidence to the chance that any intent is right.
        offset: its evidence at even odds, times the slope, negative.
    """

    temperature: float
    slope: float
    offset: float

    def of(self, decisions: FloatArray, similarities: FloatArray) -> FloatArray:
        """Compute confidences.

        Args:
            decisions: shape (texts, intents), about 1 for the right intent and -1 for others.
            similarities: shape (texts, intents), how near each intent's examples are; unlike
                decisions, it is small for a text that is like none of them.

        Returns:
            Confidences of shape (texts, intents): a row's sum is the chance that the text is about
            an intent that is known at all.
        """
        shares = softmax(decisions / self.temperature, axis=1)
        known = expit(self.slope * _evidence(decisions, similarities) + self.offset)
        return np.asarray(shares * known[:, np.newaxis], dtype=np.float64)


# For a single intent, or one example an intent, where nothing can be left out to calibrate on: the
# values that 30 intents with 10 examples each give on average.
DEFAULT = Confidence(temperature=0.12, slope=2.3, offset=-1.8)


def calibrate(
    left_out: FloatArray, class_left_out: FloatArray, similarities: FloatArray, labels: IntArray
) -> Confidence:
    """Fit on predictions of examples that were left out of the training.

    Args:
        left_out: shape (examples, intents), decision values as if the example had been left out.
        class_left_out: the same as if all examples of its intent had been.
        similarities: shape (examples, intents), as if the example had been left out.
        labels: shape (examples,), the right intents.

    Returns:
        The calibration.
    """
    intents = left_out.shape[1]
    right = left_out.argmax(axis=1) == labels
    if intents < 2 or not right.any():
        return DEFAULT
    rows = np.arange(len(labels))
    # Every intent has the same say, however many examples it has.
    weights = 1.0 / np.bincount(labels)[labels]

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(left_out / np.exp(log_temperature), axis=1)
        return -float(np.average(scaled[rows, labels], weights=weights))

    temperature = float(np.exp(minimize_scalar(loss, bounds=(-4, 1), method="bounded").x))
    # Known: each example as if it had been left out, where that is still recognised. Unknown: each
    # example as if its intent had been left out.
    without = class_left_out.copy()
    without[rows, labels] = -np.inf
    evidence = np.concatenate([_evidence(left_out, similarities), _evidence(without, similarities)])
    known = np.concatenate([right, np.zeros(len(labels), dtype=bool)])
    # And known and unknown messages the same weight together.
    shares = np.concatenate([weights * right / (weights * right).sum(), weights / weights.sum()])
    model = LogisticRegression(C=_FIT_STRENGTH).fit(
        evidence[:, np.newaxis], known, sample_weight=shares * len(labels)
    )
    return Confidence(
        temperature=temperature,
        slope=float(model.coef_[0, 0]),
        offset=float(model.intercept_[0]) + _LOG_ODDS_KNOWN,
    )


def _evidence(decisions: FloatArray, similarities: FloatArray) -> FloatArray:
    rows = np.arange(len(decisions))
    best = decisions.argmax(axis=1)
    return np.asarray(
        decisions[rows, best] + _SIMILARITY_WEIGHT * similarities[rows, best], dtype=np.float64
    )
