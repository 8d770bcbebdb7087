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
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.linalg import cho_solve, cholesky, eigh, solve_triangular

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]
Remainder = Callable[[FloatArray], FloatArray]

# Up to so many examples there is one block, which is solved directly.
_EXACT = 2000
_BLOCK = 1000
_LANDMARKS = 512
# Landmarks that others stand for are left out: dividing by their small eigenvalues is noise.
_LEAST_EIGENVALUE = 1e-4
# Conjugate gradients end when what is left of the targets is smaller than this share of them. Half
# as much takes a second longer for 10,000 examples, and the figures of `benchmarks.nlu.dev` are the
# same; with twice as much the accuracy there is half a point less.
_ENOUGH = 0.06
_MOST_STEPS = 30


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
    labels = problem.labels
    targets = np.where(labels[:, np.newaxis] == np.arange(labels.max() + 1), 1.0, -1.0)
    targets = targets.astype(np.float32)
    blocks = _blocks(problem.vectors, labels)
    landmarks = _landmarks(problem, seed) if len(blocks) > 1 else None
    shared = problem.features if landmarks is None else np.hstack([problem.features, landmarks])
    # The matrix to invert is D + S S', D with these blocks, S the shared columns. By Woodbury's
    # identity that takes a small matrix a block, and one as wide as S.
    width = shared.shape[1]
    core = np.eye(width, dtype=np.float32)
    right = np.zeros((width, targets.shape[1]), dtype=np.float32)
    solved = []
    for block in blocks:
        factor = _factor(problem, block, None if landmarks is None else landmarks[block])
        half = solve_triangular(
            factor, np.hstack([shared[block], targets[block]]), lower=True, check_finite=False
        )
        core += half[:, :width].T @ half[:, :width]
        right += half[:, :width].T @ half[:, width:]
        solved.append((factor, half))
    core = cholesky(core, lower=True, overwrite_a=True, check_finite=False)
    common = cho_solve((core, True), right, check_finite=False)
    coefficients = np.empty_like(targets)
    for block, (factor, half) in zip(blocks, solved, strict=True):
        rest = half[:, width:] - half[:, :width] @ common
        coefficients[block] = solve_triangular(
            factor, rest, lower=True, trans=1, check_finite=False
        )
    inverse = _inverse(rows, blocks, solved, core)
    # Of the near solution, which the inverse belongs to.
    left_out = _left_out(inverse, targets[rows], coefficients[rows], labels[rows])
    if landmarks is not None:
        near = _Near(shared, blocks, [factor for factor, _ in solved], core)
        coefficients = _correct(problem, targets, coefficients, near)
    return Fit(coefficients, *left_out)


class _Near:
    """Divides by D + S S', the matrix that stands for the kernel's."""

    def __init__(
        self,
        shared: FloatArray,
        blocks: list[IntArray],
        factors: list[FloatArray],
        core: FloatArray,
    ) -> None:
        self._shared, self._blocks, self._factors, self._core = shared, blocks, factors, core

    def divide(self, values: FloatArray) -> FloatArray:
        """Give (D + S S')^-1 @ values; shapes (examples, classes)."""
        alone = self._divide_blocks(values)
        common = cho_solve((self._core, True), self._shared.T @ alone, check_finite=False)
        return alone - self._divide_blocks(self._shared @ common)

    def _divide_blocks(self, values: FloatArray) -> FloatArray:
        result = np.empty_like(values)
        for block, factor in zip(self._blocks, self._factors, strict=True):
            result[block] = cho_solve((factor, True), values[block], check_finite=False)
        return result


