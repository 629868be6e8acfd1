"""The template in fewer numbers than the 784 of the published clue.

- ``blocks``: square blocks of pixels, each with one value (196 numbers for blocks of 2 x 2);
- ``waves``: cosine waves over the picture, the slowest ones;
- ``stroke``: a pen stroke: where it starts, bends and ends, how wide and how soft its edge is, and
  how much it weighs.

All are drawn by JAX, so that ``fit.drawn`` finds their numbers from end to end, by what the network
makes of pictures. None of them looks at the clue but for where the descent starts. Places are in
units of ``UNIT`` pixels from the middle of the picture, rows downwards.
"""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aann import Constants
from circuits.eis_vii_mnist.program import Draw, Template

SIDE: Final = 28
UNIT: Final = 10.0


def blocks(side: int) -> Draw:
    """Blocks of ``side`` x ``side`` pixels, in the rows of ``c.cells``.

    Raises:
        ValueError: the picture has no whole number of such blocks.
    """
    if side < 1 or SIDE % side:
        raise ValueError(f"blocks divide {SIDE} pixels, got blocks of {side}")

    def draw(c: Constants) -> Template:
        """Blocks of one value each."""
        return jnp.repeat(jnp.repeat(c.cells, side, axis=0), side, axis=1)

    return draw


def start_of_blocks(clue: Float[np.ndarray, "28 28"], side: int) -> dict[str, np.ndarray]:
    """The means of the clue's blocks."""
    n = SIDE // side
    return {"cells": clue.reshape(n, side, n, side).mean((1, 3)).astype(np.float64)}


def waves(order: int) -> Draw:
    """Products of a cosine down and a cosine across, with ``order`` half periods together at most.

    Their amplitudes are ``c.amplitude``, ``count_of_waves(order)`` of them.
    """

    def draw(c: Constants) -> Template:
        """A sum of slow cosine waves."""
        return jnp.tensordot(c.amplitude, wave_basis(order), 1)

    return draw


def count_of_waves(order: int) -> int:
    """How many waves there are up to an order."""
    return (order + 1) * (order + 2) // 2


def wave_basis(order: int) -> Float[jax.Array, "wave 28 28"]:
    """The waves, the constant one first, each with the largest value 1."""
    middle = 2 * jnp.arange(SIDE, dtype=jnp.float32) + 1  # of each pixel, in half pixels
    half_periods = jnp.arange(order + 1, dtype=jnp.float32) * jnp.pi / (2 * SIDE)
    wave = jnp.cos(half_periods[:, None] * middle[None])
    products = [wave[i][None, :, None] * wave[: order + 1 - i, None] for i in range(order + 1)]
    return jnp.concatenate(products)


def start_of_waves(clue: Float[np.ndarray, "28 28"], order: int) -> dict[str, np.ndarray]:
    """The waves that are nearest to the clue."""
    basis = np.asarray(wave_basis(order), np.float64).reshape(-1, SIDE * SIDE)
    return {"amplitude": np.linalg.lstsq(basis.T, clue.ravel(), rcond=None)[0]}


def stroke(c: Constants) -> Template:
    """A pen stroke from ``c.ends[:2]`` to ``c.ends[2:]``, (row, column) each.

    Its middle is ``c.bend`` to the right of the straight line, half of its width is ``c.width``,
    its edge fades over ``c.softness``, and its weight is ``c.weight``: the template is that much on
    it, and 0 elsewhere.
    """
    row, column = _places()
    start, end = c.ends[:2], c.ends[2:]
    step = end - start
    along = ((row - start[0]) * step[0] + (column - start[1]) * step[1]) / (step @ step)
    along = jnp.clip(along, 0, 1)
    off_row = row - start[0] - along * step[0]
    off_column = column - start[1] - along * step[1] - c.bend * 4 * along * (1 - along)
    distance = jnp.sqrt(off_row**2 + off_column**2 + 1e-6)
    inked: jax.Array = c.weight * jax.nn.sigmoid((c.width - distance) / c.softness)
    return inked


def straight(c: Constants) -> Template:
    """``stroke`` without a bend, of weight 1."""
    return stroke(Constants({**c, "bend": 0.0, "weight": 1.0}))


def bent(c: Constants) -> Template:
    """``stroke`` of weight 1."""
    return stroke(Constants({**c, "weight": 1.0}))


def start_of_stroke(clue: Float[np.ndarray, "28 28"]) -> dict[str, np.ndarray]:
    """The straight line along the clue's ink, by its moments.

    Raises:
        ValueError: the clue has no ink.
    """
    if not clue.sum() > 0:
        raise ValueError("a stroke starts from the ink of the clue, and there is none")
    places = np.stack([np.asarray(x, np.float64).ravel() for x in _places()])
    weight = clue.ravel() / clue.sum()
    middle = places @ weight
    spread = (places - middle[:, None]) * weight @ (places - middle[:, None]).T
    values, vectors = np.linalg.eigh(spread)
    # Evenly inked, a line has a standard deviation of its length divided by the root of 12.
    half = vectors[:, 1] * np.sqrt(3 * values[1]) * np.sign(vectors[0, 1])
    return {
        "ends": np.concatenate([middle - half, middle + half]),
        "width": np.asarray(np.sqrt(3 * values[0])),
        "softness": np.asarray(0.1),
        "bend": np.asarray(0.0),
        "weight": np.asarray(1.0),
    }


def _places() -> tuple[jax.Array, jax.Array]:
    """Row and column of every pixel, (28, 28) each."""
    place = (jnp.arange(SIDE, dtype=jnp.float32) - (SIDE - 1) / 2) / UNIT
    row, column = jnp.meshgrid(place, place, indexing="ij")
    return row, column
