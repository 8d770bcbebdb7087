"""What sets articles apart, on vectors made by hand."""

from __future__ import annotations

import numpy as np

from components.article_machine import ArticleMachine

# Two articles about cost and one about time: the first direction is "cost", which two share.
VECTORS = np.array(
    [[0.8, 0.6, 0, 0], [0.8, 0.5, 0.33, 0], [0.8, 0, 0, 0.6], [0, 0, 1, 0]], dtype=np.float32
)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)
OWNERS = np.array([0, 0, 1, 2])


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def test_every_text_is_most_of_all_its_own_article() -> None:
    machine = ArticleMachine(VECTORS, OWNERS, 3)
    for vector, owner in zip(VECTORS, OWNERS, strict=True):
        assert int(np.argmax(machine.scores(VECTORS @ vector))) == owner


def test_what_two_articles_share_counts_less_than_what_one_has() -> None:
    machine = ArticleMachine(VECTORS, OWNERS, 3)
    shared, apart = (
        machine.scores(VECTORS @ vector) for vector in (unit(1, 0, 0, 0), unit(0.8, 0, 0, 0.6))
    )
    assert apart[1] - apart[0] > abs(shared[1] - shared[0])


def test_what_is_far_from_all_is_none_of_them() -> None:
    scores = ArticleMachine(VECTORS, OWNERS, 3).scores(VECTORS @ unit(-1, -1, -1, -1))
    assert np.abs(scores).max() < 0.1


def test_one_article_is_enough() -> None:
    scores = ArticleMachine(VECTORS[:1], OWNERS[:1], 1).scores(VECTORS[:1] @ VECTORS[0])
    assert scores.shape == (1,) and scores[0] > 0.5
