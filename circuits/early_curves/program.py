"""Early curves and lines of InceptionV1's mixed3a, written by hand, from pixels.

The claim: an early curve sums short lines along a bent arc, less those of its echo; a line sums
them along a straight one; both are held down where lines of all orientations crowd. Short lines are
those of ``circuits.curves.energy``. ``curves_from_3a`` can read the result: an artificial
layer that feeds an artificial layer. Which units these are, and the angles to begin with, are
measured (``curves_from_3a/tuning.py``); the other numbers come from ``circuits.early_curves.fit``.
No weight of a network is read.

The grid of the result has stride 8 and its cell (i, j) is centred at pixel (8 i + 7, 8 j + 7), as
in ``mixed3a``; ``circuits.curves.placed`` brings it to other grids and layouts.
"""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from aann import Constant, Constants, Replacement, make, register
from circuits.curves.energy import STRIDE, normals, oriented_energy, shares
from circuits.curves.filters import arcs, convolve, discs
from circuits.curves.placed import PLAIN, Placing
from circuits.curves.program import SHAPE, check_constants
from circuits.curves_from_3a.program import CURVES, EXCHANGEABLE, LINES, curves_from_3a

FROM_PIXELS = ("wavelength",)
"""Shape constants of ``curve_detectors`` that hold here as they are."""

SHARED = ("contrast", "curvature", "curve_length", "line_length", "width", "opposing", "threshold")
"""Contrast as there; of the arcs: curvature (1 / px), length of bent and straight ones and width
(px), which is the spread of the crowd too; how much the echo counts; threshold of a unit."""

UNIT_CONSTANTS = ("right", "up", "crossing", "gain")
"""One entry a unit, early curves first: pixels right and up of the cell's centre; how much the
crowd counts; output scale."""


def draw_early(image: Float[Array, "b y x rgb"], c: Constants) -> Float[Array, "b i j unit"]:
    """Early curves fire on short arcs that face one way, lines on straight ones."""
    return early_units(oriented_energy(image, c), c)


def early_units(energy: Float[Array, "b i j line"], c: Constants) -> Float[Array, "b i2 j2 unit"]:
    """The program from oriented energy on."""
    drive = convolve(shares(energy, c), _kernels(c), 2) - c.threshold
    fired: jax.Array = c.gain[None, None, None, :] * jnp.maximum(drive, 0)
    return fired


def _kernels(c: Constants) -> Float[Array, "tap tap line unit"]:
    """Filters of lines: each unit's arc, less the echo of bent ones, less the crowd."""
    curved, straight = jnp.deg2rad(c.curve_direction), jnp.deg2rad(c.line_normal)
    n, normal = curved.size, normals()
    bent = (c.curvature, c.curve_length, c.width, STRIDE, normal, 2, (c.right[:n], c.up[:n]))
    long = (c.line_length, c.width, STRIDE, normal, 2, (c.right[n:], c.up[n:]))
    arc = arcs(curved, *bent) - c.opposing * arcs(curved + jnp.pi, *bent)
    line = arcs(straight, jnp.zeros(()), *long)
    crowd = discs(c.width, STRIDE, normal.size, (c.right, c.up))
    crossing = c.crossing[None, None, None, :] * crowd
    kernels: jax.Array = jnp.concatenate([arc, line], -1) - crossing
    return kernels


def replacement(
    model: str,
    site: str,
    curves: Sequence[int],
    lines: Sequence[int],
    constants: Mapping[str, Constant],
    placing: Placing = PLAIN,
) -> Replacement:
    """The program in place of ``curves`` and ``lines``, with what its fit found.

    Args:
        model: name of the model.
        site: a spatial site of stride 8.
        curves: units that are early curves.
        lines: units that are lines.
        constants: those of ``FROM_PIXELS`` and ``SHARED``; one angle an early curve and one a
            line; arrays with one entry a unit.
        placing: where the site's grid or the layout of pictures is not the program's own.

    Raises:
        ValueError: a constant is missing or unknown, or has a wrong number of entries.
    """
    units = (*curves, *lines)
    wanted = {
        **dict.fromkeys((*FROM_PIXELS, *SHARED), ()),
        "curve_direction": (len(curves),),
        "line_normal": (len(lines),),
        **dict.fromkeys(UNIT_CONSTANTS, (len(units),)),
    }
    what = f"{len(curves)} early curves and {len(lines)} lines"
    check_constants(wanted, constants, what)
    return make(
        placing.place(draw_early), name="early_curves", model=model, site=site, units=units,
        constants=constants, axis=placing.axis, exchangeable=EXCHANGEABLE,
    )  # fmt: skip


