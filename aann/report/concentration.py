"""On how few examples what is recovered rests, where that is so few that a reader must know.

Of losses that are skewed without end no sample knows its own spread, and every interval holds the
truth less often than it says. The *effective* number of examples is that of equal ones that would
give the standard error its own uncertainty: (sum of squares)^2 / sum of fourth powers, of what each
example moves. A sample that lacks the rare large losses altogether does not show it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from aann.statistics.bootstrap import Recovered
from aann.statistics.parts import Parts

FEW: Final = 5.0
"""Effective examples below which coverage falls short, see ``docs/statistics.md``."""

LOSSES: Final = ("kl", "nll")


def effective(parts: Parts) -> np.ndarray:
    """(...), how many examples in effect; all of them where nothing varies."""
    scale = np.abs(parts.residual).max(axis=-1, keepdims=True)
    shares = (parts.residual / np.where(scale == 0, 1.0, scale)) ** 2
    fourth = (shares**2).sum(axis=-1)
    alike = np.where(fourth == 0, 1.0, fourth)
    return np.asarray(np.where(fourth == 0, parts.units, shares.sum(axis=-1) ** 2 / alike))


def note(names: Sequence[str], kinds: Sequence[str], results: Mapping[str, Recovered]) -> list[str]:
    """A line on the programs that rest on few examples, if some do.

    Args:
        names: of the rows.
        kinds: of the rows.
        results: metric -> recovered of all rows.
    """
    found = []
    for i in (i for i, kind in enumerate(kinds) if kind == "program"):
        ratios = {m: results[m].ratio[i] for m in LOSSES if m in results}
        many = {m: float(effective(x.parts)) for m, x in ratios.items() if bool(x.identified)}
        if many and (least := min(many.values())) < FEW:
            metric = min(many, key=lambda m: many[m])
            found.append(f"{names[i]} ({metric}: {least:.1f} of {ratios[metric].parts.units})")
    if not found:
        return []
    return [
        f"few examples in effect carry what is left by {', '.join(found)}: with losses so skewed "
        "intervals hold the truth less often than they say, see docs/statistics.md"
    ]
