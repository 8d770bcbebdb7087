from __future__ import annotations

import numpy as np
import pytest

from components.confidence import DEFAULT, Confidence, calibrate


def test_a_row_sums_to_the_chance_that_it_is_known():
    confidence = Confidence(temperature=0.1, slope=2.0, offset=0.0)

    rows = confidence.of(np.array([[0.5, -0.5, -1.0]]), np.array([[0.5, 0.1, 0.1]]))

    assert rows.sum() == pytest.approx(1 / (1 + np.exp(-2.0 * (0.5 + 2 * 0.5))))
    assert rows[0].argmax() == 0


def test_a_nearer_example_makes_it_surer():
    decisions = np.array([[0.2, -0.9]])

    near, far = (DEFAULT.of(decisions, np.array([[cosine, 0.0]]))[0, 0] for cosine in (0.9, 0.2))

    assert near > far


def test_two_equal_intents_share_the_chance():
    first, second = DEFAULT.of(np.array([[0.3, 0.3]]), np.array([[0.8, 0.8]]))[0]

    assert first == second
    assert first < 0.5


def test_extreme_scores_stay_between_0_and_1():
    rows = DEFAULT.of(np.array([[1e6, -1e6], [-1e6, -1e6]]), np.array([[1.0, 0.0], [-1.0, -1.0]]))

    assert np.isfinite(rows).all()
    assert (rows >= 0).all()
    assert (rows <= 1).all()


@pytest.fixture
def left_out() -> dict[str, np.ndarray]:
    """120 examples of 3 intents: well told apart, and unlike one another."""
    random = np.random.default_rng(5)
    labels = np.arange(120) % 3
    own = labels[:, np.newaxis] == np.arange(3)
    return {
        "left_out": np.where(own, 0.5, -0.7) + random.normal(scale=0.2, size=(120, 3)),
        "class_left_out": -0.7 + random.normal(scale=0.2, size=(120, 3)),
        "similarities": np.where(own, 0.7, 0.3) + random.normal(scale=0.1, size=(120, 3)),
        "labels": labels,
    }


def test_calibrated_confidence_tells_known_from_unknown(left_out):
    confidence = calibrate(**left_out)

    known, near_nothing = confidence.of(
        np.array([[0.5, -0.7, -0.7], [-0.6, -0.7, -0.9]]),
        np.array([[0.7, 0.3, 0.3], [0.3, 0.3, 0.2]]),
    )
    assert known.max() > 0.8
    assert near_nothing.max() < 0.4


def test_calibration_is_repeatable(left_out):
    assert calibrate(**left_out) == calibrate(**left_out)


def test_without_a_second_intent_the_defaults_stand():
    one = np.ones((4, 1))

    assert calibrate(one, one, one, np.zeros(4, dtype=np.intp)) == DEFAULT


def test_when_no_left_out_example_is_recognised_the_defaults_stand():
    wrong = np.array([[-1.0, 0.0], [0.0, -1.0]])

    assert calibrate(wrong, wrong, wrong, np.array([0, 1])) == DEFAULT
