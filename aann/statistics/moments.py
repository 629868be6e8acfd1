"""Sums over examples and positions, in float64, and what follows from them for each unit.

A natural value is y and what stands in for it p. Each batch is summed about its own means and the
sums of batches and processes are merged (Chan, Golub and LeVeque, "Updating formulae and a pairwise
algorithm for computing sample variances", 1979), so that no value has to be kept and a large mean
costs no digits. Means, R2, correlation and the affine map from p to y follow from them.

A unit with several coordinates (a head) has a column for each: what is pooled over them is what
varies about the mean of each.
"""

import functools
from collections.abc import Iterable

import numpy as np
from jaxtyping import Bool, Float

Moments = Float[np.ndarray, "*rows 11 columns"]
"""Number of values, means of y and p; sums of squares of y, of p and products, about the means;
sum of (y - p)^2; least and largest y; least and largest p."""

COUNT = 11

CONSTANT = 1e-6
"""Relative to its size: a value that varies by less is constant, up to rounding in float32."""


def empty(rows: tuple[int, ...], columns: int) -> Moments:
    """The sums of nothing."""
    sums = np.zeros((*rows, COUNT, columns))
    sums[..., (7, 9), :], sums[..., (8, 10), :] = np.inf, -np.inf
    return sums


def moments(
    natural: Float[np.ndarray, "values columns"], program: Float[np.ndarray, "values columns"]
) -> Float[np.ndarray, "11 columns"]:
    """The sums of some values."""
    if not len(natural):
        return empty((), natural.shape[1])
    y, p = (v.astype(np.float64) for v in (natural, program))
    mean_y, mean_p = y.mean(0), p.mean(0)
    pairs = ((y - mean_y, y - mean_y), (p - mean_p, p - mean_p), (y - mean_y, p - mean_p))
    products = [np.einsum("nu,nu->u", a, b) for a, b in (*pairs, (y - p, y - p))]
    ends = [y.min(0), y.max(0), p.min(0), p.max(0)]
    return np.stack([np.full(y.shape[1], float(len(y))), mean_y, mean_p, *products, *ends])


def merge(parts: Iterable[Moments]) -> Moments:
    """The sums of all values whose sums these are."""
    return functools.reduce(_merged, parts)


def pooled(sums: Moments, units: int) -> Float[np.ndarray, "*rows 11 units"]:
    """The sums for each unit of columns that are (coordinates, units), as if all were one."""
    split = sums.reshape(*sums.shape[:-1], -1, units)
    return merge(np.moveaxis(split, -2, 0))


def mean(sums: Moments) -> Float[np.ndarray, "*rows columns"]:
    """Of the natural values; NaN where there are none."""
    found: np.ndarray = np.where(sums[..., 0, :] > 0, sums[..., 1, :], np.nan)
    return found


def agreement(
    sums: Moments, units: int
) -> tuple[Float[np.ndarray, "*rows units"], Float[np.ndarray, "*rows units"]]:
    """R2 and Pearson's correlation for each unit, about the mean of each of its coordinates.

    R2 is NaN where the natural values do not vary, correlation where either do not.

    Args:
        sums: of columns (coordinates, units).
        units: how many.
    """
    _, _, _, yy, pp, yp, squares, *_ = np.moveaxis(sums, -2, 0)
    vary_y, vary_p = varying(sums, 7), varying(sums, 9)

    def total(values: np.ndarray) -> np.ndarray:
        found: np.ndarray = values.reshape(*values.shape[:-1], -1, units).sum(-2)
        return found

    yy, pp = total(np.where(vary_y, yy, 0.0)), total(np.where(vary_p, pp, 0.0))
    yp, squares = total(np.where(vary_y & vary_p, yp, 0.0)), total(squares)
    r2, correlation = np.full_like(yy, np.nan), np.full_like(yy, np.nan)
    np.divide(squares, yy, out=r2, where=yy > 0)
    spread = np.sqrt(yy) * np.sqrt(pp)
    np.divide(yp, spread, out=correlation, where=spread > 0)
    return 1.0 - r2, np.clip(correlation, -1.0, 1.0)


def affine(
    sums: Moments,
) -> tuple[Float[np.ndarray, "*rows columns"], Float[np.ndarray, "*rows columns"]]:
    """Least-squares slope and offset of y on p; a slope of 0 where p hardly varies.

    A slope beyond a million only blows up the rounding of p: such a p counts as constant too.
    """
    _, y, p, yy, pp, yp, *_ = np.moveaxis(sums, -2, 0)
    varies = varying(sums, 9) & (pp > CONSTANT**2 * yy)
    slope = np.divide(yp, pp, out=np.zeros_like(y), where=varies)
    return slope, y - slope * p


def _merged(a: Moments, b: Moments) -> Moments:
    n, m = a[..., :1, :], b[..., :1, :]
    total = n + m
    share = np.divide(m, total, out=np.zeros_like(n + m), where=total > 0)
    apart = b[..., 1:3, :] - a[..., 1:3, :]
    y, p = apart[..., :1, :], apart[..., 1:, :]
    between = np.concatenate([y * y, p * p, y * p, np.zeros_like(y)], axis=-2) * n * share
    return np.concatenate(
        [
            total,
            a[..., 1:3, :] + apart * share,
            a[..., 3:7, :] + b[..., 3:7, :] + between,
            np.minimum(a[..., 7:8, :], b[..., 7:8, :]),
            np.maximum(a[..., 8:9, :], b[..., 8:9, :]),
            np.minimum(a[..., 9:10, :], b[..., 9:10, :]),
            np.maximum(a[..., 10:, :], b[..., 10:, :]),
        ],
        axis=-2,
    )


def varying(sums: Moments, low: int) -> Bool[np.ndarray, "*rows columns"]:
    """Whether values vary by more than rounding: y's (``low`` is 7) or p's (9)."""
    least, most = sums[..., low, :], sums[..., low + 1, :]
    size = np.maximum(np.abs(least), np.abs(most))
    varies: np.ndarray = (most > least) & (most - least > CONSTANT * size)
    return varies
