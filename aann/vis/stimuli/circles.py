"""Circles, filled or not, and spirals."""

import numpy as np
from jaxtyping import Float

from aann.vis.stimuli.canvas import Numbers, Place, Settings, draw, soft


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


def _circles(rows: np.ndarray, columns: np.ndarray, s: Settings) -> np.ndarray:
    distance = np.hypot(rows - s["row"], columns - s["column"])
    ring = s["stroke"] / 2 - np.abs(distance - s["radius"])
    return soft(np.where(s["filled"] != 0, s["radius"] - distance, ring))


def _spirals(rows: np.ndarray, columns: np.ndarray, s: Settings) -> np.ndarray:
    right, up = columns - s["column"], s["row"] - rows
    distance = np.hypot(right, up)
    winding = np.where(s["clockwise"] != 0, -1.0, 1.0)
    turn = winding * (np.arctan2(up, right) - np.deg2rad(s["direction"])) / (2 * np.pi) % 1.0
    turns = distance / s["pitch"] - turn
    nearest = np.maximum(np.round(turns), 0.0)
    slope = s["pitch"] / (2 * np.pi)
    steep = distance / np.hypot(distance, slope)  # how squarely a ray crosses the line
    steep = 1 + np.minimum(nearest + turn, 1.0) * (steep - 1)  # in the middle it is the ray
    off = np.abs(turns - nearest) * s["pitch"] * steep
    off = np.minimum(off, distance)  # it begins round
    cover: np.ndarray = soft(s["stroke"] / 2 - off) * soft(s["radius"] - distance)
    return cover
