"""The share of examples that two labellings agree on, with its interval.

Wilson, "Probable inference, the law of succession, and statistical inference" (1927): an interval
of a share that is right at its ends too, where a bootstrap has no width. It takes examples to be
drawn independently; where they come in groups, groups are resampled instead.
"""

import numpy as np
from jaxtyping import Int

from aann.labelling.found import Agreement
from aann.report.estimate import Estimate
from aann.statistics.bootstrap import mean_interval
from aann.statistics.confusion import balanced, kappa, pair_counts
from aann.statistics.interval import Setting
from aann.statistics.rank import wilson


def agreement(
    first: str,
    told: Int[np.ndarray, " n"],
    second: str,
    theirs: Int[np.ndarray, " n"],
    classes: int,
    setting: Setting,
) -> Agreement:
    """Two labellings of the same examples.

    Args:
        first: what the first one is called.
        told: its labels.
        second: what the other one is called.
        theirs: its labels.
        classes: how many there are.
        setting: confidence, and where there are groups the bootstrap.

    Raises:
        ValueError: too few groups for an interval.
    """
    counts = pair_counts(told, theirs, classes)
    return Agreement(
        first, second, share_of(told == theirs, setting), kappa(counts), balanced(counts), counts
    )


def share_of(right: np.ndarray, setting: Setting) -> Estimate:
    """The share of examples for which it is so.

    Args:
        right: (n,) booleans.
        setting: confidence; with groups also draws, seed and method.

    Raises:
        ValueError: too few groups.
    """
    if setting.groups is not None:
        return Estimate.of(mean_interval(right.astype(np.float64), setting))
    low, high = wilson(int(right.sum()), len(right), setting.confidence)
    return Estimate(float(right.mean()), low, high)
