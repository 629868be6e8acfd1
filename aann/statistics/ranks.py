"""Spearman's rank correlation, and how much each example moves it.

Ties share their mean rank. A unit with several coordinates pools the ranks of each of them. The
influence takes into account that an example moves the ranks of all others: with F and G the
distribution functions of y and p, the covariance E[F(y) G(p)] has at an example (y, p) the
influence F(y) G(p) + E[G(p'); y' > y] + E[F(y'); p' > p] - 3 E[F G], ties counted half.

Source: Croux and Dehon, "Influence functions of the Spearman and Kendall correlation measures"
(Statistical Methods and Applications, 2010).
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from aann.shown.brief import brief


class RankCorrelation(NamedTuple):
    """For each unit: the correlation (NaN where either does not vary), and its influences."""

    estimate: Float[np.ndarray, " units"]
    influence: Float[np.ndarray, "n units"]

    def __repr__(self) -> str:
        return brief(self)


def rank_correlation(
    y: Float[np.ndarray, "n coordinates units"], p: Float[np.ndarray, "n coordinates units"]
) -> RankCorrelation:
    """Spearman's correlation over examples, with each example's influence.

    The mean of the influences is zero; their standard deviation over the root of n is the standard
    error of the correlation.
    """
    f, g = distribution(y), distribution(p)
    parts = [_covariance(a, b, x, z) for a, b, x, z in ((f, f, y, y), (g, g, p, p), (f, g, y, p))]
    (a, move_a), (b, move_b), (c, move_c) = (
        (total.sum(axis=0), moved.sum(axis=1)) for total, moved in parts
    )
    spread = np.sqrt(a) * np.sqrt(b)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.where(spread > 0, c / spread, np.nan)
        moved = move_c / spread - r / 2 * (move_a / a + move_b / b)
    return RankCorrelation(np.clip(r, -1.0, 1.0), np.where(spread > 0, moved, 0.0))


def distribution(values: Float[np.ndarray, "n *columns"]) -> Float[np.ndarray, "n *columns"]:
    """The share of examples below each one, ties counted half, less 1/2: ranks about their mean."""
    from scipy.stats import rankdata  # noqa: PLC0415 - when it is needed

    n = len(values)
    ranks: np.ndarray = (rankdata(values, axis=0) - (n + 1) / 2) / n
    return ranks


def _covariance(
    f: np.ndarray, g: np.ndarray, y: np.ndarray, p: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(*columns) mean of f * g over examples, and (n, *columns) its influences."""
    total = (f * g).mean(axis=0)
    # The mean over other examples of [y' > y] - F(y') ... is what ranks add, about their means.
    moved = f * g + _above(y, g) + _above(p, f) - 3.0 * total[None]
    return total, moved - moved.mean(axis=0)[None]


def _above(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """For each example the mean weight of examples with larger values, ties counted half."""
    n = len(values)
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    sums = np.cumsum(np.take_along_axis(weights, order, axis=0), axis=0)
    sums = np.concatenate([np.zeros_like(sums[:1]), sums])
    place = np.broadcast_to(np.arange(n).reshape(-1, *[1] * (values.ndim - 1)), values.shape)
    new = np.concatenate([np.ones_like(ordered[:1], bool), ordered[1:] != ordered[:-1]])
    first = np.maximum.accumulate(np.where(new, place, 0), axis=0)
    last_new = np.concatenate([new[1:], np.ones_like(new[:1])])
    last = np.minimum.accumulate(np.where(last_new, place, n - 1)[::-1], axis=0)[::-1]
    below, up_to = (np.take_along_axis(sums, i, axis=0) for i in (first, last + 1))
    found = (sums[-1:] - (below + up_to) / 2) / n
    result: np.ndarray = np.empty_like(found)
    np.put_along_axis(result, order, found, axis=0)
    return result
