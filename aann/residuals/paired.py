"""How much better one of two artificial values of the same units correlates with the natural ones.

The interval is that of the jackknife over examples (or groups) of the difference itself: what both
share cancels in it, see ``aann.statistics.agreement``.
"""

from collections.abc import Hashable, Sequence

import numpy as np
from jaxtyping import Float

from aann.report.estimate import Estimate
from aann.statistics.each import together
from aann.statistics.moments import varying
from aann.statistics.resample import group_sums
from aann.statistics.studentised import student

Each = Float[np.ndarray, "n 11 columns"]
"""Of each example, see ``aann.statistics.each``."""


def gain(
    before: Each,
    after: Each,
    units: int,
    *,
    groups: Sequence[Hashable] | None,
    confidence: float,
) -> tuple[Float[np.ndarray, " units"], Float[np.ndarray, " units"], tuple[Estimate, ...]]:
    """Correlations before and after, and of each unit after minus before.

    Args:
        before: sums over the positions of each example, columns (coordinates, units).
        after: likewise.
        units: how many.
        groups: examples that are left out together, or None.
        confidence: of the interval.

    Returns:
        (units,) Pearson's correlations, NaN where either value is constant, and the differences,
        not identified there.
    """
    both = np.concatenate([_spreads(before, units), _spreads(after, units)])
    grouped = np.stack([group_sums(x, groups)[0] for x in both])
    total = grouped.sum(axis=1, keepdims=True)
    first, second = (x[0] for x in _correlations(total))
    earlier, later = _correlations(total - grouped)
    moved, n = later - earlier, grouped.shape[1]
    error = np.sqrt((n - 1) / n * np.square(moved - moved.mean(axis=0)[None]).sum(axis=0))
    reach = student(n, confidence) * error
    change = second - first
    ends = zip(change, change - reach, change + reach, strict=True)
    return first, second, tuple(_estimate(*map(float, x)) for x in ends)


def _estimate(middle: float, low: float, high: float) -> Estimate:
    if not np.isfinite([middle, low, high]).all():
        return Estimate(None, None, None, identified=False)
    return Estimate(middle, low, high)


def _spreads(sums: Each, units: int) -> Float[np.ndarray, "3 n units"]:
    """What each example adds to yy, pp and yp about the mean of all."""
    whole = together(sums)
    count, vary = sums[:, 0], [varying(whole, low) for low in (7, 9)]
    y, p = (sums[:, k] - whole[None, k] for k in (1, 2))
    found = []
    for k, (a, b, where) in enumerate(
        ((y, y, vary[0]), (p, p, vary[1]), (y, p, vary[0] & vary[1])), start=3
    ):
        each = np.where(where[None], sums[:, k] + count * a * b, 0.0)
        found.append(each.reshape(len(sums), -1, units).sum(axis=1))
    return np.stack(found)


def _correlations(sums: Float[np.ndarray, "6 k units"]) -> list[Float[np.ndarray, "k units"]]:
    found = []
    for yy, pp, yp in (sums[:3], sums[3:]):
        spread = np.sqrt(np.maximum(yy, 0.0)) * np.sqrt(np.maximum(pp, 0.0))
        r = np.divide(yp, spread, out=np.full_like(yp, np.nan), where=spread > 0)
        found.append(np.clip(r, -1.0, 1.0))
    return found
