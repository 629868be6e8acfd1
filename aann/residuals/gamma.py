"""The variance of values among near points, and what of it is left at distance 0.

Half the mean squared difference of the values of two points is their noise plus how much a function
differs between them. The second goes to 0 with the distance: over the first k neighbours the
half squares are a line of the mean squared distances, and where it meets 0 is the variance of the
noise (the Gamma test). Neighbours are of other groups: what a group shares is no knowledge.

Sources: Stefánsson, Končar and Jones, "A note on the Gamma test" (Neural Computing & Applications,
1997); Devroye, Györfi, Lugosi and Walk, "A nearest neighbor estimate of the residual variance"
(Electronic Journal of Statistics, 2018).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from aann.shown.brief import brief
from aann.statistics.studentised import student

FEWEST = 10
"""Groups that an interval needs."""


class Neighbours(NamedTuple):
    """The nearest points of other groups.

    Attributes:
        at: (n, k) which, the nearest first.
        squares: (n, k) squared distances.
    """

    at: Int[np.ndarray, "n k"]
    squares: Float[np.ndarray, "n k"]

    def __repr__(self) -> str:
        return brief(self)


class Noise(NamedTuple):
    """What cannot be known from near points.

    Attributes:
        share: (units, 3) of the variance, at distance 0, with its interval over groups.
        first: (units,) the same at the distance of the first neighbour: an upper bound.
    """

    share: Float[np.ndarray, "units 3"]
    first: Float[np.ndarray, " units"]

    def __repr__(self) -> str:
        return brief(self)


def nearest(
    points: Float[np.ndarray, "n dims"], groups: Int[np.ndarray, " n"], k: int
) -> Neighbours:
    """The k nearest points of other groups, of each.

    Args:
        points: in a space where distances mean something.
        groups: of each.
        k: how many.

    Raises:
        ValueError: a group leaves fewer than k others.
    """
    from sklearn.neighbors import NearestNeighbors  # noqa: PLC0415 - when it is needed

    n, most = len(points), int(np.bincount(groups).max())
    if n - most < k:
        raise ValueError(f"{k} neighbours of other groups: there are {n - most}")
    search = NearestNeighbors(n_neighbors=min(n, k + most)).fit(points)
    far, at = search.kneighbors(points)
    other = groups[at] != groups[:, None]
    order = np.argsort(~other, axis=1, kind="stable")[:, :k]
    return Neighbours(
        np.take_along_axis(at, order, 1), np.square(np.take_along_axis(far, order, 1))
    )


def noise(
    values: Float[np.ndarray, "n columns"],
    found: Neighbours,
    groups: Sequence[Any] | np.ndarray,
    confidence: float,
    *,
    units: int | None = None,
    about: float | None = None,
) -> Noise:
    """The noise of values as a share of their variance.

    Intervals leave out each group in turn (its points, not where they are neighbours of others).

    Args:
        values: at the points.
        found: their neighbours.
        groups: of the points, whole numbers.
        confidence: of the intervals.
        units: columns are (more, units), and those of a unit are summed; by default each is one.
        about: the share is that of the mean square about this; by default of the variance.
    """
    values = np.asarray(values, np.float64)
    units = units or values.shape[1]
    middle = values.mean(0) if about is None else np.full(values.shape[1], about)
    total = np.square(values - middle[None]).mean(0).reshape(-1, units).sum(0)
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    count = np.bincount(group).astype(np.float64)
    far = _sums(found.squares, group)
    half = np.stack(
        [
            _sums(np.square(values - values[at]).reshape(len(values), -1, units).sum(1) / 2, group)
            for at in found.at.T
        ],
        axis=-1,
    )
    every = _at_zero(far.sum(0), half.sum(0), count.sum())
    left = np.stack([
        _at_zero(far.sum(0) - far[g], half.sum(0) - half[g], count.sum() - count[g])
        for g in range(len(count))
    ])  # fmt: skip
    n = len(count)
    error = np.full(len(every), np.nan)
    if n >= FEWEST:
        spread = np.square(left - left.mean(0)[None]).sum(0)
        error = np.sqrt((n - 1) / n * spread) * student(n, confidence)
    ends = np.stack([every, every - error, every + error], axis=-1)
    first = half.sum(0)[:, 0] / count.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        return Noise(
            np.where(total[:, None] > 0, ends / total[:, None], np.nan),
            np.where(total > 0, first / total, np.nan),
        )


def _sums(x: Float[np.ndarray, "n more"], group: np.ndarray) -> Float[np.ndarray, "groups more"]:
    found = np.zeros((int(group.max()) + 1, x.shape[1]))
    np.add.at(found, group, x)
    return found


def _at_zero(far: np.ndarray, half: np.ndarray, count: float) -> Float[np.ndarray, " columns"]:
    """Where the line of half squares (columns, k) over squared distances (k,) meets 0."""
    x, y = far / max(count, 1.0), half / max(count, 1.0)
    away = x - x.mean()
    square = np.square(away).sum()
    if square <= 1e-12 * max(float(np.square(x).sum()), 1e-300):
        return np.asarray(y.mean(-1))
    slope = ((y - y.mean(-1, keepdims=True)) * away[None]).sum(-1) / square
    return np.asarray(y.mean(-1) - slope * x.mean())
