"""Straight strokes and edges of any orientation."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aann.vis.stimuli.canvas import Numbers, Place, Settings, draw, soft, turned


def lines(
    size: tuple[int, int],
    orientation: Numbers,
    *,
    place: Place = None,
    half_length: Numbers = 45.0,
    stroke: Numbers = 4.0,
) -> Float[np.ndarray, "n y x"]:
    """Covers of straight strokes in [0, 1], float32.

    Args:
        size: height and width of the pictures, in pixels.
        orientation: along the stroke, in degrees, y up; 0 lies flat.
        place: row and column of its middle; by default that of the picture.
        half_length: to either side of the middle, in pixels.
        stroke: its width, in pixels.

    Raises:
        ValueError: lengths are not positive, or settings do not fit together; with all problems.
    """
    given = {"orientation": orientation, "half_length": half_length, "stroke": stroke}
    return draw(size, _lines, given, place=place, positive=("half_length", "stroke"))


def edges(
    size: tuple[int, int], direction: Numbers, *, place: Place = None
) -> Float[np.ndarray, "n y x"]:
    """Covers of half planes in [0, 1], float32: filled on the side that ``direction`` points to.

    Args:
        size: height and width of the pictures, in pixels.
        direction: at right angles to the edge, into what is filled, in degrees, y up.
        place: row and column that the edge passes through; by default the middle.

    Raises:
        ValueError: settings do not fit together; with all problems.
    """
    return draw(size, _edges, {"direction": direction}, place=place)


def _lines(rows: jax.Array, columns: jax.Array, s: Settings) -> jax.Array:
    along, across = turned(rows, columns, s, s["orientation"])
    return soft(s["stroke"] / 2 - jnp.abs(across)) * soft(s["half_length"] - jnp.abs(along))


def _edges(rows: jax.Array, columns: jax.Array, s: Settings) -> jax.Array:
    return soft(turned(rows, columns, s, s["direction"])[0])