def _correct(
    problem: Problem, targets: FloatArray, coefficients: FloatArray, near: _Near
) -> FloatArray:
    """Bring a near solution to the kernel's own, by preconditioned conjugate gradients.

    Golub and Van Loan, Matrix Computations, algorithm 11.5.1; all classes at once.
    """
    times = _kernel_product(problem)
    solution = coefficients.copy()
    rest = targets - times(solution)
    least = _ENOUGH * np.linalg.norm(targets, axis=0)
    # Classes that are near enough are left out from then on: half of them are after three steps.
    columns = np.flatnonzero(np.linalg.norm(rest, axis=0) > least)
    rest = rest[:, columns]
    step = towards = near.divide(rest)
    length = np.einsum("ec,ec->c", rest, towards)
    for _ in range(_MOST_STEPS if len(columns) else 0):
        along = times(step)
        share = length / np.maximum(np.einsum("ec,ec->c", step, along), 1e-12)
        solution[:, columns] += share * step
        rest = rest - share * along
        still = np.linalg.norm(rest, axis=0) > least[columns]
        columns, rest, step, length = columns[still], rest[:, still], step[:, still], length[still]
        if not len(columns):
            break
        towards = near.divide(rest)
        before, length = length, np.einsum("ec,ec->c", rest, towards)
        step = towards + length / np.maximum(before, 1e-12) * step
    return solution


def _kernel_product(problem: Problem) -> Callable[[FloatArray], FloatArray]:
    """Give what multiplies values, shape (examples, classes), by the kernel's matrix.

    The remainder is symmetric: only what is left of and on its diagonal is kept, in strips.
    """
    vectors, features = problem.vectors, problem.features
    strips = []
    for start in range(0, len(vectors), _BLOCK):
        end = min(start + _BLOCK, len(vectors))
        strips.append((start, end, problem.remainder(vectors[start:end] @ vectors[:end].T)))

    def times(values: FloatArray) -> FloatArray:
        product = features @ (features.T @ values)
        product += problem.regularisation * values
        for start, end, strip in strips:
            product[start:end] += strip @ values[:end]
            # The same as strip.T @ values; BLAS does it in this order in two thirds of the time.
            product[:start] += (values[start:end].T @ strip[:, :start]).T
        return np.asarray(product, dtype=np.float32)

    return times


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


def _landmarks(problem: Problem, seed: int) -> FloatArray:
    """Describe every example's remainder by some examples', shape (examples, landmarks)."""
    chosen = np.random.default_rng(seed).permutation(len(problem.vectors))[:_LANDMARKS]
    points = problem.vectors[np.sort(chosen)]
    values, directions = eigh(problem.remainder(points @ points.T).astype(np.float64))
    kept = values > _LEAST_EIGENVALUE * values[-1]
    scaled = (directions[:, kept] / np.sqrt(values[kept])).astype(np.float32)
    return np.asarray(problem.remainder(problem.vectors @ points.T) @ scaled, dtype=np.float32)


def _factor(problem: Problem, block: IntArray, landmarks: FloatArray | None) -> FloatArray:
    """Give the lower Cholesky factor of a block of what the shared columns do not explain."""
    kernel = problem.remainder(problem.vectors[block] @ problem.vectors[block].T)
    if landmarks is not None:
        kernel -= landmarks @ landmarks.T
    kernel[np.diag_indices(len(kernel))] += problem.regularisation
    # Transposed, it has the layout that LAPACK overwrites without a copy.
    factor: FloatArray = cholesky(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    return factor


def _inverse(
    rows: IntArray,
    blocks: list[IntArray],
    solved: list[tuple[FloatArray, FloatArray]],
    core: FloatArray,
) -> FloatArray:
    """Give the inverse's entries for `rows` x `rows`."""
    inverse = np.zeros((len(rows), len(rows)), dtype=np.float32)
    crossing = np.zeros((len(core), len(rows)), dtype=np.float32)
    for block, (factor, half) in zip(blocks, solved, strict=True):
        here = np.flatnonzero(np.isin(rows, block))
        if not len(here):
            continue
        unit = np.zeros((len(block), len(here)), dtype=np.float32, order="F")
        unit[np.searchsorted(block, rows[here]), np.arange(len(here))] = 1.0
        column = solve_triangular(factor, unit, lower=True, overwrite_b=True, check_finite=False)
        inverse[np.ix_(here, here)] = column.T @ column
        crossing[:, here] = half[:, : len(core)].T @ column
    crossing = solve_triangular(core, crossing, lower=True, overwrite_b=True, check_finite=False)
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
