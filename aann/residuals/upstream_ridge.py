"""Ridge regression with cross-validation, from sums over folds.

Of each fold the products of features and targets are kept, so that any examples that are too many
for memory can be added batch by batch; fits on all folds but one, and their errors on that one,
follow from the sums alone.
"""

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from aann.shown.brief import brief

PENALTIES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""That are tried, in units of the features' mean variance."""


@dataclasses.dataclass(eq=False)
class Sums:
    """Of some rows, in float64; the last feature is 1.

    Attributes:
        gram: (width + 1, width + 1) products of features.
        cross: (width + 1, outputs) products of features and targets.
        squares: (outputs,) squared targets.
    """

    gram: Float[np.ndarray, "w w"]
    cross: Float[np.ndarray, "w outputs"]
    squares: Float[np.ndarray, " outputs"]

    __repr__ = brief

    def plus(self, other: "Sums", sign: float = 1.0) -> "Sums":
        """The sums of the rows of both, or without the other's."""
        return Sums(
            self.gram + sign * other.gram,
            self.cross + sign * other.cross,
            self.squares + sign * other.squares,
        )

    @property
    def rows(self) -> float:
        """How many rows count."""
        return float(self.gram[-1, -1])

    def centred(self) -> "Sums":
        """About the means, without the constant."""
        mean, middle = self.gram[-1, :-1] / self.rows, self.cross[-1] / self.rows
        return Sums(
            self.gram[:-1, :-1] - self.rows * np.outer(mean, mean),
            self.cross[:-1] - self.rows * np.outer(mean, middle),
            self.squares - self.rows * middle**2,
        )


def standardised(folds: Sequence[Sums]) -> list[Sums]:
    """The same with every feature's variance over all rows 1; what does not vary stays as it is."""
    whole = functools.reduce(Sums.plus, folds)
    variance = np.diag(whole.centred().gram) / whole.rows
    size = np.diag(whole.gram)[:-1] / whole.rows
    moves = variance > 1e-12 * size
    scale = np.append(1.0 / np.sqrt(np.where(moves, variance, 1.0)), 1.0)
    return [
        Sums(f.gram * np.outer(scale, scale), f.cross * scale[:, None], f.squares) for f in folds
    ]


@dataclasses.dataclass(frozen=True, eq=False)
class Validated:
    """A ridge regression and how it does on rows that it was not fitted on.

    Attributes:
        penalty: the best of ``PENALTIES``, for all outputs and folds together.
        error: (folds, outputs) summed squares of what is left on each fold, fitted on the others.
        total: (folds, outputs) likewise with the other folds' mean as the prediction.
        whole: the sums of all folds.
    """

    penalty: float
    error: Float[np.ndarray, "folds outputs"]
    total: Float[np.ndarray, "folds outputs"]
    whole: Sums

    __repr__ = brief

    @property
    def r2(self) -> float:
        """Of all outputs together; NaN where no target varies."""
        return _r2(self.error.sum(), self.total.sum())

    @property
    def r2_outputs(self) -> Float[np.ndarray, " outputs"]:
        """Of each output; NaN where it does not vary."""
        pairs = zip(self.error.sum(axis=0), self.total.sum(axis=0), strict=True)
        return np.array([_r2(e, t) for e, t in pairs])

    @property
    def r2_folds(self) -> Float[np.ndarray, " folds"]:
        """Of each fold, all outputs together."""
        pairs = zip(self.error.sum(axis=1), self.total.sum(axis=1), strict=True)
        return np.array([_r2(e, t) for e, t in pairs])


def _r2(error: float, total: float) -> float:
    return float(1.0 - error / total) if total > 0 else float("nan")


def validated(folds: Sequence[Sums]) -> Validated:
    """Fit on all folds but one, judge on that one, for every penalty.

    Sharp edge: the penalty is the one that does best on these very folds; among so few, chosen for
    all outputs together, that flatters by little.
    """
    import scipy.linalg  # noqa: PLC0415 - when it is needed

    whole = functools.reduce(Sums.plus, folds)
    errors = np.zeros((len(PENALTIES), len(folds), len(whole.squares)))
    totals = np.zeros(errors.shape[1:])
    for k, fold in enumerate(folds):
        train = whole.plus(fold, -1.0)
        about = train.centred()
        middle, mean = train.cross[-1] / train.rows, train.gram[-1, :-1] / train.rows
        totals[k] = fold.squares - 2 * middle * fold.cross[-1] + fold.rows * middle**2
        for p, penalty in enumerate(PENALTIES):
            factor = scipy.linalg.cho_factor(_ridged(about, penalty, train.rows))
            weights = scipy.linalg.cho_solve(factor, about.cross)
            full = np.concatenate([weights, (middle - mean @ weights)[None]])
            left = fold.squares - 2 * (full * fold.cross).sum(0)
            errors[p, k] = np.maximum(left + (full * (fold.gram @ full)).sum(0), 0.0)
    best = int(errors.sum(axis=(1, 2)).argmin())
    return Validated(PENALTIES[best], errors[best], totals, whole)


def _ridged(about: Sums, penalty: float, rows: float) -> np.ndarray:
    mean = float(np.trace(about.gram)) / max(len(about.gram), 1)
    added = penalty * mean if mean > 0 else rows
    return np.asarray(about.gram + added * np.eye(len(about.gram)))


def contributions(
    found: Validated, features: Int[np.ndarray, "channels cells"]
) -> tuple[Float[np.ndarray, "channels outputs"], Float[np.ndarray, "channels outputs"]]:
    """What each group of features gives, over all rows.

    Args:
        found: the regression.
        features: which features each channel has.

    Returns:
        By how much of the targets' variance the fit gets worse without the channel, all others
        refitted; and the correlation of the channel alone with the target, of its feature with the
        strongest. Of targets that do not vary 0.
    """
    import scipy.linalg  # noqa: PLC0415 - when it is needed

    about = found.whole.centred()
    matrix = _ridged(about, found.penalty, found.whole.rows)
    inverse = scipy.linalg.cho_solve(scipy.linalg.cho_factor(matrix), np.eye(len(matrix)))
    weights = inverse @ about.cross
    mine = weights[features]  # (channels, cells, outputs)
    blocks = inverse[features[:, :, None], features[:, None, :]]
    worse = (mine * np.linalg.solve(blocks, mine)).sum(axis=1)
    spread = np.where(about.squares > 0, about.squares, np.inf)
    scale = np.sqrt(np.maximum(np.diag(about.gram), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        alone = about.cross / scale[:, None] / np.sqrt(spread)[None]
    alone = np.where(np.isfinite(alone), np.clip(alone, -1, 1), 0.0)[features]
    at = np.abs(alone).argmax(axis=1)[:, None]
    return worse / spread[None], np.take_along_axis(alone, at, axis=1)[:, 0]
