"""Arcs of circles that pass through a given pixel.

An arc's direction points from that pixel to the circle's centre. A line arc is a stroke; a filled
one is a whole disc, whose rim is an edge.
"""

import numpy as np
from jaxtyping import Float

from aann.vis.stimuli.canvas import Numbers, Place, Settings, draw, soft

HALF_LENGTH = 45.0
STROKE = 4.0
"""Of a line arc, in pixels."""


def arcs(
    size: tuple[int, int],
    direction: Numbers,
    radius: Numbers = 30.0,
    *,
    place: Place = None,
    filled: Numbers = False,
    half_length: Numbers = HALF_LENGTH,
    stroke: Numbers = STROKE,
) -> Float[np.ndarray, "n y x"]:
    """Covers of arcs in [0, 1], float32.

    Args:
        size: height and width of the pictures, in pixels.
        direction: from ``place`` to the circle's centre, in degrees, y up.
        radius: of the circle, in pixels.
        place: row and column that the arcs pass through; by default the middle.
        filled: a disc instead of a stroke.
        half_length: of a line to either side of ``place``, along the arc, in pixels.
        stroke: width of a line, in pixels.

    Raises:
        ValueError: sizes are not positive, or settings do not fit together; with all problems.
    """
    given = {
        "direction": direction, "radius": radius, "filled": filled, "half_length": half_length,
        "stroke": stroke,
    }  # fmt: skip
    return draw(size, _arcs, given, place=place, positive=("radius", "half_length", "stroke"))


def _arcs(rows: np.ndarray, columns: np.ndarray, s: Settings) -> np.ndarray:
    angle, radius, half_length = np.deg2rad(s["direction"]), s["radius"], s["half_length"]
    right = columns - s["column"] - radius * np.cos(angle)
    up = s["row"] - rows - radius * np.sin(angle)
    distance = np.hypot(right, up)
    filled = s["filled"] != 0
    inside = np.where(filled, radius - distance, s["stroke"] / 2 - np.abs(distance - radius))
    cover = soft(inside)
    ends = ~filled & (half_length < np.pi * radius)
    near = np.nonzero((cover > 0) & ends)  # few pixels: angles are dear
    which = near[0]
    off = np.arctan2(up[which, near[1], 0], right[which, 0, near[2]]) - angle[which, 0, 0] - np.pi
    away = np.abs(np.angle(np.exp(1j * off)))
    cover[near] *= soft(half_length[which, 0, 0] - away * radius[which, 0, 0])
    return cover
