"""How good other thresholds are: how far each may move, and accuracy over one or two of them."""

import dataclasses

import numpy as np
from jaxtyping import Float64

from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True)
class Flat:
    """How far one threshold can move, the others staying, at a cost of one standard error.

    Attributes:
        low: the lowest such threshold.
        high: the highest.
        share: of design examples whose score lies between the two.
    """

    low: float
    high: float
    share: float

    __repr__ = brief


@dataclasses.dataclass(frozen=True, eq=False)
class Landscape:
    """Accuracy on design over some thresholds, the others at their best.

    Attributes:
        vary: which thresholds.
        thresholds: of each of them (points,) float64 values, ascending, the best one among them.
        accuracy: (points,) or (points, points), NaN where thresholds are out of order.
    """

    vary: tuple[int, ...]
    thresholds: tuple[np.ndarray, ...]
    accuracy: Float64[np.ndarray, "..."]

    __repr__ = brief
