"""Least squares with a ridge penalty, from rows that come in batches.

With more rows than features the products of features are summed. With fewer the rows themselves
are kept and the same weights follow from the products of rows (the dual), which are few.
"""

import jax
import numpy as np
import scipy.linalg
from jaxtyping import Array, Float

RIDGE = 1e-3


class Equations:
    """What is summed, or kept, of some rows.

    Args:
        dual: keep the rows, since there are fewer of them than features.
    """

    def __init__(self, dual: bool = False) -> None:
        self.dual = dual
        self.gram: np.ndarray | float = 0.0
        self.cross: np.ndarray | float = 0.0
        self.rows = 0
        self.kept: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, x: Float[Array, "rows width"], y: Float[Array, "rows outputs"]) -> None:
        """Add some rows; the last feature is 1."""
        self.rows += len(x)
        if self.dual:
            self.kept.append((np.asarray(x, np.float32), np.asarray(y, np.float32)))
            return
        gram, cross = _products(x, y)
        self.gram = self.gram + np.asarray(gram, np.float64)
        self.cross = self.cross + np.asarray(cross, np.float64)

    def state(self) -> dict[str, np.ndarray]:
        """Everything added so far, as arrays."""
        if not self.dual:
            return {k: np.asarray(getattr(self, k)) for k in ("gram", "cross", "rows")}
        return dict(zip("xy", self._joined(), strict=True)) if self.kept else {}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Put back what ``state`` returned."""
        if self.dual:
            self.kept = [(arrays["x"], arrays["y"])] if arrays else []
            self.rows = sum(len(x) for x, _ in self.kept)
        else:
            self.gram, self.cross = arrays["gram"][()], arrays["cross"][()]
            self.rows = int(arrays["rows"])

    def merge(self, other: "Equations") -> "Equations":
        """The equations of the rows of both."""
        both = Equations(self.dual)
        both.gram, both.cross = self.gram + other.gram, self.cross + other.cross
        both.rows, both.kept = self.rows + other.rows, self.kept + other.kept
        return both

    def solve(self) -> Float[np.ndarray, "width outputs"]:
        """Ridge weights; the penalty is ``RIDGE`` times the features' mean variance, none on the 1.

        Raises:
            ValueError: no rows were added.
        """
        if not self.rows:
            raise ValueError("nothing to fit a linear prediction on: add rows first")
        return (self._from_rows() if self.dual else self._from_products()).astype(np.float32)

    def _from_products(self) -> np.ndarray:
        gram, cross = np.array(self.gram) / self.rows, np.asarray(self.cross) / self.rows
        mean = gram[-1]
        penalty = RIDGE * np.mean(np.diag(gram) - mean**2)
        gram += penalty * np.diag(np.append(np.ones(len(gram) - 1), 0.0))
        return solved(gram, cross)

    def _from_rows(self) -> np.ndarray:
        """About the means: with w = X'a and (X X' + penalty) a = y the ridge weights come out."""
        x, y = (joined.astype(np.float64) for joined in self._joined())
        mean_x, mean_y = x[:, :-1].mean(0), y.mean(0)
        x, y = x[:, :-1] - mean_x, y - mean_y
        penalty = RIDGE * np.square(x).mean() * x.shape[1] / (x.shape[1] + 1)
        products = x @ x.T + penalty * len(x) * np.eye(len(x))
        weights = x.T @ solved(products, y)
        return np.concatenate([weights, (mean_y - mean_x @ weights)[None]])

    def _joined(self) -> tuple[np.ndarray, np.ndarray]:
        x, y = (np.concatenate(parts) for parts in zip(*self.kept, strict=True))
        return x, y


def solved(matrix: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """By Cholesky's factors; where the matrix is singular up to rounding the least solution."""
    eps = np.finfo(np.float64).eps
    try:
        factor = scipy.linalg.cho_factor(matrix)
    except np.linalg.LinAlgError:
        factor = None
    if factor is not None:
        pivots = np.diag(factor[0]) ** 2
        if pivots.min() > len(matrix) * eps * np.diag(matrix).max():
            solution: np.ndarray = scipy.linalg.cho_solve(factor, targets)
            return solution
    least: np.ndarray = np.linalg.lstsq(matrix, targets, rcond=None)[0]
    return least


@jax.jit
def _products(x: Array, y: Array) -> tuple[Array, Array]:
    return x.T @ x, x.T @ y
