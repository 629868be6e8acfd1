"""Curve detectors of InceptionV1, written by hand, from pixels.

The claim: a curve detector sums, along an arc of its own, small curves that face the same way, and
is held down by small curves that face otherwise, lie beyond its ends or crowd the place. The
program says this in three steps (Cammarata et al., "Curve Detectors" 2020 and "Curve Circuits"
2021, describe the same steps in the network's own layers):

1. ``oriented_energy``: how much of a line of each orientation is at each point, whatever its
   colour and whether it is light or dark (``energy``);
2. ``early_curves``: short arcs of such lines, less the arcs that bend the other way (the "echo"),
   less lines that lean over, or that close in beyond its ends;
3. ``unit_curves``: for each unit a longer arc of early curves, less what speaks against it.

The filters of the last two are sums of lobes with names (``lobes``). Shape constants are shared by
all units and by all networks; the constants of single units come from ``circuits.curves.fit``. No
weight of a network is read.

Angles: a curve's direction points from the curve to its circle's centre, in degrees, counted from
right towards up. Offsets are in pixels, right and up; along an arc and towards its centre. The grid
of the result has stride 8 and its cell (i, j) is centred at pixel (8 i + 7, 8 j + 7), as in
``mixed3b``; ``circuits.curves.placed`` brings it to other grids and layouts. ``contrast`` belongs
to pixels from 0 to 255, and calibration scales it to other ranges.
"""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from aann import Constant, Constants, Replacement, make, register
from circuits.curves.energy import ORIENTATIONS, POOL, STRIDE, facings, oriented_energy, shares
from circuits.curves.filters import blurred, convolve
from circuits.curves.lobes import each, early_filters, unit_filters
from circuits.curves.placed import PLAIN, Placing

FIT = "python -m circuits.curves.shape: squared error on 350 design images"


def _fitted(value: float, what: str) -> Constant:
    return Constant(value, "fitted", f"{FIT}; {what}")


SHAPE = {
    "wavelength": Constant(4.0, "chosen", "px; finer Gabor filters, as wide as those of conv2d0"),
    "contrast": _fitted(3.8, "energy that counts as contrast; below it, little is a line"),
    "bend_curvature": _fitted(0.013, "1 / px, of an early curve"),
    "bend_length": _fitted(8.8, "px along it"),
    "bend_width": _fitted(4.9, "px across"),
    "bend_tuning": _fitted(34.0, "of its lines"),
    "echo": _fitted(1.8, "weight of lines along the arc that bends the other way"),
    "line": _fitted(1.1, "weight of a short straight line in the middle"),
    "line_length": _fitted(1.8, "px"),
    "line_width": _fitted(4.0, "px"),
    "line_tuning": _fitted(100.0, "of short lines"),
    "echo_curvature": _fitted(0.02, "1 / px"),
    "echo_length": _fitted(6.5, "px"),
    "echo_width": _fitted(6.7, "px"),
    "lean": _fitted(0.29, "weight against short lines that lean over"),
    "lean_along": _fitted(-3.4, "px from the middle"),
    "lean_spread": _fitted(0.45, "px"),
    "lean_turn": _fitted(24.0, "degrees"),
    "closing": _fitted(0.12, "weight against lines that turn in beyond the ends"),
    "closing_along": _fitted(12.0, "px from the middle"),
    "closing_inward": _fitted(9.5, "px"),
    "closing_spread": _fitted(2.6, "px"),
    "closing_turn": _fitted(49.0, "degrees"),
    "crossing": _fitted(-0.036, "weight against lines of all orientations; below zero: for them"),
    "early_threshold": _fitted(0.032, "of an early curve"),
    "tuning": _fitted(8.4, "of the early curves of an arc"),
    "crowd_spread": _fitted(4.9, "px"),
    "around_spread": _fitted(16.0, "px, of the wide surround"),
    "halo_spread": _fitted(140.0, "px"),
    "oblique_along": _fitted(8.6, "px along, of curves that face aslant"),
    "oblique_inward": _fitted(-3.7, "px inward"),
    "oblique_spread": _fitted(11.0, "px"),
    "oblique_turn": _fitted(52.0, "degrees"),
    "oblique_tuning": _fitted(60.0, "of their direction"),
    "ends_along": _fitted(10.0, "px along, where an arc goes on"),
    "ends_inward": _fitted(-4.9, "px inward"),
    "ends_spread": _fitted(10.0, "px"),
    "ends_turn": _fitted(22.0, "degrees"),
}
"""Constants that all curve detectors share. None is read from weights."""

