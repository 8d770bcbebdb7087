"""What tells the articles of the knowledge base from one another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

# Neighbours do about as well (`benchmarks.nlu.knowledge`).
_SHARPNESS = 2.5
_REGULARISATION = 0.3


class ArticleMachine:
    """Kernel ridge regression on the articles' texts, one column an article.

    The nearest text alone says how near an article is, not what sets it apart: "what does the
    label cost" is near to all that cost something. This learns that from all texts of all articles
    at once, in closed form (Murphy, Machine Learning: A Probabilistic Perspective, 14.4.3): of
    900 texts in 0.1 s of CPU.

    Args:
        vectors: shape (texts, dimension), unit rows; at least one.
        owners: shape (texts,), the number of each text's article.
        count: how many articles there are.
    """

    def __init__(self, vectors: FloatArray, owners: npt.NDArray[np.intp], count: int) -> None:
        kernel = _kernel(vectors @ vectors.T)
        kernel[np.diag_indices(len(kernel))] += _REGULARISATION
        targets = (owners[:, np.newaxis] == np.arange(count)).astype(np.float32)
        self._coefficients = np.linalg.solve(kernel, targets)

    def scores(self, cosines: FloatArray) -> npt.NDArray[np.float64]:
        """Give for each article about 0, not that one, to about 1, surely that one.

        Args:
            cosines: of a message and each text, shape (texts,).

        Returns:
            Scores, shape (articles,).
        """
        found = _kernel(cosines) @ self._coefficients
        return np.asarray(found, dtype=np.float64)


def _kernel(cosines: FloatArray) -> FloatArray:
    return np.asarray(np.exp(_SHARPNESS * (cosines - 1.0)), dtype=np.float32)
