"""Statistics of tuning curves over a circle of directions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float


def mean_vector(
    tuning: Float[np.ndarray, "... unit _"], directions: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Selectivity in [0, 1] and preferred direction in degrees [0, 360) of tuning curves.

    Negative responses count as none. A unit that never answers has selectivity 0.

    Args:
        tuning: responses, directions last.
        directions: in degrees, evenly spread over the circle.

    Raises:
        ValueError: the numbers of directions differ.
    """
    if tuning.shape[-1] != len(directions):
        raise ValueError(
            f"tuning has {tuning.shape[-1]} directions, but {len(directions)} were given"
        )
    positive = np.maximum(tuning, 0).astype(np.float64)
    vector = positive @ np.exp(1j * np.deg2rad(np.asarray(directions, np.float64)))
    sums = positive.sum(-1)
    length = np.divide(np.abs(vector), sums, out=np.zeros_like(sums), where=sums > 0)
    return length, np.rad2deg(np.angle(vector)) % 360.0


def angle_between(a: Any, b: Any) -> np.ndarray:
    """Unsigned difference of two angles in degrees, in [0, 180]."""
    return np.asarray(np.abs((np.asarray(a, np.float64) - np.asarray(b) + 180.0) % 360.0 - 180.0))
