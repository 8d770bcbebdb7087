"""Figures from predictions: the same for every system that is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

OUT_OF_SCOPE = "__oos__"


@dataclass(frozen=True)
class Prediction:
    """What a system said to one message.

    Attributes:
        label: the right label; `OUT_OF_SCOPE` when it is none that the system was trained on.
        intent: the system's best intent, None without one.
        confidence: the system's confidence in it, 0 to 1.
    """

    label: str
    intent: str | None
    confidence: float


@dataclass(frozen=True)
class Figures:
    """The figures of one system on one test set; None where the test set has no such messages.

    Attributes:
        messages: in-scope messages tested.
        out_of_scope: out-of-scope messages tested.
        accuracy: share of in-scope messages whose best intent is right, whatever the confidence.
        macro_f1: mean of the labels' F1, in-scope messages only.
        auroc: chance that an in-scope message has more confidence than an out-of-scope one.
        recall_5: share of out-of-scope messages refused by the threshold that also refuses 5% of
            the in-scope ones.
        recall_10: the same for 10%.
    """

    messages: int
    out_of_scope: int
    accuracy: float
    macro_f1: float
    auroc: float | None
    recall_5: float | None
    recall_10: float | None


def figures(predictions: Sequence[Prediction], refusing: Sequence[str] = ()) -> Figures:
    """Compute all figures.

    Args:
        predictions: at least one in-scope prediction.
        refusing: intents that are a refusal themselves (an intent "out_of_scope"): their
            confidence in an in-scope intent counts as 0.

    Returns:
        The figures.
    """
    inside = [item for item in predictions if item.label != OUT_OF_SCOPE]
    outside = [item for item in predictions if item.label == OUT_OF_SCOPE]
    labels = [item.label for item in inside]
    intents = [item.intent or "" for item in inside]
    known = np.array([scope_score(item, refusing) for item in inside])
    unknown = np.array([scope_score(item, refusing) for item in outside])
    return Figures(
        messages=len(inside),
        out_of_scope=len(outside),
        accuracy=float(np.mean([a == b for a, b in zip(labels, intents, strict=True)])),
        macro_f1=float(
            f1_score(labels, intents, labels=sorted(set(labels)), average="macro", zero_division=0)
        ),
        auroc=_auroc(known, unknown),
        recall_5=_recall(known, unknown, 0.05),
        recall_10=_recall(known, unknown, 0.10),
    )


def scope_score(prediction: Prediction, refusing: Sequence[str]) -> float:
    """How sure the system is that the message is about something it knows, 0 to 1."""
    refused = prediction.intent is None or prediction.intent in refusing
    return 0.0 if refused else prediction.confidence


def _auroc(known: np.ndarray, unknown: np.ndarray) -> float | None:
    if not len(unknown):
        return None
    truth = np.r_[np.ones(len(known)), np.zeros(len(unknown))]
    return float(roc_auc_score(truth, np.r_[known, unknown]))


def _recall(known: np.ndarray, unknown: np.ndarray, rejected: float) -> float | None:
    return float((unknown < np.quantile(known, rejected)).mean()) if len(unknown) else None
