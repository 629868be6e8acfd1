"""Digits in any size, turned, slanted, thick and thin: outlines of a font, not its pixels.

Each digit's distance to its outline is measured once, on a fine grid; a stimulus reads it at its
own places, so that edges are smooth at every size. The font is DejaVu Sans, which comes with
matplotlib.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from scipy.ndimage import distance_transform_edt

from aann.vis.stimuli.canvas import Numbers, Place, Settings, draw, soft, turned

FINE = 128
"""Rows of the fine grid from the foot of a digit to its head."""
MARGIN = 64
"""Rows and columns around it."""


def digits(
    size: tuple[int, int],
    digit: Numbers,
    *,
    height: Numbers | None = None,
    place: Place = None,
    angle: Numbers = 0.0,
    slant: Numbers = 0.0,
    thicker: Numbers = 0.0,
) -> Float[np.ndarray, "n y x"]:
    """Covers of digits in [0, 1], float32.

    Args:
        size: height and width of the pictures, in pixels.
        digit: from 0 to 9.
        height: of the digits, in pixels; by default 0.7 of the picture's.
        place: row and column of the middle; by default that of the picture.
        angle: turned by, in degrees, counterclockwise.
        slant: how far the head moves right, as a part of the height.
        thicker: pixels by which the outline is moved out; in, where negative.

    Raises:
        ValueError: it is no digit, a height is not positive, or settings do not fit together; with
            all problems.
    """
    which = np.asarray(digit, float)
    bad = which[~np.isin(which, np.arange(10))]
    extra = [f"digit is a whole number from 0 to 9, got {bad[0]:g}"] if bad.size else []
    given = {
        "digit": digit, "angle": angle, "slant": slant, "thicker": thicker,
        "height": 0.7 * size[0] if height is None else height,
    }  # fmt: skip
    return draw(size, _digits, given, place=place, positive=("height",), extra=extra)


@functools.cache
def outlines() -> Float[np.ndarray, "digit y x"]:
    """How far points of the fine grid lie inside each digit, in rows of the grid, y down."""
    found = []
    for digit in range(10):
        path = TextPath((0, 0), str(digit), size=FINE, prop=FontProperties("DejaVu Sans"))
        box = path.get_extents()
        scale = FINE / box.height
        y, x = np.mgrid[: FINE + 2 * MARGIN, : FINE + 2 * MARGIN]
        right = (x - x.mean()) / scale + (box.x0 + box.x1) / 2
        up = (y.mean() - y) / scale + (box.y0 + box.y1) / 2
        inside = _contains(path, np.stack([right, up], -1).reshape(-1, 2)).reshape(y.shape)
        found.append(distance_transform_edt(inside) - distance_transform_edt(~inside))
    outline = np.stack(found)
    outline -= np.sign(outline) / 2  # the edge lies between two grid points
    outline.flags.writeable = False
    return outline


def _contains(path: Path, points: np.ndarray) -> np.ndarray:
    """Inside an odd number of the outline's closed parts: a hole is no part of a digit."""
    inside = np.zeros(len(points), bool)
    for polygon in path.to_polygons(closed_only=True):
        inside ^= Path(polygon).contains_points(points)
    return inside


def _digits(rows: jax.Array, columns: jax.Array, s: Settings) -> jax.Array:
    right, up = turned(rows, columns, s, s["angle"])
    scale = FINE / s["height"]
    middle = (FINE + 2 * MARGIN - 1) / 2
    inside = _between(
        jnp.asarray(outlines(), jnp.float32), s["digit"].astype(jnp.int32), middle - up * scale,
        middle + (right - s["slant"] * up) * scale,
    )  # fmt: skip
    return soft(inside / scale + s["thicker"])


def _between(planes: jax.Array, which: jax.Array, y: jax.Array, x: jax.Array) -> jax.Array:
    """Values of planes (k, y, x) at any place, by straight lines between grid points."""
    last = planes.shape[1] - 1
    y, x = jnp.clip(y, 0.0, last), jnp.clip(x, 0.0, last)
    above, left = (jnp.clip(jnp.floor(k), 0.0, last - 1) for k in (y, x))
    i, j = above.astype(jnp.int32), left.astype(jnp.int32)
    down, right = y - above, x - left
    top = planes[which, i, j] * (1 - right) + planes[which, i, j + 1] * right
    foot = planes[which, i + 1, j] * (1 - right) + planes[which, i + 1, j + 1] * right
    return top * (1 - down) + foot * down
