"""A remark where a program says the same of everything: its inputs may not be what it expects.

A curve detector for pixels from 0 to 255 is exactly 0 on pixels from 0 to 1, and recovers nothing.
"""

from collections.abc import Sequence

import numpy as np

from aann.bench.ablation import Joint, Row
from aann.evaluation.measure import Measured


def silent(rows: Sequence[Row | Joint], measured: Measured) -> list[str]:
    """A line for each program that does not vary at any unit, though some of the units do.

    Args:
        rows: of the report.
        measured: what they gave.
    """
    names = [
        row.name
        for row, r2, correlation in zip(rows, measured.r2, measured.correlation, strict=True)
        if row.kind == "program" and np.isnan(correlation).all() and not np.isnan(r2).all()
    ]
    return [
        f"program {name!r} says the same of every example and position: are its inputs in "
        "the range and layout that it expects?"
        for name in names
    ]
