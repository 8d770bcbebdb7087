"""A least-squares support vector machine in closed form, with its own cross-validation for free.

One regression a class (+1 for the class, -1 for the rest) on a kernel of two parts: products of
`features`, and what `remainder` of the vectors' cosines adds. Its closed form also gives what
leaving out an example, or a whole class, would have predicted, without training again; confidences
are calibrated on that.

A small training set is solved directly. In a large one that takes too long, the third power of the
examples, so it is solved by conjugate gradients, a few products with the kernel. What makes them
few is a near solution to start from and to correct by: the remainder kept inside blocks of similar
classes, and between blocks through random landmarks (the "partially independent conditional" of
Gaussian processes). By itself that near solution is not good enough: what it leaves out between
blocks is in the kernel that a message is compared by, and was seen to misjudge even messages that
are training examples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.linalg import eigh, solve_triangular

from components.kernel_solver import Kernel, Near, Workers, correct

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]
Remainder = Callable[[FloatArray], FloatArray]

# Up to so many examples there is one block, which is solved directly.
_EXACT = 2000
_BLOCK = 1000
_LANDMARKS = 512
# Landmarks that others stand for are left out: dividing by their small eigenvalues is noise.
_LEAST_EIGENVALUE = 1e-4


@dataclass(frozen=True)
class Problem:
    """What is to be learnt.

    Attributes:
        vectors: shape (examples, dimension), unit rows.
        features: shape (examples, features); their products are the first part of the kernel.
        labels: shape (examples,), class numbers from 0 without gaps.
        remainder: from cosines of vectors (which it may overwrite) to the second part; it must be
            positive semi-definite.
        regularisation: added to the diagonal; larger is smoother. Single precision needs it to be
            at least some 1e-3.
    """

    vectors: FloatArray
    features: FloatArray
    labels: IntArray
    remainder: Remainder
    regularisation: float


@dataclass(frozen=True)
class Fit:
    """What training gives.

    Attributes:
        coefficients: shape (examples, classes); decision values are kernel @ coefficients.
        left_out: shape (rows, classes); decision values of some examples, each by a machine
            trained on all the others.
        class_left_out: shape (rows, classes); decision values of the same examples, each by a
            machine trained without any example of its class (its own class's column then means
            nothing).
    """

    coefficients: FloatArray
    left_out: FloatArray
    class_left_out: FloatArray


def fit(problem: Problem, *, rows: IntArray, seed: int) -> Fit:
    """Train.

    Args:
        problem: what is to be learnt.
        rows: examples to compute left-out values of, ascending: all examples of the classes they
            belong to, none of the others.
        seed: of the choice of landmarks.

    Returns:
        Coefficients and the left-out decision values.
    """
    groups = _blocks(problem.vectors, problem.labels)
    order = np.concatenate(groups)
    ends = np.cumsum([len(group) for group in groups]).tolist()
    blocks = [slice(start, end) for start, end in pairwise([0, *ends])]
    places = np.argsort(order)
    ordered = replace(
        problem,
        vectors=problem.vectors[order],
        features=problem.features[order],
        labels=problem.labels[order],
    )
    labels = ordered.labels
    targets = np.where(labels[:, np.newaxis] == np.arange(labels.max() + 1), 1.0, -1.0)
    targets = targets.astype(np.float32)
    with Workers(len(blocks)) as workers:
        strips = workers.each(lambda number: _strip(ordered, blocks[number]))
        shared = ordered.features
        if len(blocks) > 1:
            points = problem.vectors[_chosen(len(order), seed)]
            landmarks = _landmarks(ordered, points, blocks, workers)
            shared = np.hstack([shared, landmarks])

        def own(number: int) -> FloatArray:
            """A block of what the shared columns do not explain."""
            block = blocks[number]
            kernel = strips[number][:, block].copy()
            if len(blocks) > 1:
                kernel -= landmarks[block] @ landmarks[block].T
            kernel[np.diag_indices(len(kernel))] += problem.regularisation
            return kernel

        near = Near(blocks, shared, own, workers)
        coefficients = near.divide(targets)
        ours = places[rows]
        # Of the near solution, which the inverse belongs to.
        inverse = _inverse(ours, near, workers)
        left_out = _left_out(inverse, targets[ours], coefficients[ours], labels[ours])
        if len(blocks) > 1:
            kernel = Kernel(blocks, ordered.features, strips, problem.regularisation, workers)
            coefficients = correct(kernel, near, targets, coefficients)
    return Fit(coefficients[places], *left_out)


def _blocks(vectors: FloatArray, labels: IntArray) -> list[IntArray]:
    """Divide the examples, similar classes together, no class divided."""
    if len(labels) <= _EXACT:
        return [np.arange(len(labels))]
    counts = np.bincount(labels)
    order = np.arange(len(counts))
    if len(counts) > 2:
        centres = np.vstack([vectors[labels == label].mean(axis=0) for label in order])
        order = leaves_list(linkage(centres, "average"))
    size = len(labels) / (len(labels) // _BLOCK)
    numbers = np.empty(len(counts), dtype=np.intp)
    numbers[order] = (np.cumsum(counts[order]) - counts[order]) // size
    return [np.flatnonzero(numbers[labels] == number) for number in np.unique(numbers)]


def _strip(problem: Problem, block: slice) -> FloatArray:
    """The remainder's rows of a block, up to its last column; what is right of it is symmetric."""
    return problem.remainder(problem.vectors[block] @ problem.vectors[: block.stop].T)


