"""Intervals from standard errors: Fieller's, the bootstrap-t, and the two joined.

Both ask which values of the ratio the data do not contradict. Fieller's interval ("Some problems in
interval estimation", 1954) takes Student's quantile and knows that the denominator is uncertain
too: it is longer on the side where a smaller denominator would put the ratio. The bootstrap-t
(Efron, 1979; Hall, "Theoretical comparison of bootstrap confidence intervals", 1988) takes the
quantile from resamples, each measured by its own standard error: it is longer on the side where
skewed losses hide. Losses are skewed and damages uncertain at once, so that each alone covers too
little, and the default reaches on each side as far as the further of the two.
"""

import numpy as np

from aann.statistics.parts import Parts
from aann.statistics.quantiles import quantiles


def pivots(estimates: np.ndarray, draws: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """How many of its own standard errors each resample is off, (..., draws)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = draws - estimates[..., None]
        found: np.ndarray = np.where(shift == 0, 0.0, shift / errors)
    return found


def bootstrap_t(
    estimates: np.ndarray, draws: np.ndarray, errors: np.ndarray, parts: Parts, confidence: float
) -> np.ndarray:
    """Ends (rows, 2) of ``estimates`` (rows,), from resamples (rows, draws) and their errors."""
    tail = (1.0 - confidence) / 2.0
    levels = np.broadcast_to(np.asarray([1.0 - tail, tail]), (len(estimates), 2))
    off = quantiles(pivots(estimates, draws, errors), levels)
    ends: np.ndarray = estimates[:, None] - off * parts.error()[:, None]
    return ends


def fieller(estimates: np.ndarray, parts: Parts, reach: float | np.ndarray) -> np.ndarray:
    """Ends (rows, 2) of ratios; infinite where the denominator may as well be zero.

    Args:
        estimates: (rows,).
        parts: of the ratios.
        reach: in standard errors, at most this many; see ``student``.
    """
    bottom, first, both, second = parts.spreads()
    # (x bottom)^2 = reach^2 (first - 2 x both + x^2 second), x from the estimate on.
    squared = np.square(reach)
    leading = bottom**2 - squared * second
    bounded = (leading > 0) & (bottom > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        root = reach * np.sqrt(squared * both**2 + np.maximum(leading, 0.0) * first)
        middle = -squared * both
        low, high = (middle - root) / leading, (middle + root) / leading
    ends = [np.where(bounded, low, -np.inf), np.where(bounded, high, np.inf)]
    return np.asarray(estimates[:, None] + np.stack(ends, axis=-1))


def joined(
    estimates: np.ndarray, draws: np.ndarray, errors: np.ndarray, parts: Parts, confidence: float
) -> np.ndarray:
    """On each side the further end (rows, 2) of bootstrap-t and Fieller."""
    one = bootstrap_t(estimates, draws, errors, parts, confidence)
    other = fieller(estimates, parts, student(parts.units, confidence))
    ends = [np.minimum(one[:, 0], other[:, 0]), np.maximum(one[:, 1], other[:, 1])]
    return np.stack(ends, axis=-1)


def student(units: int, confidence: float) -> float:
    """Student's two-sided quantile for means over so many."""
    from scipy.special import stdtrit  # noqa: PLC0415 - when it is needed

    return float(stdtrit(units - 1, (1.0 + confidence) / 2.0))


def bounded(parts: Parts, confidence: float) -> np.ndarray:
    """(...), whether the denominators are so clearly above zero that Fieller's interval ends."""
    mean, _, _, second = parts.spreads()
    return np.asarray(mean > student(parts.units, confidence) * np.sqrt(second))
