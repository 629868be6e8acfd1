"""How much of a squared error goes, with its interval.

A ratio of sums over examples, as recovered is, but of squares: its denominator is positive wherever
there is an error at all, so that no test has to show it to be.
"""

import dataclasses

import numpy as np
from jaxtyping import Float

from aann.report.estimate import Estimate
from aann.statistics import studentised
from aann.statistics.bootstrap import NEGLIGIBLE
from aann.statistics.drawn import draw_ratios
from aann.statistics.interval import Setting, interval
from aann.statistics.parts import Parts
from aann.statistics.resample import group_sums


def gone(
    before: Float[np.ndarray, "n units"], after: Float[np.ndarray, "n units"], setting: Setting
) -> tuple[Estimate, ...]:
    """Of each unit: 1 - sum of ``after`` / sum of ``before``, paired over examples or groups.

    Args:
        before: squared errors of each example.
        after: likewise.
        setting: draws, seed, confidence, method and groups.

    Returns:
        Not identified where there is no error before. Where few examples have nearly all of it,
        Fieller's equation has no bounded solution, and the interval is the percentiles' whatever
        the setting says: too short rather than none.
    """
    old, new = (group_sums(x, setting.groups)[0].T for x in (before, after))
    total = old.sum(axis=1)
    share = np.divide(new.sum(axis=1), total, out=np.ones_like(total), where=total > 0)
    bottom = np.ascontiguousarray(old)
    parts = Parts((old - new) - (1.0 - share)[:, None] * old, bottom)
    bounded = studentised.bounded(parts, setting.confidence)
    drawn = draw_ratios(parts, setting.draws, setting.seed)
    floor = NEGLIGIBLE * np.abs(bottom.mean(axis=-1))[..., None]
    draws = np.where(np.abs(drawn.bottom) > floor, (1.0 - share)[:, None] + drawn.shift, np.nan)
    found = interval(1.0 - share, draws, drawn.errors, parts, (total > 0) & bounded, setting)
    plain = interval(
        1.0 - share, draws, drawn.errors, parts, total > 0,
        dataclasses.replace(setting, method="percentile"),
    )  # fmt: skip
    return tuple(Estimate.of((found if bounded[u] else plain)[u]) for u in range(len(total)))