def _chosen(count: int, seed: int) -> IntArray:
    return np.sort(np.random.default_rng(seed).permutation(count)[:_LANDMARKS])


def _landmarks(
    problem: Problem, points: FloatArray, blocks: list[slice], workers: Workers
) -> FloatArray:
    """Describe every example's remainder by some points', shape (examples, landmarks)."""
    values, directions = eigh(problem.remainder(points @ points.T).astype(np.float64))
    kept = values > _LEAST_EIGENVALUE * values[-1]
    scaled = (directions[:, kept] / np.sqrt(values[kept])).astype(np.float32)

    def describe(number: int) -> FloatArray:
        cosines = problem.vectors[blocks[number]] @ points.T
        return np.asarray(problem.remainder(cosines) @ scaled, dtype=np.float32)

    return np.vstack(workers.each(describe))


def _inverse(rows: IntArray, near: Near, workers: Workers) -> FloatArray:
    """Give the inverse's entries for `rows` x `rows`."""

    def columns(number: int) -> tuple[IntArray, FloatArray, FloatArray]:
        block, half = near.blocks[number], near.halves[number]
        here = np.flatnonzero((block.start <= rows) & (rows < block.stop))
        unit = np.zeros((len(half), len(here)), dtype=np.float32, order="F")
        unit[rows[here] - block.start, np.arange(len(here))] = 1.0
        column = solve_triangular(
            near.factors[number], unit, lower=True, overwrite_b=True, check_finite=False
        )
        return here, column.T @ column, half.T @ column

    inverse = np.zeros((len(rows), len(rows)), dtype=np.float32)
    crossing = np.zeros((len(near.core), len(rows)), dtype=np.float32)
    for here, own, cross in workers.each(columns):
        inverse[np.ix_(here, here)] = own
        crossing[:, here] = cross
    crossing = solve_triangular(
        near.core, crossing, lower=True, overwrite_b=True, check_finite=False
    )
    inverse -= crossing.T @ crossing
    return inverse


def _left_out(
    inverse: FloatArray, targets: FloatArray, coefficients: FloatArray, labels: IntArray
) -> tuple[FloatArray, FloatArray]:
    class_left_out = np.empty_like(targets)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        class_left_out[members] = targets[members] - np.linalg.solve(
            inverse[np.ix_(members, members)], coefficients[members]
        )
    return targets - coefficients / np.diag(inverse)[:, np.newaxis], class_left_out
