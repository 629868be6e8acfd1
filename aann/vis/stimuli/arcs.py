"""Arcs of circles that pass through a given pixel.

An arc's direction points from that pixel to the circle's centre. A line arc is a stroke; a filled
one is a whole disc, whose rim is an edge. They are drawn in float64: the families that were found
with them, and what is calibrated on these, rest on every bit.
"""

import numpy as np
from jaxtyping import Float

from aann.vis.stimuli.canvas import Numbers, Place, Settings, placed

HALF_LENGTH = 45.0
STROKE = 4.0
"""Of a line arc, in pixels."""

CHUNK = 2**16
"""Pixels that are drawn together: what they need stays in the processor's cache."""
MARGIN = 1e-3
"""Pixels: more than what rounding moves an edge by."""


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
    settings = placed(size, given, place=place, positive=("radius", "half_length", "stroke"))
    n = len(settings["radius"])
    covers = np.zeros((n, *size), np.float32)
    step = max(1, CHUNK // (size[0] * size[1]))
    for start in range(0, n, step):
        few = {name: x[start : start + step] for name, x in settings.items()}
        _draw(covers[start : start + step], few)
    return covers


def _draw(covers: np.ndarray, s: Settings) -> None:
    """Draw on empty covers (n, y, x): only where an edge is, is a pixel looked at closely."""
    angle, radius, filled = np.deg2rad(s["direction"]), s["radius"], s["filled"] != 0
    rows, columns = (np.arange(float(k)) for k in covers.shape[1:])
    right = columns[None, None, :] - s["column"] - radius * np.cos(angle)
    up = s["row"] - rows[None, :, None] - radius * np.sin(angle)
    reach = np.where(filled, 0.0, s["stroke"] / 2) + 0.5 + MARGIN
    inner, outer = np.maximum(radius - reach, 0.0), radius + reach
    square = right**2 + up**2
    beyond = square >= inner**2
    covers[filled & ~beyond] = 1.0
    which, y, x = near = np.nonzero(beyond & (square <= outer**2))
    distance = np.hypot(right[which, 0, x], up[which, y, 0])
    r, wide, half, disc = (
        np.broadcast_to(k, radius.shape)[which, 0, 0]
        for k in (radius, s["stroke"], s["half_length"], filled)
    )
    cover = _soft(np.where(disc, r - distance, wide / 2 - np.abs(distance - r)))
    ends = np.nonzero(~disc & (half < np.pi * r))[0]
    off = np.arctan2(up[which, y, 0], right[which, 0, x]) - angle[which, 0, 0] - np.pi
    away = np.abs(np.angle(np.exp(1j * off[ends])))
    cover[ends] *= _soft(half[ends] - away * r[ends])
    covers[near] = cover


def _soft(inside: np.ndarray) -> np.ndarray:
    return np.clip(inside + 0.5, 0.0, 1.0)
