"""How every row agrees with the units, as a report holds it: intervals over examples."""

from typing import NamedTuple

import numpy as np

from aann.evaluation.measure import Measured
from aann.report.estimate import Estimate
from aann.shown.brief import brief
from aann.statistics.agreement import MEASURES, Agreement, agreement
from aann.statistics.interval import Setting

MUCH = (
    "no intervals of correlation and R2, no robust correlation and no residual bits: what is "
    "needed of every example, row and unit takes too much memory; fewer examples or rows= have them"
)
"""A note of reports without them."""


class Agreed(NamedTuple):
    """Of all rows.

    Attributes:
        fields: for each row those of ``ReportRow``.
        arrays: ``agreement/MEASURE`` (rows, units, 3): estimate, low and high of every unit.
        notes: what a reader must know.
    """

    fields: list[dict[str, Estimate]]
    arrays: dict[str, np.ndarray]
    notes: list[str]

    def __repr__(self) -> str:
        return brief(self)


def agreed(measured: Measured, setting: Setting) -> Agreed:
    """The agreement of all rows; nothing but a note where too much would have to be kept.

    Args:
        measured: what each row gave.
        setting: groups and confidence of the intervals.
    """
    if not len(measured.parts):
        return Agreed([{} for _ in measured.r2], {}, [MUCH] if len(measured.r2) else [])
    found = [agreement(parts, setting.groups, setting.confidence) for parts in measured.parts]
    arrays = {
        f"agreement/{name}": np.stack([x.units[i] for x in found]).astype(np.float32)
        for i, name in enumerate(MEASURES)
    }
    return Agreed([_fields(x) for x in found], arrays, [])


def _fields(found: Agreement) -> dict[str, Estimate]:
    correlation, r2, robust = map(_estimate, found.means)
    return {
        "correlation_interval": correlation,
        "r2_interval": r2,
        "robust_correlation": robust,
        "residual_bits": _estimate(found.residual),
    }


def _estimate(ends: np.ndarray) -> Estimate:
    if not np.isfinite(ends).all():
        return Estimate(None, None, None, identified=False)
    estimate, low, high = ends.tolist()
    return Estimate(estimate, low, high)
