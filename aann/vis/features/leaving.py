"""Pictures that leave given ones, as far as something that is held allows.

At a picture itself no direction leads away from it more than another: a little noise does.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from aann.vis.features.parametrisations import Fourier

KICK = 0.1
"""Of smooth noise."""
HALVINGS = 8
"""Of the way back."""


def kicked(found: np.ndarray, key: Any) -> np.ndarray:
    """Pictures under a little smooth noise, float32.

    Args:
        found: (n, rows, columns, channels) in [0, 1].
        key: of the noise.
    """
    n, rows, columns, channels = found.shape
    smooth, shape = Fourier(noise=1.0), (n, rows, columns, channels)
    noise = np.asarray(smooth.pictures(smooth.start(key, shape), shape)) - 0.5
    kicked: np.ndarray = np.clip(found + KICK * noise, 0, 1).astype(np.float32)
    return kicked


def back(
    held: Callable[[Any], Any], made: np.ndarray, given: np.ndarray, tolerance: float
) -> np.ndarray:
    """Pictures between those that were made and the given ones, as far out as is allowed.

    Args:
        held: what is to be at most ``tolerance``, of pictures; it is 0 on the given ones.
        made: (n, rows, columns, channels).
        given: likewise.
        tolerance: what is allowed.
    """
    low, high = np.zeros(len(made), np.float32), np.ones(len(made), np.float32)
    inside = np.asarray(held(made)) <= tolerance
    low = np.where(inside, 1, low).astype(np.float32)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        fine = np.asarray(held(given + middle[:, None, None, None] * (made - given))) <= tolerance
        low, high = np.where(fine, middle, low), np.where(fine, high, middle)
    found: np.ndarray = given + low[:, None, None, None] * (made - given)
    return found
