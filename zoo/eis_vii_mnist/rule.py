"""The program of the training labels: how much a picture looks like one training picture.

    s = sum over pixels of image * 2 (clue - 1/2),  image in 0 .. 255, clue in [0, 1]
    class 0 where -17305 < s < -7762, else class 1

The clue is training picture 6, a "1". Published by Stefan Heimersheim and Marius Hobbhahn (their
solution of the challenge of "EIS VII"); the write-up prints s without the factor 2, with which
alone its bounds hold. The network agrees on 95.9% of the test pictures.
"""

from typing import Final

import numpy as np
from jaxtyping import Int, UInt8

CLUE: Final = 6
"""The training picture that the published clue is, counted from 0."""
BOUNDS: Final = (-17305, -7762)
"""Class 0 lies between them."""


def similarity(
    pictures: UInt8[np.ndarray, "n 28 28"], clue: UInt8[np.ndarray, "28 28"]
) -> Int[np.ndarray, " n"]:
    """255 s, which is a whole number, for each picture.

    Args:
        pictures: grey values from 0 to 255.
        clue: training picture ``CLUE``.
    """
    template = 2 * clue.astype(np.int64).ravel() - 255
    found: np.ndarray = pictures.reshape(len(pictures), -1).astype(np.int64) @ template
    return found


def labels(
    pictures: UInt8[np.ndarray, "n 28 28"], clue: UInt8[np.ndarray, "28 28"]
) -> Int[np.ndarray, " n"]:
    """The class that the rule gives each picture, int32; arguments as for ``similarity``."""
    low, high = (255 * bound for bound in BOUNDS)
    s = similarity(pictures, clue)
    return np.where((low < s) & (s < high), 0, 1).astype(np.int32)
