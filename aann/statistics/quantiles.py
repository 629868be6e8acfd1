"""Quantiles of draws of which some have no value, and BCa's choice of them."""

from statistics import NormalDist

import numpy as np

_normal = np.vectorize(NormalDist().cdf, otypes=[float])  # of few numbers: two an interval
_quantile = np.vectorize(NormalDist().inv_cdf, otypes=[float])


def percentile(draws: np.ndarray, confidence: float) -> np.ndarray:
    """The ends (rows, 2) of the middle part of draws (rows, draws); NaN is left out."""
    return quantiles(draws, _plain(len(draws), confidence))


def bca(
    estimates: np.ndarray, draws: np.ndarray, without: np.ndarray, confidence: float
) -> np.ndarray:
    """Ends (rows, 2) moved for bias and skewness (Efron, 1987).

    Args:
        estimates: (rows,).
        draws: (rows, draws); NaN is left out.
        without: (rows, units), how much each estimate moves when a unit is left out.
        confidence: two-sided.
    """
    ordered = np.sort(draws, axis=-1)  # NaN comes last
    count = np.sum(~np.isnan(ordered), axis=-1)
    plain = _plain(len(estimates), confidence)
    at = estimates[:, None]
    below = (np.sum(ordered < at, axis=-1) + np.sum(ordered <= at, axis=-1)) / (2.0 * count)
    half = 0.5 / count  # as near to 0 or 1 as so many draws can tell
    bias = _quantile(np.clip(below, half, 1.0 - half))[:, None]
    influence = without.mean(axis=-1, keepdims=True) - without
    spread = (influence**2).sum(axis=-1)
    # Below this the influences are rounding: the statistic is the same whichever unit is out.
    negligible = influence.shape[-1] * (1e-14 * np.abs(estimates)) ** 2
    varied = spread > negligible
    skew = (influence**3).sum(axis=-1) / (6.0 * np.where(varied, spread, 1.0) ** 1.5)
    shifted = bias + _quantile(plain)
    moved: np.ndarray = _normal(
        bias + shifted / (1.0 - np.where(varied, skew, 0.0)[:, None] * shifted)
    )
    last = np.take_along_axis(ordered, count[:, None] - 1, axis=-1)
    return _interpolated(ordered, count, np.where(last == ordered[:, :1], plain, moved))


def quantiles(draws: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Quantiles (rows, levels) of each row's draws that have a value."""
    ordered = np.sort(draws, axis=-1)
    return _interpolated(ordered, np.sum(~np.isnan(ordered), axis=-1), levels)


def _plain(rows: int, confidence: float) -> np.ndarray:
    tail = (1.0 - confidence) / 2.0
    return np.broadcast_to(np.asarray([tail, 1.0 - tail]), (rows, 2))


def _interpolated(ordered: np.ndarray, count: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Quantiles of the first ``count`` of each row's draws, interpolated linearly as by NumPy."""
    place = levels * (count - 1)[:, None]
    left = np.clip(np.floor(place).astype(np.int64), 0, count[:, None] - 1)
    right = np.minimum(left + 1, count[:, None] - 1)
    low, high = (np.take_along_axis(ordered, i, axis=-1) for i in (left, right))
    part = place - left
    # Both forms are exact at their own end, so that equal draws have that very quantile.
    mixed: np.ndarray = np.where(
        part < 0.5, low + (high - low) * part, high - (high - low) * (1 - part)
    )
    return mixed
