"""Calibration: what the unit does, on the mean, where the program says so much.

A program whose values can be taken at their word lies on the diagonal. A straight line beside it is
an error of scale, a bent one an error of the response's shape; what scatters about the line is not
seen here. Bins are of artificial values, those of exactly 0 apart, as in
``aann.residuals.quantiles``.
"""

import dataclasses

import numpy as np
from jaxtyping import Float64, Int

from aann.residuals.about import About, about, folded, ratio, shown
from aann.residuals.observed import Observed
from aann.residuals.quantiles import check_bins, in_bins
from aann.residuals.spread import spread
from aann.shown.screen import Shown, Tabular


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Calibration(Tabular):
    """What ``calibration`` found.

    Attributes:
        about: which values.
        count: (units, bins + 1) values in each bin, those where the program is silent first.
        artificial: likewise, the mean artificial value; NaN where there is none, as below.
        natural: (units, bins + 1, 3), the mean natural value with its 95% interval over examples;
            its ends are NaN for fewer than 10 examples.
        gap: (units,), root of the mean squared distance from the diagonal, over values, in
            standard deviations of the natural values; NaN where these do not vary.
    """

    about: About
    count: Int[np.ndarray, "units bins"]
    artificial: Float64[np.ndarray, "units bins"]
    natural: Float64[np.ndarray, "units bins 3"]
    gap: Float64[np.ndarray, " units"]

    def _shown(self) -> Shown:
        bins = self.count.shape[1] - 1
        names = ["silent", *(f"{k / bins:.0%} to {(k + 1) / bins:.0%}" for k in range(bins))]
        rows = [
            [
                str(unit), names[k], f"{self.count[i, k]:,}", shown(self.artificial[i, k]),
                _cell(self.natural[i, k]), shown(self.gap[i], ".2f"),
            ]
            for i, unit in enumerate(self.about.units)
            for k in range(bins + 1)
            if self.count[i, k]
        ]  # fmt: skip
        return Shown(
            self.about.lines("calibration"),
            [["unit", "program's quantiles", "values", "artificial", "natural", "gap"], *rows],
            [
                "natural: mean where the program says so much, 95% interval over examples; gap: "
                "root mean",
                "square of natural minus artificial over bins, in the unit's standard deviations",
            ],
            left=2,
        )


def calibration(part: Observed, bins: int = 10) -> Calibration:
    """Mean natural value in bins of the artificial one.

    Args:
        part: what was observed.
        bins: of the values that are not 0.

    Raises:
        ValueError: there is no bin.
    """
    check_bins(bins)
    natural, artificial, here = folded(part)
    n, width = len(natural), natural.shape[-1]
    example = np.broadcast_to(np.arange(n)[:, None, None], natural.shape[:-1])[here].ravel()
    sums = np.zeros((n, 3, width, bins + 1))
    deviation = np.empty(width)
    for unit in range(width):
        y, p = (x[..., unit][here].ravel() for x in (natural, artificial))
        at = example * (bins + 1) + in_bins(p, bins).of
        for kind, values in enumerate((None, p, y)):
            found = np.bincount(at, values, minlength=n * (bins + 1))
            sums[:, kind, unit] = found.reshape(n, bins + 1)
        deviation[unit] = np.std(y) if len(y) else np.nan
    ends = spread(
        sums[:, (0, 2)].reshape(n, 2, -1), lambda x: ratio(x[1], x[0]), part.examples.groups
    ).reshape(width, bins + 1, 3)
    count, said, _ = sums.sum(axis=0)
    means = ratio(said, count)
    apart = np.where(count > 0, ends[..., 0] - means, 0.0)
    gap = np.sqrt(ratio((count * apart**2).sum(axis=1), count.sum(axis=1)))
    return Calibration(about(part), count.astype(np.int64), means, ends, ratio(gap, deviation))


def _cell(ends: np.ndarray) -> str:
    middle, low, high = ends.tolist()
    if not np.isfinite([low, high]).all():
        return shown(middle)
    return f"{middle:.3g} [{low:.3g}, {high:.3g}]"
