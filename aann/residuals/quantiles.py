"""Error against natural activation: in which part of a unit's range the program is wrong.

Each unit has bins of about as many positions each. Units behind a ReLU are silent at most
positions, at exactly 0: these have a bin of their own, and so do equal values in general (a bin
that other bins' ends leave nothing to is empty). Of all units together a bin has that bin of each.
"""

import dataclasses
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int

from aann.residuals.about import About, about, folded, ratio, shown
from aann.residuals.observed import Observed
from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular
from aann.statistics.indices import is_count


class Bins(NamedTuple):
    """Values of one unit sorted into bins.

    Attributes:
        edges: (bins + 1,), of those that are not silent; NaN where all are.
        of: (values,), which bin each is in, the silent ones in bin 0.
    """

    edges: Float64[np.ndarray, " edges"]
    of: Int[np.ndarray, " values"]

    def __repr__(self) -> str:
        return brief(self)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ErrorByQuantile(Tabular):
    """What ``by_quantile`` found; rows are units, the last one all of them together.

    Attributes:
        about: which values.
        edges: (units, bins + 1), natural values between which the bins lie; NaN where all are 0.
        count: (units + 1, bins + 1) values in each bin, the silent ones first.
        natural: likewise, the mean natural value; NaN where there is none, as below.
        artificial: the mean artificial one.
        bias: mean of natural minus artificial.
        absolute: mean size of that.
        squared: mean square of it.
        share: of the row's squared error; NaN where it has none.
    """

    about: About
    edges: Float64[np.ndarray, "units edges"]
    count: Int[np.ndarray, "rows bins"]
    natural: Float64[np.ndarray, "rows bins"]
    artificial: Float64[np.ndarray, "rows bins"]
    bias: Float64[np.ndarray, "rows bins"]
    absolute: Float64[np.ndarray, "rows bins"]
    squared: Float64[np.ndarray, "rows bins"]
    share: Float64[np.ndarray, "rows bins"]

    @property
    def labels(self) -> list[str]:
        """Of the bins."""
        bins = self.count.shape[1] - 1
        return ["silent", *(f"{k / bins:.0%} to {(k + 1) / bins:.0%}" for k in range(bins))]

    def _shown(self) -> Shown:
        columns = (self.natural, self.artificial, self.bias, self.absolute)
        rows = [
            [
                str(name), label, f"{self.count[i, k]:,}",
                *(shown(c[i, k]) for c in columns), shown(self.share[i, k], ".1%"),
            ]
            for i, name in [(-1, "all"), *enumerate(self.about.units)]
            for k, label in enumerate(self.labels)
            if self.count[i, k]
        ]  # fmt: skip
        head = ["unit", "quantiles", "values", "natural", "artificial", "bias", "size", "share"]
        return Shown(
            self.about.lines("error by natural activation"),
            [head, *rows],
            [
                "bias: mean of natural minus artificial; size: its mean absolute value; share: of "
                "the unit's",
                "squared error; silent: natural values of exactly 0",
            ],
            left=2,
        )


def by_quantile(part: Observed, bins: int = 10) -> ErrorByQuantile:
    """Error in bins of the natural value.

    Args:
        part: what was observed.
        bins: of the values that are not 0.

    Raises:
        ValueError: there is no bin.
    """
    check_bins(bins)
    y_all, p_all, here = folded(part)
    edges, tables = [], []
    for unit in range(y_all.shape[-1]):
        y, p = (x[..., unit][here].ravel() for x in (y_all, p_all))
        found = in_bins(y, bins)
        edges.append(found.edges)
        tables.append(totals(found.of, bins, np.stack([y, p, y - p, np.abs(y - p), (y - p) ** 2])))
    sums = np.stack(tables)  # (units, 6, bins + 1)
    sums = np.concatenate([sums, sums.sum(axis=0, keepdims=True)])
    means = (ratio(sums[:, i], sums[:, 0]) for i in range(1, 6))
    share = ratio(sums[:, 5], sums[:, 5].sum(axis=1, keepdims=True))
    natural, artificial, bias, absolute, squared = means
    return ErrorByQuantile(
        about(part), np.stack(edges), sums[:, 0].astype(np.int64),
        natural, artificial, bias, absolute, squared, share,
    )  # fmt: skip


def in_bins(values: Float64[np.ndarray, " values"], bins: int) -> Bins:
    """Values in bins of as many each, as far as equal ones allow, those of exactly 0 apart."""
    loud = values != 0
    if not loud.any():
        return Bins(np.full(bins + 1, np.nan), np.zeros(len(values), np.int64))
    edges = np.quantile(values[loud], np.linspace(0, 1, bins + 1))
    of = 1 + np.searchsorted(edges[1:-1], values, side="right")
    return Bins(edges, np.where(loud, of, 0))


def totals(
    of: Int[np.ndarray, " values"], bins: int, values: Float64[np.ndarray, "kinds values"]
) -> Float64[np.ndarray, "sums bins"]:
    """(1 + kinds, bins + 1): how many there are in each bin, and what they sum to."""
    counts = np.bincount(of, minlength=bins + 1).astype(np.float64)
    return np.stack([counts, *(np.bincount(of, row, minlength=bins + 1) for row in values)])


def check_bins(bins: int) -> None:
    """Refuse what is no number of bins."""
    if not is_count(bins):
        raise ValueError(f"bins are a whole number from 1 up, got {bins!r}")
