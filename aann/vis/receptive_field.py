"""Which pixels of the picture each position of a site sees, found from the model itself.

    field = receptive_field(model, "mixed3b", units=(343,))
    field.box((14, 14))          # ((row, row after the last), (column, column after the last))

The traced program is walked through once (``aann.trace.dependence``): no table of layers, and no
gradient, which a ReLU that is off would hide. Boxes end at the edge of the picture.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Int

from aann.model import Model
from aann.shown.brief import brief
from aann.splicing.splice import sites
from aann.trace.dependence import boxes
from aann.vis.chosen.joined import joined
from aann.vis.chosen.numbers import Numbers, axis_of
from aann.vis.chosen.numbers import units as units_of

COLOURS = (1, 3, 4)
"""Channels that a picture has."""


@dataclasses.dataclass(frozen=True, eq=False)
class ReceptiveField:
    """What the positions of a site see.

    Attributes:
        ends: (*positions, 2, 2): of rows, then of columns, the first pixel and the one after the
            last; 0 and 0 where a position depends on no pixel.
        picture: rows and columns of the input.
        axes: those of rows and columns in one input, without the batch axis.
    """

    ends: Int[np.ndarray, "*positions 2 2"]
    picture: tuple[int, int]
    axes: tuple[int, int]

    __repr__ = brief

    @property
    def positions(self) -> tuple[int, ...]:
        """How many there are along each axis of the site."""
        shape: tuple[int, ...] = self.ends.shape[:-2]
        return shape

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the largest box: of one that no edge cuts off, if there is one."""
        lengths = (self.ends[..., 1] - self.ends[..., 0]).reshape(-1, 2).max(axis=0)
        return int(lengths[0]), int(lengths[1])

    def box(self, position: Sequence[int] | np.ndarray) -> tuple[tuple[int, int], tuple[int, int]]:
        """The rows and the columns that a position sees, from the first to before the last.

        Raises:
            ValueError: there is no such position.
        """
        at = tuple(int(i) for i in position)
        inside = all(0 <= i < n for i, n in zip(at, self.positions, strict=False))
        if len(at) != len(self.positions) or not inside:
            raise ValueError(f"positions are within {self.positions}, got {at}")
        (top, bottom), (left, right) = self.ends[at].tolist()
        return (top, bottom), (left, right)

    def crop(
        self, picture: np.ndarray, position: Sequence[int] | np.ndarray, fill: int | float
    ) -> np.ndarray:
        """What a position sees of a picture, all crops of one size.

        Args:
            picture: one input, as the model takes it.
            position: of the site.
            fill: what lies beyond the edges of the picture.

        Returns:
            (rows, columns) or (rows, columns, channels), of ``size``.
        """
        upright = np.moveaxis(np.asarray(picture), self.axes, (0, 1))
        box, sizes = self.box(position), self.size
        inside = upright[box[0][0] : box[0][1], box[1][0] : box[1][1]]
        margins = [
            _margins(ends, size, length)
            for ends, size, length in zip(box, sizes, self.picture, strict=True)
        ]
        margins += [(0, 0)] * (inside.ndim - 2)
        return np.pad(inside, margins, constant_values=fill)


def receptive_field(
    model: Model,
    site: str,
    units: Any = None,
    *,
    axis: int | None = None,
    axes: tuple[int, int] | None = None,
) -> ReceptiveField:
    """The pixels that each position of a site depends on, in any of its units.

    Args:
        model: takes one picture an example, and declares ``inputs``.
        site: whose value is (batch, *positions, units). Without positions there is one box.
        units: those that count, by default all.
        axis: of the units at the site; by default as of ``aann.vis.chosen.numbers.units``.
        axes: of rows and columns in one input, without the batch axis; by default they are found
            from its shape: (rows, columns), (rows, columns, colours) or (colours, rows, columns).

    Raises:
        ValueError: no such site or units, or inputs that are no pictures: all problems.
    """
    problems = picture_problems(model, axes)
    try:
        numbers = joined([_counted(model, site, units, axis)], model)
    except ValueError as error:
        raise ValueError("\n".join([*problems, str(error)])) from None
    if problems:
        raise ValueError("\n".join(problems))
    fields = fields_of(model, numbers, axes)
    return dataclasses.replace(fields[0], ends=_together([field.ends for field in fields]))


def fields_of(
    model: Model, numbers: Numbers, axes: tuple[int, int] | None = None
) -> tuple[ReceptiveField, ...]:
    """The pixels that each position of some numbers depends on, column by column.

    Args:
        model: takes one picture an example.
        numbers: they fit the model.
        axes: of rows and columns in one input.
    """
    one = model.batch(1)
    shape = one.shape[1:]
    where = axes or rows_and_columns(shape)
    assert where is not None  # picture_problems says so before
    plain = (where[0] % len(shape), where[1] % len(shape))

    def of(params: Any, inputs: jax.Array) -> jax.Array:
        return numbers(dataclasses.replace(model, params=params), inputs)

    found = boxes(of, model.params, one, [axis + 1 for axis in plain])[:, :, 0]
    ends = np.moveaxis(found, (-1, 0, 1), (0, -2, -1))  # (column, *positions, axis, end)
    picture = (shape[plain[0]], shape[plain[1]])
    return tuple(ReceptiveField(column, picture, plain) for column in ends)


def _together(ends: Sequence[np.ndarray]) -> np.ndarray:
    """The smallest boxes that hold those of several units."""
    every = np.stack(ends)
    last = every[..., 1].max(axis=0)
    first = np.where(every[..., 1] == 0, every.max(initial=0), every[..., 0]).min(axis=0)
    return np.stack([np.where(last == 0, 0, first), last], axis=-1)


def rows_and_columns(shape: tuple[int, ...]) -> tuple[int, int] | None:
    """The axes of rows and columns of one input of a shape; None where it is no picture."""
    if len(shape) == 2:
        return (0, 1)
    if len(shape) == 3 and shape[2] in COLOURS:
        return (0, 1)
    return (1, 2) if len(shape) == 3 and shape[0] in COLOURS else None


def picture_problems(model: Model, axes: tuple[int, int] | None) -> list[str]:
    """What is wrong with a model's inputs, where they are to be pictures."""
    shape = model.batch(1).shape[1:]
    if axes is None and rows_and_columns(shape) is None:
        return [
            f"model {model.name!r} takes {shape}; pictures are (rows, columns), (rows, columns, "
            "colours) or (colours, rows, columns) with 1, 3 or 4 colours: say with axes=(i, j) "
            "which axes of an input are rows and columns"
        ]
    rank = len(shape)
    wrong = axes is not None and (
        any(not -rank <= a < rank for a in axes) or len({a % rank for a in axes}) < 2
    )
    if wrong:
        return [f"axes= names two axes of an input of shape {shape}, rows and columns: got {axes}"]
    return []


def _counted(model: Model, site: str, chosen: Any, axis: int | None) -> Numbers:
    """All units of a site, or some."""
    if chosen is not None:
        return units_of(site, chosen, axis=axis)
    shapes = sites(model)
    if site not in shapes:
        return units_of(site, (0,), axis=axis)
    shape, where = shapes[site].shape, axis_of(axis, site, shapes)
    width = shape[where] if -len(shape) <= where < len(shape) else 1
    return units_of(site, range(width), axis=axis)


def _margins(ends: tuple[int, int], size: int, length: int) -> tuple[int, int]:
    """What lies beyond the picture: before a box that starts at its edge, else after it."""
    missing = size - (ends[1] - ends[0])
    before = missing if ends[0] == 0 and ends[1] < length else 0
    return before, missing - before
