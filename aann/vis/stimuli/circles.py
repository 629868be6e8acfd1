"""Circles, filled or not, and spirals."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aann.vis.stimuli.canvas import Numbers, Place, Settings, distance, draw, soft


def circles(
    size: tuple[int, int],
    radius: Numbers,
    *,
    place: Place = None,
    filled: Numbers = False,
    stroke: Numbers = 4.0,
) -> Float[np.ndarray, "n y x"]:
    """Covers of circles in [0, 1], float32.

    Args:
        size: height and width of the pictures, in pixels.
        radius: in pixels, to the middle of the stroke, or to the rim of a disc.
        place: row and column of the middle; by default that of the picture.
        filled: a disc instead of a ring.
        stroke: width of the ring, in pixels.

    Raises:
        ValueError: lengths are not positive, or settings do not fit together; with all problems.
    """
    given = {"radius": radius, "filled": filled, "stroke": stroke}
    return draw(size, _circles, given, place=place, positive=("radius", "stroke"))


def spirals(
    size: tuple[int, int],
    direction: Numbers = 0.0,
    *,
    place: Place = None,
    pitch: Numbers = 12.0,
    radius: Numbers = 40.0,
    stroke: Numbers = 4.0,
    clockwise: Numbers = False,
) -> Float[np.ndarray, "n y x"]:
    """Covers of Archimedean spirals in [0, 1], float32.

    Args:
        size: height and width of the pictures, in pixels.
        direction: that the spiral leaves its middle in, in degrees, y up.
        place: row and column of the middle; by default that of the picture.
        pitch: from one turn to the next, in pixels, more than ``stroke``.
        radius: beyond which nothing is drawn, in pixels.
        stroke: width of the line, in pixels.
        clockwise: how it winds outwards.

    Raises:
        ValueError: lengths are not positive, turns overlap, or settings do not fit together; with
            all problems.
    """
    given = {
        "direction": direction, "pitch": pitch, "radius": radius, "stroke": stroke,
        "clockwise": clockwise,
    }  # fmt: skip
    closest = np.min(np.asarray(pitch, float), initial=np.inf)
    widest = np.max(np.asarray(stroke, float), initial=-np.inf)
    extra = [f"pitch {closest:g} is to be more than stroke {widest:g}"] if closest <= widest else []
    return draw(
        size, _spirals, given, place=place, positive=("pitch", "radius", "stroke"), extra=extra
    )


def _circles(rows: jax.Array, columns: jax.Array, s: Settings) -> jax.Array:
    away = distance(rows - s["row"], columns - s["column"])
    ring = s["stroke"] / 2 - jnp.abs(away - s["radius"])
    return soft(jnp.where(s["filled"] != 0, s["radius"] - away, ring))


def _spirals(rows: jax.Array, columns: jax.Array, s: Settings) -> jax.Array:
    right, up = columns - s["column"], s["row"] - rows
    away = distance(right, up)
    winding = jnp.where(s["clockwise"] != 0, -1.0, 1.0)
    turn = winding * (jnp.arctan2(up, right) - jnp.deg2rad(s["direction"])) / (2 * jnp.pi) % 1.0
    turns = away / s["pitch"] - turn
    nearest = jnp.maximum(jnp.round(turns), 0.0)
    slope = s["pitch"] / (2 * jnp.pi)
    steep = away / distance(away, slope)  # how squarely a ray crosses the line
    steep = 1 + jnp.minimum(nearest + turn, 1.0) * (steep - 1)  # in the middle it is the ray
    off = jnp.abs(turns - nearest) * s["pitch"] * steep
    off = jnp.minimum(off, away)  # it begins round
    cover: jax.Array = soft(s["stroke"] / 2 - off) * soft(s["radius"] - away)
    return cover
