"""A least-squares support vector machine in closed form, with its own cross-validation for free.

One regression a class (+1 for the class, -1 for the rest) on a kernel. Its closed form also gives
exactly what leaving out an example, or a whole class, would have predicted, without training
again; confidences are calibrated on that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, cholesky, solve_triangular

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]


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


def fit(kernel: FloatArray, labels: IntArray, *, regularisation: float, rows: IntArray) -> Fit:
    """Train.

    Args:
        kernel: shape (examples, examples), similarity of every example to every other, symmetric
            and positive semi-definite; only its upper triangle is read. It is overwritten, to need
            its memory only once.
        labels: shape (examples,), class numbers from 0 without gaps.
        regularisation: added to the diagonal; larger is smoother. Single precision needs it to be
            at least some 1e-3.
        rows: examples to compute left-out values of: all examples of the classes they belong to,
            none of the others.

    Returns:
        Coefficients and the left-out decision values.
    """
    targets = np.where(labels[:, np.newaxis] == np.arange(labels.max() + 1), 1.0, -1.0)
    targets = targets.astype(np.float32)
    kernel[np.diag_indices(len(kernel))] += regularisation
    # Transposed, it has the layout that LAPACK overwrites without a copy.
    factor = cholesky(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    coefficients = cho_solve((factor, True), targets, check_finite=False)

    unit = np.zeros((len(kernel), len(rows)), dtype=np.float32, order="F")
    unit[rows, np.arange(len(rows))] = 1.0
    half = solve_triangular(factor, unit, lower=True, overwrite_b=True, check_finite=False)
    inverse = half.T @ half
    targets, ours = targets[rows], coefficients[rows]
    class_left_out = np.empty_like(targets)
    for label in np.unique(labels[rows]):
        block = np.flatnonzero(labels[rows] == label)
        class_left_out[block] = targets[block] - np.linalg.solve(
            inverse[np.ix_(block, block)], ours[block]
        )
    return Fit(
        coefficients=coefficients,
        left_out=targets - ours / np.diag(inverse)[:, np.newaxis],
        class_left_out=class_left_out,
    )
