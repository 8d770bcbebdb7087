from __future__ import annotations

import numpy as np
import pytest

from components.kernel_machine import fit


def kernel_of(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    distances = ((one[:, np.newaxis] - other[np.newaxis]) ** 2).sum(axis=-1)
    return (np.exp(-0.2 * distances) + 1).astype(np.float32)


@pytest.fixture
def points() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(40, 5))


LABELS = np.arange(40) % 4


def train(points: np.ndarray, labels: np.ndarray, rows: np.ndarray | None = None):
    rows = np.arange(len(labels)) if rows is None else rows
    return fit(kernel_of(points, points), labels, regularisation=0.1, rows=rows)


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
    points = np.zeros((30, 5))

    result = train(points, np.arange(30) % 2)

    assert np.isfinite(result.coefficients).all()
    assert np.isfinite(result.left_out).all()
