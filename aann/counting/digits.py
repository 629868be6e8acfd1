"""Numbers at the precision that they need."""

from typing import Any

import numpy as np


def significant(values: Any, digits: int) -> np.ndarray:
    """Each number rounded to so many significant decimal digits, in float64.

    Args:
        values: numbers or arrays of any shape.
        digits: at least 1.
    """
    result: np.ndarray = np.vectorize(lambda x: float(f"{x:.{digits}g}"), otypes=[float])(values)
    return result
