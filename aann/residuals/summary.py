"""A lab at a glance: each program, how near it comes, and what it leaves."""

from collections.abc import Sequence

import numpy as np

from aann.data.examples import Examples
from aann.residuals import peeking
from aann.residuals.about import ratio, shown
from aann.residuals.observed import Observed
from aann.residuals.units import agreement
from aann.shown.brief import clip, counted
from aann.shown.screen import Shown


def summary(model: str, examples: Examples, parts: Sequence[Observed]) -> Shown:
    """The table that a lab prints as.

    Args:
        model: its name.
        examples: that were observed.
        parts: what was.
    """
    rows = []
    for part in parts:
        r2, correlation = agreement(part)
        error = float(ratio(np.square(part.residual(), dtype=np.float64).sum(),
                            part.here.sum() * part.columns))  # fmt: skip
        r = part.replacement
        rows.append([r.name, r.site, str(len(r.units)),
                     *(shown(float(x.mean()), ".2f") for x in (correlation, r2)),
                     shown(error)])  # fmt: skip
    return Shown(
        [
            *peeking.head(examples.split),
            f"residual lab of {clip(model, 40)}: "
            f"{counted(len(examples), 'example')} of {clip(examples.name, 40)} "
            f"({examples.split})",
        ],
        [["program", "site", "units", "correlation", "R2", "squared error"], *rows],
        ["correlation and R2: means over units; - where those of one are not defined"],
        left=2,
    )
