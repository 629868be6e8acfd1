"""Intervals that hold for many estimates at once: max-T over the same resamples.

Of twenty equal programs the best one is the luckiest, and its own interval misses the truth far
more often than it says. These reach as many standard errors to both sides of every estimate as the
furthest of all estimates is off in a resample, at the chosen confidence (Westfall & Young,
*Resampling-based multiple testing*, 1993), so that all hold together, and so does that of whichever
was picked. What programs share, the examples, counts once: the more alike they are the less it
costs.
"""

import dataclasses

import numpy as np

from aann.statistics import studentised
from aann.statistics.interval import Interval

SEVERAL = 2
"""Fewest estimates that are several."""


def simultaneous(found: Interval) -> Interval:
    """The same estimates, whose ends hold for all along the first axis together.

    No end is nearer than that of the estimate alone. What is not identified at a confidence that
    many need has no ends.

    Args:
        found: estimates (rows, ...), under the same resamples.

    Raises:
        ValueError: there is no axis of rows.
    """
    if found.estimate.ndim == 0:
        raise ValueError("simultaneous intervals are those of several rows, got one estimate")
    off = np.abs(studentised.pivots(found.estimate, found.draws, found.errors))
    off = np.where(found.identified[..., None] & ~np.isnan(off), off, 0.0)
    reach = np.quantile(off.max(axis=0), found.setting.confidence, axis=-1)
    reach = np.maximum(reach, studentised.student(found.parts.units, found.setting.confidence))
    low, high = np.full((2, *found.estimate.shape), np.nan)
    known = found.identified.copy()
    each = np.broadcast_to(reach, found.estimate.shape)[known]
    if known.any():
        estimate, parts = found.estimate[known], found.parts[known]
        ends = studentised.fieller(estimate, parts, each)
        width = each * parts.error()
        low[known] = np.minimum.reduce([ends[:, 0], estimate - width, found.low[known]])
        high[known] = np.maximum.reduce([ends[:, 1], estimate + width, found.high[known]])
    known &= np.isfinite(low) & np.isfinite(high)
    low, high, estimate = (np.where(known, x, np.nan) for x in (low, high, found.estimate))
    return dataclasses.replace(found, estimate=estimate, low=low, high=high, identified=known)
