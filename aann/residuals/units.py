"""How each unit and the program agree: correlation, R2, slopes, bias, error, how often they fire.

A slope of natural on artificial below 1 says that the program overshoots where it fires: large
artificial values are, on the mean, smaller in nature. The slope the other way round is below 1
wherever the correlation is, of a program without any error of scale, too.

Intervals of correlation and R2 are the jackknife's of reports (``aann.statistics.agreement``),
those of all else percentiles of a bootstrap; both over examples, or groups of them, and both NaN
for fewer than 10 of these. Numbers that are not defined, R2 of a constant unit, say, are NaN.
"""

import dataclasses

import numpy as np
from jaxtyping import Float64

from aann.residuals.about import About, Folded, about, folded, ratio, shown
from aann.residuals.observed import Observed
from aann.residuals.spread import CONFIDENCE, enough, spread
from aann.shown.screen import Shown, Tabular
from aann.statistics import moments
from aann.statistics.agreement import Part
from aann.statistics.agreement import agreement as with_intervals
from aann.statistics.each import each, kept, together

Ends = Float64[np.ndarray, "units 3"]
"""Estimate and the ends of its interval."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Units(Tabular):
    """What ``units`` found. Each is (units, 3): estimate, low, high.

    Attributes:
        about: which values.
        correlation: Pearson's, over examples and positions.
        r2: 1 - squared error / squared deviation of the natural values from their mean.
        slope: of natural on artificial, least squares.
        slope_back: of artificial on natural.
        bias: mean of natural minus artificial.
        squared: mean squared error.
        fires: share of positions where the natural value is above 0.
        fires_artificially: where the artificial is.
    """

    about: About
    correlation: Ends
    r2: Ends
    slope: Ends
    slope_back: Ends
    bias: Ends
    squared: Ends
    fires: Ends
    fires_artificially: Ends

    def _shown(self) -> Shown:
        columns = (
            self.correlation, self.r2, self.slope, self.slope_back, self.bias, self.squared,
            self.fires, self.fires_artificially,
        )  # fmt: skip
        marks = (".2f", ".2f", ".2f", ".2f", "+.2g", ".2g", ".1%", ".1%")
        rows = [
            [
                str(unit),
                *(_cell(c[i], mark) for c, mark in zip(columns[:3], marks, strict=False)),
                *(shown(c[i, 0], mark) for c, mark in zip(columns[3:], marks[3:], strict=True)),
            ]
            for i, unit in enumerate(self.about.units)
        ]
        return Shown(
            self.about.lines("units and program"),
            [
                [
                    "unit", "correlation", "R2", "slope", "slope back", "bias", "squared error",
                    "fires", "program fires",
                ],
                *rows,
            ],
            [
                "slope: of natural on artificial; back: the other way round; bias: natural minus",
                "artificial; fires: share of positions above 0; 95% intervals over examples",
            ],
            drop=(4, 6),
        )  # fmt: skip


def units(part: Observed) -> Units:
    """Agreement of each unit with the program, with intervals over examples."""
    values = folded(part)
    groups = part.examples.groups
    sums = each(part.natural, part.artificial, part.present, part.coordinates)
    slope, back, bias, squared, fires, fires_too = np.moveaxis(
        spread(_sums(values, together(sums)), _statistics, groups), 1, 0
    )
    correlation, r2 = _agreement(part, sums)
    return Units(about(part), correlation, r2, slope, back, bias, squared, fires, fires_too)


def agreement(part: Observed) -> tuple[np.ndarray, np.ndarray]:
    """R2 and correlation (units,), without intervals."""
    sums = each(part.natural, part.artificial, part.present, part.coordinates)
    return moments.agreement(together(sums), len(part.replacement.units))


def _agreement(part: Observed, sums: Float64[np.ndarray, "n 11 columns"]) -> tuple[Ends, Ends]:
    """Correlation and R2 as reports have them."""
    width = len(part.replacement.units)
    whole = together(sums)
    r2, correlation = moments.agreement(whole, width)
    ends = np.full((2, width, 2), np.nan)
    if enough(len(sums), part.examples.groups):
        found = with_intervals(
            [Part(kept(sums, width), whole, width)], part.examples.groups, CONFIDENCE
        )
        ends = found.units[:2, :, 1:]
    pairs = zip((correlation, r2), ends, strict=True)
    of_correlation, of_r2 = (np.concatenate([x[:, None], y], axis=1) for x, y in pairs)
    return of_correlation, of_r2


def _sums(values: Folded, whole: moments.Moments) -> Float64[np.ndarray, "n 8 units"]:
    """Of each example: values; y - p; yy, pp, yp about the means; (y - p)^2; how many fire."""
    y, p, here = values
    count = here.sum(axis=1).astype(np.float64)
    total = max(count.sum(), 1.0)
    known = here[:, :, None, None]
    dy, dp = (
        (x - x.sum(axis=(0, 1), keepdims=True) / total)
        * (known & moments.varying(whole, low).reshape(y.shape[2:])[None, None])
        for x, low in ((y, 7), (p, 9))
    )
    difference = values.residual
    size = np.broadcast_to(count[:, None] * y.shape[2], (len(y), y.shape[-1]))
    pairs = ((dy, dy), (dp, dp), (dy, dp), (difference, difference))
    return np.stack(
        [
            size,
            difference.sum(axis=(1, 2)),
            *(np.einsum("npcu,npcu->nu", a, b) for a, b in pairs),
            (y > 0).sum(axis=(1, 2), dtype=np.float64),
            (p > 0).sum(axis=(1, 2), dtype=np.float64),
        ],
        axis=1,
    )


def _statistics(sums: Float64[np.ndarray, "8 *rows"]) -> Float64[np.ndarray, "*rows 6"]:
    size, difference, yy, pp, yp, squares, fires, fires_too = sums
    slope, back = (ratio(yp, x) for x in (pp, yy))
    others = (ratio(x, size) for x in (difference, squares, fires, fires_too))
    return np.stack([slope, back, *others], axis=-1)


def _cell(ends: np.ndarray, mark: str) -> str:
    middle, low, high = ends.tolist()
    if not np.isfinite([low, high]).all():
        return shown(middle, mark)
    return f"{middle:{mark}} [{low:{mark}}, {high:{mark}}]"
