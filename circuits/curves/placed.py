"""Programs from pixels on the grid and in the layout of a site.

A program takes pictures (batch, row, column, channel) and returns cells (batch, row, column, unit)
whose middles are at pixels ``STEP`` i + ``START``, as in ``mixed3b``. ``Placing`` says what has to
be done for another site: move channels, show the picture on a larger canvas in its own mean colour,
and take those cells that are nearest to the site's. What is left, half a cell at most, is where
single units look, which calibration fits. Where nothing has to be done, a program stays as it is.
"""

import dataclasses
import weakref
from collections.abc import Callable

import jax
import jax.numpy as jnp

import aann
from circuits.curves.cells import Cells
from circuits.curves.inputs import Inputs

STEP = 8
START = 7
NEAR = 0.05
"""How far the pixels between a site's cells may be from ``STEP``, as a part of it."""

Program = Callable[[jax.Array, aann.Constants], jax.Array]


@dataclasses.dataclass(frozen=True)
class Placing:
    """What is done to pictures before a program from pixels, and to its cells after it.

    Attributes:
        channels_first: pictures are (batch, channel, row, column).
        axis: of the channels at the site, -1 or 1.
        before: pixels that the canvas goes on above and to the left of the picture.
        after: pixels below and to the right.
        skipped: cells of the canvas above and to the left of the site's first.
        dropped: cells of the canvas below and to the right of the site's last.
        cells: the site's rows and columns.
    """

    channels_first: bool
    axis: int
    before: tuple[int, int]
    after: tuple[int, int]
    skipped: tuple[int, int]
    dropped: tuple[int, int]
    cells: tuple[int, int]

    @property
    def plain(self) -> bool:
        """Whether there is nothing to do."""
        return not (
            self.channels_first
            or self.axis != -1
            or any((*self.before, *self.after, *self.skipped, *self.dropped))
        )

    def canvas(self, image: jax.Array) -> jax.Array:
        """Pictures as a program takes them."""
        return widened(image, self.channels_first, (self.before, self.after))

    def cut(self, maps: jax.Array) -> jax.Array:
        """Those of a program's cells that are the site's, channels last."""
        return taken(maps, self.skipped, self.cells)

    def place(self, program: Program) -> Program:
        """The program for the model's own pictures, at the site."""
        if self.plain:
            return program
        # What the program closes over is counted: these numbers, and nothing else of this object.
        first, edges, axis = self.channels_first, (self.before, self.after), self.axis
        skipped, cells = self.skipped, self.cells

        def placed(image: jax.Array, c: aann.Constants) -> jax.Array:
            maps = taken(program(widened(image, first, edges), c), skipped, cells)
            return jnp.moveaxis(maps, -1, axis)

        placed.__doc__, placed.__name__ = program.__doc__, getattr(program, "__name__", "program")
        _PLACED[placed] = self
        return placed


Pair = tuple[int, int]


def widened(image: jax.Array, first: bool, edges: tuple[Pair, Pair]) -> jax.Array:
    """Pictures with channels last, on a canvas in their own mean colour, ``edges`` pixels wider."""
    image = jnp.moveaxis(image, 1, -1) if first else image
    mean = image.mean((1, 2), keepdims=True)
    (top, left), (bottom, right) = edges
    return jnp.pad(image - mean, ((0, 0), (top, bottom), (left, right), (0, 0))) + mean


def taken(maps: jax.Array, skipped: Pair, cells: Pair) -> jax.Array:
    """So many cells after those that are skipped, downwards and to the right."""
    (i, j), (rows, columns) = skipped, cells
    return maps[:, i : i + rows, j : j + columns]


def between(program: Program, axis: int) -> Program:
    """A program from site to site, channels last, for sites with their channels at ``axis``."""
    if axis == -1:
        return program

    def moved(seen: jax.Array, c: aann.Constants) -> jax.Array:
        return jnp.moveaxis(program(jnp.moveaxis(seen, axis, -1), c), -1, axis)

    moved.__doc__, moved.__name__ = program.__doc__, getattr(program, "__name__", "program")
    return moved


PLAIN = Placing(False, -1, (0, 0), (0, 0), (0, 0), (0, 0), (0, 0))
"""Nothing has to be done."""

_PLACED: weakref.WeakKeyDictionary[Program, Placing] = weakref.WeakKeyDictionary()
"""How programs were placed. What hangs on a function is counted, so it is kept here."""


def beside(replacement: aann.Replacement, program: Program) -> Program:
    """Another program, placed as that of ``replacement`` is."""
    placing = _PLACED.get(replacement.program)
    return program if placing is None else placing.place(program)


def placing(inputs: Inputs, picture: tuple[int, int, int], cells: Cells) -> Placing:
    """How a program from pixels is placed at a site.

    Args:
        inputs: what pictures the model takes.
        picture: rows, columns and channels of one.
        cells: the grid of the site.

    Raises:
        ValueError: the site's cells are not ``STEP`` pixels apart.
    """
    if problems := spacing_problems(cells):
        raise ValueError("; ".join(problems))
    before, after, skipped, dropped = [], [], [], []
    for first, count, size in zip(
        cells.first, (cells.rows, cells.columns), picture[:2], strict=True
    ):
        off = round((first - START) / STEP)
        before.append(max(-off, 0) * STEP)
        skipped.append(max(off, 0))
        canvas = max(-(-(before[-1] + size) // STEP), skipped[-1] + count)
        after.append(STEP * canvas - before[-1] - size)
        dropped.append(canvas - skipped[-1] - count)
    return Placing(
        inputs.channels_first,
        cells.axis,
        (before[0], before[1]),
        (after[0], after[1]),
        (skipped[0], skipped[1]),
        (dropped[0], dropped[1]),
        (cells.rows, cells.columns),
    )


def spacing_problems(cells: Cells) -> list[str]:
    """Why a program cannot be placed at a site."""
    if all(abs(step - STEP) <= NEAR * STEP for step in cells.pitch):
        return []
    down, right = cells.pitch
    return [
        f"the cells of {cells.site!r} are {down:.1f} pixels apart downwards and {right:.1f} to the "
        f"right, those of the program {STEP}"
    ]


def left_over(cells: Cells) -> tuple[float, float]:
    """Pixels right of and up from the program's cells at which the site's lie."""
    down, right = ((x - START + STEP / 2) % STEP - STEP / 2 for x in cells.first)
    return right, -down
