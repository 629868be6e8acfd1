"""Which units of the layer below the program reads, best first in each class."""

from typing import NamedTuple

import numpy as np

from circuits.curves_from_3a.tuning import EarlyTuning


class Chosen(NamedTuple):
    """Units of the layer below: channels, early curves first, and the measured angle of each."""

    curves: np.ndarray
    lines: np.ndarray
    tuning: EarlyTuning

    @property
    def channels(self) -> np.ndarray:
        """All of them, in the program's order."""
        return np.concatenate([self.curves, self.lines])


def choose(tuned: EarlyTuning, score: np.ndarray, n: int) -> Chosen:
    """The ``n`` units of highest score, best first in each class."""
    best = np.argsort(-score, kind="stable")[:n]
    curved = tuned.curved[best]
    return Chosen(best[curved], best[~curved], tuned)


def check_kinds(chosen: Chosen) -> None:
    """Check that there are units of both kinds.

    Raises:
        ValueError: there are not.
    """
    if not (len(chosen.curves) and len(chosen.lines)):
        raise ValueError(
            f"the program needs early curves and lines, but of the {len(chosen.channels)} units of "
            f"{chosen.tuning.site!r} that count {len(chosen.curves)} are early curves: raise kept, "
            "or read another site"
        )
