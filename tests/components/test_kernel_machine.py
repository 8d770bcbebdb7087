from __future__ import annotations

import numpy as np
import pytest

from components import kernel_machine, kernel_solver
from components.kernel_machine import Problem, fit


def unit(points: np.ndarray) -> np.ndarray:
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def remainder(cosines: np.ndarray) -> np.ndarray:
    return (0.5 * cosines**2 + 0.2 * cosines**3).astype(np.float32)


def kernel_of(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    cosines = one @ other.T
    return cosines + 1 + remainder(cosines)


@pytest.fixture
def points() -> np.ndarray:
    return unit(np.random.default_rng(3).normal(size=(40, 5)))


LABELS = np.arange(40) % 4


def train(points: np.ndarray, labels: np.ndarray, rows: np.ndarray | None = None):
    rows = np.arange(len(labels)) if rows is None else rows
    features = np.hstack([points, np.ones((len(points), 1), dtype=np.float32)])
    return fit(Problem(points, features, labels, remainder, 0.1), rows=rows, seed=1)


def test_it_solves_the_regularised_regression(points):
    targets = np.where(LABELS[:, np.newaxis] == np.arange(4), 1.0, -1.0)
    expected = np.linalg.solve(kernel_of(points, points) + 0.1 * np.eye(40), targets)

    np.testing.assert_allclose(train(points, LABELS).coefficients, expected, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("row", [0, 17, 39])
def test_left_out_is_what_training_without_the_example_predicts(points, row):
    others = np.arange(40) != row
    without = train(points[others], LABELS[others])

    expected = kernel_of(points[[row]], points[others]) @ without.coefficients

    np.testing.assert_allclose(train(points, LABELS).left_out[[row]], expected, atol=2e-3)


def test_class_left_out_is_what_training_without_the_class_predicts(points):
    others = LABELS != 2
    renumbered = np.searchsorted([0, 1, 3], LABELS[others])
    without = train(points[others], renumbered)

    expected = kernel_of(points[~others], points[others]) @ without.coefficients

    found = train(points, LABELS).class_left_out[~others][:, [0, 1, 3]]
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_left_out_values_of_some_rows_are_those_of_all(points):
    rows = np.flatnonzero(LABELS == 1)

    some, everything = train(points, LABELS, rows), train(points, LABELS)

    np.testing.assert_allclose(some.left_out, everything.left_out[rows], atol=2e-3)
    np.testing.assert_allclose(some.class_left_out, everything.class_left_out[rows], atol=2e-3)


def test_the_same_example_many_times_is_no_obstacle():
    points = unit(np.ones((30, 5)))

    result = train(points, np.arange(30) % 2)

    assert np.isfinite(result.coefficients).all()
    assert np.isfinite(result.left_out).all()


@pytest.fixture
def many() -> tuple[np.ndarray, np.ndarray]:
    """2,600 points of 13 classes, each around a centre of its own, and not easily told apart."""
    random = np.random.default_rng(4)
    labels = np.sort(np.arange(2600) % 13)
    centres = random.normal(size=(13, 24))
    return unit(centres[labels] + 1.5 * random.normal(size=(2600, 24))), labels


def test_a_large_set_is_decided_as_in_one_block(many, monkeypatch):
    points, labels = many
    rows = np.flatnonzero(labels < 3)
    new = unit(points[::7] + 0.1 * np.random.default_rng(5).normal(size=points[::7].shape))

    divided = train(points, labels, rows)
    monkeypatch.setattr(kernel_machine, "_EXACT", len(points))
    whole = train(points, labels, rows)

    ours, theirs = (kernel_of(new, points) @ result.coefficients for result in (divided, whole))
    assert np.mean(ours.argmax(axis=1) == theirs.argmax(axis=1)) > 0.99
    # blocks and landmarks alone differ by 0.1, and misjudged messages that were training examples
    assert np.abs(ours - theirs).mean() < 0.03
    assert np.abs(divided.left_out - whole.left_out).mean() < 0.1
    assert np.abs(divided.class_left_out - whole.class_left_out).mean() < 0.1


def test_the_numbers_do_not_depend_on_how_many_cores_there_are(many, monkeypatch):
    points, labels = many
    rows = np.flatnonzero(labels < 3)

    monkeypatch.setattr(kernel_solver.os, "cpu_count", lambda: 1)
    alone = train(points, labels, rows)
    monkeypatch.setattr(kernel_solver.os, "cpu_count", lambda: 3)
    shared = train(points, labels, rows)

    np.testing.assert_array_equal(alone.coefficients, shared.coefficients)
    np.testing.assert_array_equal(alone.left_out, shared.left_out)


def test_a_large_set_is_divided_without_dividing_a_class(many):
    points, labels = many

    blocks = kernel_machine._blocks(points, labels)

    assert len(blocks) > 1
    assert sorted(np.concatenate(blocks).tolist()) == list(range(len(labels)))
    classes = [set(labels[block].tolist()) for block in blocks]
    assert sum(len(found) for found in classes) == 13


@pytest.mark.parametrize("classes", [1, 2, 3])
def test_a_large_set_of_few_classes(many, classes):
    points, labels = many

    result = train(points, labels % classes if classes > 1 else labels * 0, np.arange(5))

    assert np.isfinite(result.coefficients).all()
