"""The part of a picture that a position of a layer sees."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from aann.model import Model
from aann.shown.brief import brief
from aann.vis.features.given import PIXELS
from aann.vis.features.seen import Eye
from aann.vis.receptive_field import receptive_field
from aann.vis.spaces.upscale import crop


@dataclasses.dataclass(frozen=True, eq=False)
class Window:
    """Where parts lie, all of one size.

    Attributes:
        middles: (y, x, 2), the pixel in the middle of what each position sees.
        size: rows and columns of a part.
    """

    middles: Int[np.ndarray, "y x two"]
    size: tuple[int, int]

    __repr__ = brief

    def crop(self, picture: np.ndarray, position: Sequence[int]) -> np.ndarray:
        """The part of a picture (rows, columns, ...) about a position; inside near an edge."""
        row, column = self.middles[position[0], position[1]].tolist()
        return crop(picture, (row, column), self.size)


def window(
    model: Model,
    site: str,
    units: Sequence[int] | None,
    shape: tuple[int, int],
    share: float | None = None,
) -> Window:
    """Parts as large as the receptive field of the units, or of a size that is asked for.

    Args:
        model: takes pictures.
        site: (n, rows, columns, channels), or channels first as the model has it.
        units: channels, by default all.
        shape: rows and columns of the pictures, which may be of another size than the model's.
        share: of a picture's sides that a part has, instead of the receptive field.
    """
    axis = 1 if Eye(model, PIXELS).channels_first else -1
    field = receptive_field(model, site, units, axis=axis)
    scale = np.asarray(shape) / field.picture
    middles = (field.ends.mean(-1) * scale).astype(int)
    sides = np.asarray(field.size) * scale if share is None else np.asarray(shape) * share
    rows, columns = np.clip(np.round(sides), 1, shape).astype(int).tolist()
    return Window(np.minimum(middles, np.asarray(shape) - 1), (rows, columns))
