"""Solving with the kernel's matrix of many examples, block by block, on every core.

The examples stand in the order of their blocks, so that a block is a slice. Results of blocks are
added up in that order, and a product keeps to one core: the numbers do not depend on how many cores
there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, cholesky, solve_triangular
from threadpoolctl import threadpool_limits

FloatArray = npt.NDArray[np.float32]
Result = TypeVar("Result")

# Conjugate gradients end when what is left of the targets is smaller than this share of them. With
# half as much the figures of `benchmarks.nlu.dev` are the same; with twice as much the accuracy
# there is half a point less.
_ENOUGH = 0.06
_MOST_STEPS = 30


class Workers:
    """Threads that work side by side, one for each core; in each, NumPy's products use one core.

    Args:
        blocks: how many blocks there are. With a single one, products use all cores.
    """

    def __init__(self, blocks: int) -> None:
        self._blocks = blocks

    def __enter__(self) -> Workers:
        """Start them."""
        self._limits = threadpool_limits(1 if self._blocks > 1 else None, user_api="blas")
        self._pool = ThreadPoolExecutor(os.cpu_count())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End them."""
        self._pool.shutdown()
        self._limits.restore_original_limits()

    def each(self, work: Callable[[int], Result]) -> list[Result]:
        """Do something for the number of each block, the last one first; results in order."""
        return [*self._pool.map(work, reversed(range(self._blocks)))][::-1]


class Near:
    """A matrix that is near to the kernel's and soon divided by: D + S S'.

    D has blocks, S is as wide as there are shared columns. By Woodbury's identity dividing takes a
    small matrix a block, and one of that width.

    Attributes:
        blocks: slices of all rows.
        factors: lower Cholesky factors of D's blocks.
        halves: for each block, S divided by its factor.
        core: lower Cholesky factor of the identity and what the halves' products add to it.
    """

    def __init__(
        self,
        blocks: Sequence[slice],
        shared: FloatArray,
        own: Callable[[int], FloatArray],
        workers: Workers,
    ) -> None:
        """Prepare dividing.

        Args:
            blocks: slices of all rows, in their order.
            shared: S, shape (rows, columns).
            own: gives D's part of a block, which is overwritten.
            workers: who does it.
        """

        def prepare(number: int) -> tuple[FloatArray, FloatArray, FloatArray]:
            # Transposed, it has the layout that LAPACK overwrites without a copy.
            factor = cholesky(own(number).T, lower=True, overwrite_a=True, check_finite=False)
            half = _divided(factor, shared[blocks[number]])
            return factor, half, half.T @ half

        self.blocks = blocks
        self._workers = workers
        prepared = workers.each(prepare)
        self.factors = [factor for factor, _, _ in prepared]
        self.halves = [half for _, half, _ in prepared]
        core = np.eye(shared.shape[1], dtype=np.float32)
        for _, _, product in prepared:
            core += product
        self.core = cholesky(core, lower=True, overwrite_a=True, check_finite=False)

    def divide(self, values: FloatArray) -> FloatArray:
        """Give (D + S S')^-1 @ values; shapes (rows, any)."""

        def begin(number: int) -> tuple[FloatArray, FloatArray]:
            alone = _divided(self.factors[number], values[self.blocks[number]])
            return alone, self.halves[number].T @ alone

        begun = self._workers.each(begin)
        crossing = np.sum([product for _, product in begun], axis=0)
        common = cho_solve((self.core, True), crossing, check_finite=False)

        def end(number: int) -> FloatArray:
            rest = begun[number][0] - self.halves[number] @ common
            return _divided(self.factors[number], rest, transposed=1)

        return np.vstack(self._workers.each(end))


@dataclass(frozen=True)
class Kernel:
    """The kernel's matrix: products of features, the remainder, and the regularisation.

    Attributes:
        blocks: slices of all rows.
        features: shape (rows, features).
        strips: for each block, its rows of the remainder up to its last column (it is symmetric).
        regularisation: added to the diagonal.
        workers: who multiplies.
    """

    blocks: Sequence[slice]
    features: FloatArray
    strips: Sequence[FloatArray]
    regularisation: float
    workers: Workers

    def times(self, values: FloatArray) -> FloatArray:
        """Multiply values, shape (rows, any), by it."""

        def cross(number: int) -> FloatArray:
            block = self.blocks[number]
            return self.features[block].T @ values[block]

        crossing = np.sum(self.workers.each(cross), axis=0)

        def multiply(number: int) -> tuple[FloatArray, FloatArray]:
            block, strip = self.blocks[number], self.strips[number]
            own = strip @ values[: block.stop] + self.features[block] @ crossing
            own += self.regularisation * values[block]
            # The same as strip.T @ values; BLAS does it in this order in two thirds of the time.
            return own, values[block].T @ strip[:, : block.start]

        product = np.zeros_like(values)
        parts = self.workers.each(multiply)
        for block, (own, above) in zip(self.blocks, parts, strict=True):
            product[block] += own
            product[: block.start] += above.T
        return product


def correct(kernel: Kernel, near: Near, targets: FloatArray, solution: FloatArray) -> FloatArray:
    """Bring a near solution to the kernel's own, by preconditioned conjugate gradients.

    Golub and Van Loan, Matrix Computations, algorithm 11.5.1; all columns at once.

    Args:
        kernel: the kernel's matrix.
        near: one near to it.
        targets: what the kernel times the solution is to be, shape (rows, columns).
        solution: the near solution; overwritten.

    Returns:
        The solution.
    """
    rest = targets - kernel.times(solution)
    least = _ENOUGH * np.linalg.norm(targets, axis=0)
    # Columns that are near enough are left out from then on: half of them are after three steps.
    columns = np.flatnonzero(np.linalg.norm(rest, axis=0) > least)
    rest = rest[:, columns]
    step = towards = near.divide(rest)
    length = np.einsum("ec,ec->c", rest, towards)
    for _ in range(_MOST_STEPS if len(columns) else 0):
        along = kernel.times(step)
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


def _divided(factor: FloatArray, values: FloatArray, *, transposed: int = 0) -> FloatArray:
    return np.asarray(
        solve_triangular(factor, values, lower=True, trans=transposed, check_finite=False),
        dtype=np.float32,
    )
