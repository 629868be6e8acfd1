"""What few examples say of what many say: bias, coverage and power of recovered, by KL.

The held-out examples of a report stand for the population. Experiments of ``n`` of them, drawn with
replacement, estimate what all of them give; of a metric's neighbours in a chain the paired
difference should tell which is nearer.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from aann.report.report import Report
from aann.statistics.bootstrap import difference, recovered
from aann.statistics.interval import Setting

DRAWS = 500
SIZES = (50, 200)


class Counts(NamedTuple):
    """Sums over experiments and rows.

    Attributes:
        rows: that were estimated.
        intervals: of recovered, where it was identified.
        covered: those that hold what all examples give.
        bias: sum of what is off.
        width: sum of the intervals' widths.
        pairs: differences of neighbours.
        told: those whose interval lies on the right side of 0.
        misled: those whose interval lies on the wrong side.
    """

    rows: int = 0
    intervals: int = 0
    covered: int = 0
    bias: float = 0.0
    width: float = 0.0
    pairs: int = 0
    told: int = 0
    misled: int = 0

    def __add__(self, other: "Counts") -> "Counts":  # type: ignore[override]
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


def trials(report: Report, chain: Sequence[str], n: int, count: int, seed: int) -> Counts:
    """Experiments on the programs of one chain, without the exact one, which is always at 1.

    Args:
        report: of many examples.
        chain: from the exact program on.
        n: examples of an experiment.
        count: of experiments.
        seed: of the choice of examples and of the bootstrap.
    """
    names = [row.name for row in report.rows]
    losses = np.asarray(report.arrays["losses/kl"], np.float64)
    rows = losses[[names.index(name) for name in chain[1:]]]
    zero, intact = losses[names.index("zero")], losses[-1]
    truth = 1 - (rows - intact).mean(1) / (zero - intact).mean()
    rng = np.random.default_rng([seed, n])
    total = Counts()
    for k in range(count):
        chosen = rng.integers(0, losses.shape[1], n)
        setting = Setting(draws=DRAWS, seed=k)
        found = recovered(intact[chosen], rows[:, chosen], zero[chosen], setting).ratio
        known = np.asarray(found.identified)
        low, high = (np.asarray(x)[known] for x in (found.low, found.high))
        gaps = difference(found[:-1], found[1:])
        sure = np.asarray(gaps.identified)
        total += Counts(
            len(known),
            int(known.sum()),
            int(((low <= truth[known]) & (truth[known] <= high)).sum()),
            float((np.asarray(found.estimate)[known] - truth[known]).sum()),
            float((high - low).sum()),
            len(sure),
            int((sure & (np.asarray(gaps.low) > 0)).sum()),
            int((sure & (np.asarray(gaps.high) < 0)).sum()),
        )
    return total
