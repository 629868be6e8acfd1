"""Sums over examples and positions, in float64, and what follows from them for each unit.

A natural value is y and what stands in for it p. Sums are added over batches and processes, so that
no value has to be kept: means, R2, correlation and the affine map from p to y follow from them.
"""

import numpy as np
from jaxtyping import Bool, Float

Moments = Float[np.ndarray, "*rows 7 units"]
"""Sums of 1, y, p, yy, pp, yp and (y - p)^2."""

COUNT = 7


def moments(
    natural: Float[np.ndarray, "*places units"], values: Float[np.ndarray, "*places units"]
) -> Float[np.ndarray, "7 units"]:
    """The sums of some values; those of several batches add up."""
    y, p = (v.reshape(-1, v.shape[-1]).astype(np.float64) for v in (natural, values))
    products = [np.einsum("nu,nu->u", a, b) for a, b in ((y, y), (p, p), (y, p), (y - p, y - p))]
    return np.stack([np.full(y.shape[1], float(len(y))), y.sum(0), p.sum(0), *products])


def mean(sums: Moments) -> Float[np.ndarray, "*rows units"]:
    """Of the natural values."""
    n, y, *_ = np.moveaxis(sums, -2, 0)
    found: np.ndarray = y / n
    return found


def agreement(
    sums: Moments,
) -> tuple[Float[np.ndarray, "*rows units"], Float[np.ndarray, "*rows units"]]:
    """R2 and Pearson's correlation; correlation is NaN where the values hardly vary."""
    n, *_, squares = np.moveaxis(sums, -2, 0)
    variance_y, variance_p, covariance = _variances(sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = 1.0 - squares / n / variance_y
        spread = np.sqrt(np.maximum(variance_y, 0) * np.maximum(variance_p, 0))
        correlation = np.where(_varies(sums), covariance / spread, np.nan)
    return r2, correlation


def affine(
    sums: Moments,
) -> tuple[Float[np.ndarray, "*rows units"], Float[np.ndarray, "*rows units"]]:
    """Least-squares slope and offset of y on p; a slope of 0 where p hardly varies."""
    n, y, p, *_ = np.moveaxis(sums, -2, 0)
    _, variance, covariance = _variances(sums)
    slope = np.divide(covariance, variance, out=np.zeros_like(y), where=_varies(sums))
    return slope, y / n - slope * p / n


def _varies(sums: Moments) -> Bool[np.ndarray, "*rows units"]:
    """Whether p varies: what hardly does, beside its own size or the units' spread, is rounding."""
    n, _, _, _, pp, *_ = np.moveaxis(sums, -2, 0)
    variance_y, variance_p, _ = _variances(sums)
    varies: np.ndarray = variance_p > np.maximum(1e-13 * pp / n, 1e-12 * variance_y)
    return varies


def _variances(sums: Moments) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of y, of p, and between them."""
    n, y, p, yy, pp, yp, _ = np.moveaxis(sums, -2, 0)
    return yy / n - (y / n) ** 2, pp / n - (p / n) ** 2, yp / n - (y / n) * (p / n)