UNIT = {
    "direction": 0.0, "right": 0.0, "up": 0.0, "length": 10.0, "width": 3.4, "curvature": 0.015,
    "opposing": 0.4, "crowd": 0.7, "halo": 0.1, "anticlockwise": 0.1, "clockwise": 0.1,
    "ends": 0.2, "around": 1.0, "threshold": 0.0, "gain": 10000.0,
}  # fmt: skip
"""Of a unit of which nothing is known but that it is a curve detector: where calibration begins.

``direction``: degrees. ``right``, ``up``: pixels from the cell's centre. ``length``, ``width``:
spread along the arc and across it, pixels. ``curvature``: 1 / pixels. Weights of what holds the
unit down: ``opposing``: curves on its arc that face the other way; ``crowd``: curves of all
directions; ``halo``: curves around it that face its way; ``anticlockwise``, ``clockwise``: curves
beside the middle that face aslant, turned one way and the other; ``ends``: how the arc goes on
beyond its ends. ``around``: weight of a wide surround that faces its way, less what faces the other
way. ``threshold`` and ``gain`` of what comes out."""

UNIT_CONSTANTS = tuple(UNIT)
"""One entry a unit."""


def any_direction(rng: np.random.Generator, degrees: np.ndarray) -> np.ndarray:
    """As many directions, drawn evenly from the full turn: those of a wrong program."""
    return rng.uniform(0, 360, degrees.shape)


EXCHANGEABLE = {"direction": any_direction}
"""What a wrong program of the same form has drawn anew."""


def curves(image: Float[Array, "b y x rgb"], c: Constants) -> Float[Array, "b i j unit"]:
    """Each unit fires on curves that face one way, of any colour, light or dark, line or edge."""
    return unit_curves(early_curves(oriented_energy(image, c), c), c)


def early_curves(energy: Float[Array, "b i j line"], c: Constants) -> Float[Array, "b i j facing"]:
    """Short arcs of lines facing each way, less what speaks against them, at stride 4."""
    share = shares(energy, c)
    drive = convolve(share, early_filters(c)) - c.crossing * share.mean(-1, keepdims=True)
    return jnp.maximum(drive - c.early_threshold, 0)


def unit_curves(early: Float[Array, "b i j facing"], c: Constants) -> Float[Array, "b i j unit"]:
    """Each unit's arc of early curves, less what speaks against it."""
    window, strides = (1, POOL, POOL, 1), (1, 2, 2, 1)
    pooled = lax.reduce_window(early, 0.0, lax.add, window, strides, "SAME") / POOL**2
    facing = jnp.cos(facings()[:, None] - jnp.deg2rad(c.direction)[None, :]) / ORIENTATIONS
    around = blurred(pooled, c.around_spread, 2 * STRIDE) @ facing
    drive = convolve(early, unit_filters(c), 2) + each(c.around, around) * around
    fired: jax.Array = each(c.gain, drive) * jnp.maximum(drive - each(c.threshold, drive), 0)
    return fired


def replacement(
    model: str,
    site: str,
    units: Sequence[int],
    constants: Mapping[str, Constant],
    placing: Placing = PLAIN,
) -> Replacement:
    """The program in place of ``units``, with constants as ``circuits.curves.fit`` finds them.

    Args:
        model: name of the model.
        site: a spatial site of stride 8.
        units: in the order of the constants' entries.
        constants: the shared shape, and one entry a unit of each other array.
        placing: where the site's grid or the layout of pictures is not the program's own.

    Raises:
        ValueError: a constant is missing or unknown, or has not one entry a unit.
    """
    wanted = {**dict.fromkeys(SHAPE, ()), **dict.fromkeys(UNIT_CONSTANTS, (len(units),))}
    check_constants(wanted, constants, f"{len(units)} curve detectors")
    return make(
        placing.place(curves), model=model, site=site, units=units, constants=constants,
        axis=placing.axis, exchangeable=EXCHANGEABLE,
    )  # fmt: skip


