"""An interval that counts two sources of chance: the examples reported on, and the fit.

The interval of recovered over held-out examples takes the program as it is. The fit adds a variance
of its own, which refits to resampled design examples estimate. Both are put together by the method
of variance estimates recovery (Zou and Donner, "Construction of confidence limits about effect
measures", 2008): each side of the interval is the root of the sum of two squares, the side of the
given interval and Student's t times the standard deviation between fits. So a skewed interval stays
skewed, and without variation between fits it stays as it is.

Draws are not pooled: a program that is fitted to a resample, with 63% of the examples, recovers
less on average, so that an interval of such draws lies low, and of few draws is too narrow. Where
a fit has many constants for its design examples, the spread of its refits exceeds that of fits to
new design examples: the interval is then too wide rather than too narrow.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from aann.shown.brief import brief
from aann.statistics.studentised import student

FEWEST = 5
"""Fits below which the standard deviation between them is anyone's guess."""


class Wider(NamedTuple):
    """An interval that counts the fit.

    Attributes:
        low: its lower end.
        high: its upper end.
        deviation: standard deviation between fits.
    """

    low: float
    high: float
    deviation: float

    def __repr__(self) -> str:
        return brief(self)


def wider(
    estimate: float, low: float, high: float, draws: ArrayLike, confidence: float = 0.95
) -> Wider:
    """The interval of what the whole procedure recovers.

    Args:
        estimate: of the fit to all design examples.
        low: lower end of its interval over held-out examples.
        high: upper end.
        draws: estimates of fits to resampled design examples, on the same held-out examples.
        confidence: of both intervals.

    Raises:
        ValueError: there are fewer than ``FEWEST`` draws.
    """
    values = np.asarray(draws, np.float64)
    if values.size < FEWEST:
        raise ValueError(f"the spread of fits needs at least {FEWEST} of them, got {values.size}")
    deviation = float((values - values[0]).std(ddof=1))  # exactly 0 where all are equal
    reach = student(values.size, confidence) * deviation
    return Wider(
        estimate - float(np.hypot(estimate - low, reach)),
        estimate + float(np.hypot(high - estimate, reach)),
        deviation,
    )
