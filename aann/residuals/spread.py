"""Intervals over examples of what follows from sums over each of them.

Percentiles of resamples of examples (or of their groups), all statistics under the same ones.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

import numpy as np
from jaxtyping import Float64

from aann.statistics.bootstrap import MINIMUM
from aann.statistics.quantiles import percentile
from aann.statistics.resample import draw_means

DRAWS: Final = 1000
CONFIDENCE: Final = 0.95
_ROOM: Final = 2**23  # numbers of resamples at a time

Statistic = Callable[[Float64[np.ndarray, "sums *rows columns"]], Float64[np.ndarray, "*shape"]]


def enough(n: int, groups: Sequence[Hashable] | None) -> bool:
    """Whether so many examples, or groups, give an interval."""
    return (n if groups is None else len(set(groups))) >= MINIMUM


def spread(
    sums: Float64[np.ndarray, "n sums columns"],
    statistic: Statistic,
    groups: Sequence[Hashable] | None,
) -> Float64[np.ndarray, "columns *kinds 3"]:
    """Estimates with the ends of their intervals, which are NaN for fewer than 10 examples.

    Args:
        sums: of each example.
        statistic: (sums, rows, columns) of totals, up to a factor -> (rows, columns) or, several
            of them, (rows, columns, kinds).
        groups: labels of examples that belong together, or None.
    """
    n, kinds, columns = sums.shape
    estimate = statistic(sums.mean(axis=0)[:, None])[0]
    if not columns or not enough(n, groups):
        return np.stack([estimate, *[np.full_like(estimate, np.nan)] * 2], axis=-1)
    found = []
    at_once = max(1, _ROOM // (DRAWS * kinds))
    for start in range(0, columns, at_once):
        some = sums[:, :, start : start + at_once]
        drawn = draw_means(some.reshape(n, -1), draws=DRAWS, groups=groups)
        found.append(statistic(np.moveaxis(drawn.reshape(DRAWS, kinds, -1), 0, 1)))
    draws = np.concatenate(found, axis=1).reshape(DRAWS, -1).T
    ends = np.full((len(draws), 2), np.nan)
    known = np.isfinite(draws).any(axis=1)
    ends[known] = percentile(draws[known], CONFIDENCE)
    return np.concatenate([estimate[..., None], ends.reshape(*estimate.shape, 2)], axis=-1)
