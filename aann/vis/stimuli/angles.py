"""Angles, and the morph from an angle to a curve.

Two arms meet at a corner. ``bend`` puts an arc in the corner's place that touches both arms: 0 is
the angle, 1 an arc alone, from the end of one arm to that of the other. The middle of the stroke
stays in its place, and facing stays: the direction from the corner to the inside of the angle.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aann.vis.stimuli.canvas import Numbers, Place, Settings, distance, draw, soft, turned


def angles(
    size: tuple[int, int],
    direction: Numbers,
    opening: Numbers = 90.0,
    *,
    bend: Numbers = 0.0,
    place: Place = None,
    filled: Numbers = False,
    arm: Numbers = 30.0,
    stroke: Numbers = 4.0,
) -> Float[np.ndarray, "n y x"]:
    """Covers of angles, rounded or not, in [0, 1], float32.

    Args:
        size: height and width of the pictures, in pixels.
        direction: that the angle opens to, along its bisector, in degrees, y up; as the direction
            of an arc, it points to the middle of the arc's circle.
        opening: between the arms, in degrees, more than 0 and less than 180.
        bend: part of each arm that is bent into the arc, from 0 to 1.
        place: row and column of the middle of the stroke; by default the middle of the picture.
        filled: what lies between the arms, up to the line from end to end, instead of the stroke.
        arm: length of each arm before it is bent, in pixels.
        stroke: width of a line, in pixels.

    Raises:
        ValueError: a length is not positive, ``opening`` or ``bend`` is out of its range, or
            settings do not fit together; with all problems.
    """
    wide, bent = np.asarray(opening, float), np.asarray(bend, float)
    extra = []
    if not ((wide > 0) & (wide < 180)).all():
        extra.append(f"opening is between 0 and 180 degrees, got {wide.min():g} to {wide.max():g}")
    if not ((bent >= 0) & (bent <= 1)).all():
        extra.append(f"bend is from 0 to 1, got {bent.min():g} to {bent.max():g}")
    given = {
        "direction": direction, "opening": opening, "bend": bend, "filled": filled, "arm": arm,
        "stroke": stroke,
    }  # fmt: skip
    return draw(size, _angles, given, place=place, positive=("arm", "stroke"), extra=extra)


def _angles(rows: jax.Array, columns: jax.Array, s: Settings) -> jax.Array:
    half = jnp.deg2rad(s["opening"]) / 2
    sin, cos = jnp.sin(half), jnp.cos(half)
    tangent = s["bend"] * s["arm"]  # from the corner to where the arc begins
    radius = tangent * sin / cos
    middle = tangent / cos  # from the corner to the middle of the arc's circle
    facing, left = turned(rows, columns, s, s["direction"])
    facing = facing + middle - radius  # counted from the corner
    left = jnp.abs(left)  # both arms are alike
    along = facing * cos + left * sin
    across = facing * sin - left * cos  # to the inside of the arm
    from_circle = distance(facing - middle, left)
    rounded = along < tangent
    inside = jnp.where(rounded & (tangent > 0), radius - from_circle, across)
    stroke = s["stroke"] / 2 - jnp.abs(inside)
    beyond = jnp.where(rounded & (tangent == 0), s["stroke"] / 2 - distance(along, across), stroke)
    line = soft(beyond) * soft(s["arm"] - along)
    chord = s["arm"] * cos - facing
    return jnp.where(s["filled"] != 0, soft(jnp.minimum(inside, chord)), line)
