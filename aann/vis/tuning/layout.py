"""How a model takes its pictures."""

from typing import Any

import numpy as np

from aann.model import Model

COLOURS = 4
"""An axis of more entries does not hold the colours of a picture."""


def picture_of(model: Model) -> tuple[tuple[int, int, int], bool]:
    """Rows, columns and channels of one picture, and whether the channels come first.

    Raises:
        ValueError: the model takes no pictures, or does not say what it takes.
    """
    given = model.batch(1).shape[1:]
    if len(given) == 2:
        return (given[0], given[1], 1), False
    if len(given) == 3 and given[2] <= COLOURS:
        return (given[0], given[1], given[2]), False
    if len(given) == 3 and given[0] <= COLOURS:
        return (given[1], given[2], given[0]), True
    raise ValueError(
        f"stimuli are shown to a model of pictures (rows, columns, channels), (channels, rows, "
        f"columns) or (rows, columns) with at most {COLOURS} channels, but {model.name!r} takes "
        f"inputs of shape {given}"
    )


def natural_problems(
    pictures: Any, one: tuple[int, int, int], low_high: tuple[float, float]
) -> list[str]:
    """What is wrong with natural pictures in the model's range.

    Args:
        pictures: (n, row, column, channel).
        one: the shape of a picture.
        low_high: black and white.
    """
    shape = np.shape(pictures)
    if shape[1:] != one or not shape[0]:
        told = ", ".join(map(str, one))
        return [f"pictures are (n, {told}), one at least, got shape {shape}"]
    (low, high), least, most = low_high, np.min(pictures), np.max(pictures)
    room = 1e-3 * (high - low)
    if low - room <= least and most <= high + room:
        return []
    return [f"pictures are from {low:g} to {high:g} (low_high), got {least:g} to {most:g}"]
