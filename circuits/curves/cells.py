"""Where the cells of a site look: its rows, columns and channels, and their places in a picture.

Bands of a noise picture are replaced by other noise, first rows, then columns. Each cell changes
with the bands that it sees; the centroid of the change is where it looks. Along the rows of a site
these centroids are a straight line: its slope is the pixels from cell to cell, its start the first
cell's middle. Along the channels they are not, which tells the layout. No knowledge of the
architecture enters, and no gradient: a few batches of ``BANDS`` pictures.

Sharp edge: the middle is that of what the cell answers to, known to about half a pixel.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import aann
from circuits.curves.inputs import Inputs

BANDS = 32
NOISES = 3
STRAIGHT = 0.99
"""Part of the variance of centroids that is a line of the cells' numbers, of rows or columns."""

LAYOUTS = {-1: (0, 1), 1: (1, 2)}
"""Axis of the site's channels (with the batch) -> axes of rows and columns, without it."""


@dataclasses.dataclass(frozen=True)
class Cells:
    """The grid of a spatial site.

    Attributes:
        site: its name.
        rows: cells from top to bottom.
        columns: cells from left to right.
        channels: units of a cell.
        axis: of the channels: -1, or 1 where they come first.
        first: row and column of the middle of the first cell, in pixels.
        pitch: pixels from cell to cell, downwards and to the right; negative where a model turns
            its pictures over.
    """

    site: str
    rows: int
    columns: int
    channels: int
    axis: int
    first: tuple[float, float]
    pitch: tuple[float, float]

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of the site's value for one picture."""
        if self.axis == -1:
            return 1, self.rows, self.columns, self.channels
        return 1, self.channels, self.rows, self.columns

    @property
    def centre(self) -> tuple[float, float]:
        """Row and column of the pixel in the middle of the central cell, to half a pixel."""
        y, x = (
            round(2 * (start + step * (n // 2))) / 2
            for start, step, n in zip(
                self.first, self.pitch, (self.rows, self.columns), strict=True
            )
        )
        return y, x

    def channels_last(self, value: Any) -> Any:
        """The site's value as (batch, row, column, channel)."""
        return value if self.axis == -1 else jnp.moveaxis(value, self.axis, -1)

    def reader(self, model: aann.Model, inputs: Inputs) -> Callable[[Any], jax.Array]:
        """A function: pictures (n, row, column, channel) -> the central cell, (n, channels)."""
        show = jax.jit(lambda params, x: self._central(model, params, inputs.from_rows(x)))
        return lambda pictures: show(model.params, jnp.asarray(pictures, model.batch(1).dtype))

    def _central(self, model: aann.Model, params: Any, x: Any) -> jax.Array:
        _, values = aann.capture(dataclasses.replace(model, params=params), [self.site])(x)
        cell: jax.Array = self.channels_last(values[self.site])[
            :, self.rows // 2, self.columns // 2
        ]
        return cell


def measure(model: aann.Model, site: str, inputs: Inputs, seed: int = 0) -> Cells:
    """The grid of a site.

    Args:
        model: a model of images.
        site: (batch, rows, columns, channels) or (batch, channels, rows, columns).
        inputs: the pictures that the model takes.
        seed: of the noise.

    Raises:
        ValueError: the site is unknown; it has no rows and columns whose cells look at places of
            the picture that follow each other evenly; or it does not depend on the picture.
    """
    picture = inputs.shape(model)
    read = jax.jit(
        lambda params, x: aann.capture(dataclasses.replace(model, params=params), [site])(x)[1][
            site
        ]
    )
    shape = jax.eval_shape(read, model.params, model.batch(1)).shape
    if len(shape) != 4:
        raise ValueError(
            f"curves are looked for at a site of four axes, batch, rows, columns and channels; "
            f"{site!r} of {model.name!r} is {shape}"
        )
    change = _changes(lambda x: read(model.params, inputs.from_rows(x)), picture, inputs, seed)
    found = []
    for axis, places in LAYOUTS.items():
        lines = [_line(change[k], at, picture[k]) for k, at in enumerate(places)]
        if all(lines):
            (y, down), (x, right) = (line for line in lines if line)
            rows, columns = (shape[1 + at] for at in places)
            grid = Cells(site, rows, columns, shape[axis], axis, (y, x), (down, right))
            found.append(grid)
    if len(found) != 1:
        raise ValueError(
            f"{site!r} of {model.name!r} is {shape}, but its cells do not look at places of the "
            f"picture ({picture[0]} x {picture[1]} pixels) that follow each other evenly along "
            "two of its axes: name a site with rows and columns"
        )
    return found[0]


def _changes(
    read: Callable[[Any], jax.Array], picture: tuple[int, int, int], inputs: Inputs, seed: int
) -> list[list[np.ndarray]]:
    """For bands of rows and of columns, the change of each index along each axis of the site."""
    rng = np.random.default_rng(seed)
    total: list[list[Any]] = [[0.0] * 3, [0.0] * 3]
    for _ in range(NOISES):
        noise, other = rng.uniform(inputs.low, inputs.high, (2, *picture)).astype(np.float32)
        before = np.asarray(read(jnp.asarray(noise[None])))
        for k in (0, 1):
            edges, along = _edges(picture[k]), np.arange(picture[k])
            inside = (edges[:-1, None] <= along) & (along < edges[1:, None])
            shown = np.where(np.expand_dims(inside, (2 - k, 3)), other[None], noise[None])
            change = np.asarray(read(jnp.asarray(shown)), np.float32) - before
            for at in range(3):
                others = tuple(a + 1 for a in range(3) if a != at)
                total[k][at] = total[k][at] + np.square(change, dtype=np.float64).sum(others)
    if not any(np.any(x) for half in total for x in half):
        raise ValueError("the site's cells do not depend on the picture")
    return total


def _edges(size: int) -> np.ndarray:
    edges: np.ndarray = np.linspace(0, size, BANDS + 1).round()
    return edges


def _line(change: list[np.ndarray], axis: int, size: int) -> tuple[float, float] | None:
    """Start and step of the cells' middles along an axis of the site; None where there are none."""
    weight = change[axis]
    count = weight.shape[1]
    middles = _edges(size)[:-1] / 2 + _edges(size)[1:] / 2 - 0.5
    some = weight.sum(0) > 0
    if count < 4 or not some.all():
        return None
    centroid = middles @ weight / weight.sum(0)
    number = np.arange(count)
    inner = slice(count // 4, count - count // 4) if count >= 8 else slice(None)
    step, start = np.polyfit(number[inner], centroid[inner], 1)
    left = (centroid - start - step * number)[inner].var()
    if left > (1 - STRAIGHT) * centroid[inner].var():
        return None
    return (float(start), float(step)) if size / 2 < abs(step) * count < 2 * size else None