FIT = "python -m evals.curves_from_3a: squared error on 160 design images"
TURNED = f"{FIT}, from the angles of curves_from_3a"

# fmt: off
FOUND = {
    "contrast": Constant(10.0, "fitted", FIT),
    "curvature": Constant(0.045, "fitted", FIT),
    "curve_length": Constant(5.2, "fitted", FIT),
    "line_length": Constant(3.9, "fitted", FIT),
    "width": Constant(2.7, "fitted", FIT),
    "opposing": Constant(0.55, "fitted", FIT),
    "threshold": Constant(-0.017, "fitted", FIT),
    "curve_direction": Constant(
        [
            254, 284, 316, 95, 20, 69, 145, 127, 226, 199, 310, 346, 202, 165, 262, 19, 332, 230,
            248, 33, 100, 90,
        ],
        "fitted", TURNED,
    ),
    "line_normal": Constant(
        [
            22, 95, 44, 112, 44, 176, 170, 35, 135, 93, 54, 75, 96, 0, 50, 167, 71, 165, 163, 127,
            70, 129, 154, 110, 164, 109, 90, 72, 117, 72, 39, 88, 8, 166, 46, 72, 58, 14,
        ],
        "fitted", TURNED,
    ),
    "right": Constant(
        [
            -0.5, 1, 2, 0.5, -4, 1.5, -2.5, 1.5, 1.5, 0, -6, 1, 5, -6.5, -8, -4.5, 4, -9.5, -10,
            2.5, 2, -2, 2, -1.5, -0.5, -4.5, 0, 1, 1.5, -0.5, -0.5, -1.5, -0.5, -1.5, -1, 1.5,
            -1.5, 0.5, -1.5, 1, 2.5, -0.5, 0, -1.5, -0.5, -2.5, 1.5, -2, -7.5, -1, 0.5, 0, 0.5, -1,
            1.5, -2, -1, -3, 0, 4,
        ],
        "fitted", FIT,
    ),
    "up": Constant(
        [
            0.5, 0, 3, 4, -4, 0, -2.5, 4, -3, -2, -5.5, 20, 8.5, 6.5, 0, 5, 8.5, 11, 1.5, -3.5,
            -2.5, -4.5, -1, 6, 1.5, 8, 1, 1.5, -9.5, 0, 2, -2, 1, -2, 0, 0.5, 0.5, 1.5, -1.5, 2.5,
            9.5, 1.5, -1, 1, 0.5, 1.5, -2, -1.5, 2, 3, -3, 0, 4, -2, 0, -3, 1, 12.5, 1.5, 3,
        ],
        "fitted", FIT,
    ),
    "crossing": Constant(
        [
            0.45, 0.45, 0.45, 0.5, 0.45, 0.45, 0.5, 0.5, 0.45, 0.05, 0.5, 0.35, 0.3, 0.2, 0.35,
            0.35, 0.1, 0.35, 0.25, -0.15, 0.25, 0.15, 0.95, 1, 1, 0.5, 0.7, 0.9, 0.7, 0.8, 0.95,
            0.6, 0.8, 0.95, 0.95, 0.4, 0.85, -0.05, 0.75, 0.8, 0.15, 0.85, -0.45, 0.7, -0.1, 0.75,
            1.05, 0.3, 1.1, 0.55, 0.35, -0.5, -0.55, 0.9, 0.25, 0.35, 0.6, 0.05, -0.6, 0.2,
        ],
        "fitted", FIT,
    ),
    "gain": Constant(
        [
            1400, 1400, 1500, 1400, 1500, 1500, 1900, 1700, 1300, 470, 1500, 690, 1000, 770, 1000,
            1300, 450, 1200, 680, 450, 980, 640, 1000, 750, 1300, 500, 150, 700, 610, 410, 1400,
            360, 430, 870, 590, 170, 700, 170, 250, 880, 310, 410, 250, 920, 220, 640, 850, 370,
            670, 510, 380, 140, 170, 600, 300, 75, 330, 290, 110, 320,
        ],
        "fitted", FIT,
    ),
}
# fmt: on

early_curves = register(
    draw_early,
    name="early_curves",
    model="inceptionv1",
    site="mixed3a",
    units=[int(u) for names in (CURVES, LINES) for u in curves_from_3a.constants[names[0]].value],
    constants={**{n: SHAPE[n] for n in FROM_PIXELS}, **FOUND},
    exchangeable=EXCHANGEABLE,
)
"""The units of the mirrored checkpoint that ``curves_from_3a`` reads there: early curves first."""