def check_constants(
    wanted: Mapping[str, tuple[int, ...]], constants: Mapping[str, Constant], what: str
) -> None:
    """Check that just the wanted constants are there.

    Args:
        wanted: name -> shape.
        constants: what is given.
        what: they are for.

    Raises:
        ValueError: with all that are missing, unknown, or of another shape.
    """
    problems = [f"{n!r} is missing" for n in wanted if n not in constants]
    problems += [f"{n!r} is unknown" for n in constants if n not in wanted]
    problems += [
        f"{n!r} has shape {np.shape(constants[n].value)} instead of {shape}"
        for n, shape in wanted.items()
        if n in constants and np.shape(constants[n].value) != shape
    ]
    if problems:
        raise ValueError(f"constants for {what}: " + "; ".join(problems))


CALIBRATED = (
    "python -m circuits.curves.fit: squared error, then KL and correlation, on 350 design images"
)
RAISED = f"{CALIBRATED}, then 1.1 times as large: least KL(intact || spliced) on 64 others"

# fmt: off
curve_detectors = register(
    curves,
    name="curve_detectors",
    model="inceptionv1",
    site="mixed3b",
    units=(345, 384, 343, 327, 335, 360, 415, 334, 391, 374),
    exchangeable=EXCHANGEABLE,
    constants={
        **SHAPE,
        "direction": Constant([
            69, 332, 35, 148, 255, 110, 41, 301, 139, 224,
        ], "fitted", CALIBRATED),
        "right": Constant([
            -7, -2.5, -2.5, -2.5, 0, -2.5, -3.5, -6, -1.5, -1,
        ], "fitted", CALIBRATED),
        "up": Constant([2, 5.5, 2, 1.5, 4, -5.5, 3.5, 6, 0.5, 6], "fitted", CALIBRATED),
        "length": Constant([
            11.7, 9.2, 5.1, 5.7, 12.8, 13.4, 11.4, 12.4, 10.2, 12.2,
        ], "fitted", CALIBRATED),
        "width": Constant([4.2, 5.2, 5.2, 4.8, 2.9, 5.2, 4, 3.2, 4.1, 5.1], "fitted", CALIBRATED),
        "curvature": Constant([
            0.015, 0.02, 0.073, 0.079, 0.015, 0.02, 0.014, 0.023, 0.008, 0.017,
        ], "fitted", CALIBRATED),
        "opposing": Constant([
            0.62, 0.22, 0.48, 0.9, 0.82, 0.68, -0.06, 0.58, -0.04, 0.16,
        ], "fitted", CALIBRATED),
        "crowd": Constant([
            0.74, 0.58, 0.68, 0.44, 0.3, 0.74, 0.02, 0.36, 0.04, -0.06,
        ], "fitted", CALIBRATED),
        "halo": Constant([
            0.08, -0.18, 0.24, 0.14, 0.26, 0.24, 0, 0.24, -0.3, -0.32,
        ], "fitted", CALIBRATED),
        "anticlockwise": Constant([
            0.12, 0.2, -0.06, 0, 0.46, -0.06, 0.18, 0.06, 0.66, 0.2,
        ], "fitted", CALIBRATED),
        "clockwise": Constant([
            0.08, -0.06, -0.04, -0.02, 0.26, 0.2, 0.78, 0.4, 0.04, 0.46,
        ], "fitted", CALIBRATED),
        "ends": Constant([
            -0.06, 0.62, 0.2, 0.08, -0.08, -0.3, 0.84, -0.06, 0.88, 1,
        ], "fitted", CALIBRATED),
        "around": Constant([
            2.4, 0.1, -0.5, -0.3, 1.5, 2.7, 0.3, 1.7, 0.3, -0.6,
        ], "fitted", CALIBRATED),
        "threshold": Constant([
            0.00121, -0.00019, -0.00041, -0.00021, 0.00078, 0.00061, -0.00029, 0.00071, -0.0011,
            0.00029,
        ], "fitted", CALIBRATED),
        "gain": Constant([
            17000.0, 18000.0, 17000.0, 13000.0, 15000.0, 16000.0, 13000.0, 14000.0, 8700.0, 16000.0,
        ], "fitted", RAISED),
    },
)
# fmt: on
"""The mirrored checkpoint's family, with what calibration gives there."""
