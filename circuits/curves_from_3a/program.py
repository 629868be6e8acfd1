"""Curve detectors of InceptionV1's mixed3b, written by hand, from the layer below, mixed3a.

The claim is the published algorithm (Cammarata et al., "Curve Circuits", 2021), one level up from
``curve_detectors``, with the network's own early curves and lines instead of drawn ones:

1. ``facing``: how much of a curve that faces each way is at each place. An early curve speaks for
   the direction that it faces and against the opposite one, whose curves are its echo; a line
   speaks for the two directions at right angles to it and against all others. How loud each
   speaks falls off with the angle in one way for all early curves and in another for all lines.
2. An arc of these along the unit's tangent, less its echo, less the crowd: the very filters of
   ``curve_detectors``, with the constants that were fitted there, on a coarser grid.

So the weight from a unit of mixed3a at some offset to a unit of mixed3b is a formula of the
direction of each and of the offset. What the program knows of mixed3a is which units it reads, the
direction of each, which measurement gives (``curves_from_3a/tuning.py``), and how loud each is. It
reads no weight of a network; its numbers come from ``circuits.curves_from_3a.fit``.

Sharp edge: cells of both layers lie 8 pixels apart, wider than the arcs are across.
"""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aann import Constant, Constants, Replacement, make, register
from circuits.curves.energy import facings
from circuits.curves.filters import convolve
from circuits.curves.one_arc import SHAPE, UNIT_CONSTANTS, unit_kernels
from circuits.curves.placed import between
from circuits.curves.program import check_constants, curve_detectors

PITCH = 8  # pixels between cells of mixed3a and of mixed3b
FROM_PIXELS = ("length", "curvature", "early_length")
"""Shape constants of ``curve_detectors`` that hold here as they are."""

SHARED = ("curve_tuning", "line_tuning", "crossing", "early_threshold", "threshold")
"""How fast an early curve and a line fall silent with the angle (concentrations); how much a line
speaks against all directions; thresholds of a direction and of a unit."""

CURVES = ("curve_channels", "curve_direction", "curve_gain")
LINES = ("line_channels", "line_normal", "line_gain")
"""Units of mixed3a that are read: which, the angle of each in degrees, and how loud it is."""

EXCHANGEABLE = ("curve_direction", "line_normal")
"""Which early curve and which line has which direction: a wrong program has them exchanged."""


def read_curves(early: Float[Array, "b i j channel"], c: Constants) -> jax.Array:
    """Each unit fires on an arc of early curves and lines of 3a that face one way, less its echo.

    Returns:
        (batch, i, j, unit).
    """
    curves = jnp.take(early, c.curve_channels, axis=-1)
    lines = jnp.take(early, c.line_channels, axis=-1)
    return unit_curves(jnp.concatenate([curves, lines], -1), c)


def unit_curves(early: Float[Array, "b i j chosen"], c: Constants) -> Float[Array, "b i j unit"]:
    """The program from the chosen channels on: first the early curves, then the lines."""
    kernels = unit_kernels(c, PITCH)
    drive = convolve(facing(early, c), kernels) - c.threshold
    fired: jax.Array = c.gain[None, None, None, :] * jnp.maximum(drive, 0)
    return fired


def facing(early: Float[Array, "b i j chosen"], c: Constants) -> Float[Array, "b i j facing"]:
    """How much of a curve that faces each way is at each place."""
    weights = jnp.concatenate([curve_weights(c), line_weights(c)])
    return jnp.maximum(early @ weights - c.early_threshold, 0)


def curve_weights(c: Constants) -> Float[Array, "curve facing"]:
    """What an early curve says of each direction: for its own, against the opposite one."""
    likeness = jnp.cos(jnp.deg2rad(c.curve_direction)[:, None] - facings()[None, :])
    same, echo = (jnp.exp(c.curve_tuning * (x - 1)) for x in (likeness, -likeness))
    weights: jax.Array = c.curve_gain[:, None] * (same - echo)
    return weights


def line_weights(c: Constants) -> Float[Array, "line facing"]:
    """What a line says of each direction: for the two at right angles to it, against all."""
    likeness = jnp.cos(2 * (jnp.deg2rad(c.line_normal)[:, None] - facings()[None, :]))
    own = jnp.exp(c.line_tuning * (likeness - 1))
    weights: jax.Array = c.line_gain[:, None] * (own - c.crossing)
    return weights


def replacement(
    model: str,
    site: str,
    read: str,
    units: Sequence[int],
    constants: Mapping[str, Constant],
    axis: int = -1,
) -> Replacement:
    """The program in place of ``units``, with constants as ``circuits.curves_from_3a.fit`` finds.

    Args:
        model: name of the model.
        site: where the units are.
        read: the site below, on the same grid.
        units: in the order of the constants' entries.
        constants: those of ``FROM_PIXELS`` and ``SHARED``; arrays with one entry a unit, one an
            early curve, one a line.
        axis: of the channels at both sites, -1 or 1.

    Raises:
        ValueError: a constant is missing or unknown, or has a wrong number of entries.
    """
    wanted = {
        **dict.fromkeys((*FROM_PIXELS, *SHARED), ()),
        **dict.fromkeys(UNIT_CONSTANTS, (len(units),)),
    }
    for group in (CURVES, LINES):  # as many as there are channels
        channels = np.shape(constants[group[0]].value) if group[0] in constants else (1,)
        wanted |= dict.fromkeys(group, channels)
    check_constants(wanted, constants, f"{len(units)} curve detectors from {read}")
    return make(
        between(read_curves, axis),
        name="curves_from_3a",
        model=model,
        site=site,
        units=units,
        reads=(read,),
        constants=constants,
        axis=axis,
        exchangeable=EXCHANGEABLE,
    )


FIT = "python -m circuits.curves_from_3a.fit: squared error on 320 design images"
LOUDEST = f"{FIT}: the loudest of 64 of strongest measured tuning"
TURNED = f"{FIT}, from measured tuning"

# fmt: off
EARLY = {
    "curve_channels": Constant(
        [191, 103, 104, 123, 179, 131, 184, 102, 66, 152, 71, 135, 180],
        "fitted", LOUDEST,
    ),
    "curve_direction": Constant(
        [264.0, 280, 63, 95, 116, 226, 23, 177, 139, 302, 45, 308, 194],
        "fitted", TURNED,
    ),
    "curve_gain": Constant(
        [0.022, 0.02, 0.019, 0.026, 0.022, 0.02, 0.02, 0.015, 0.017, 0.018, 0.012, 0.012, 0.0094],
        "fitted", FIT,
    ),
    "line_channels": Constant(
        [174, 81, 172, 128, 110, 106, 105, 132, 149, 232, 181, 167, 164, 117, 4, 178, 229, 162,
         27, 161, 67, 158, 35],
        "fitted", LOUDEST,
    ),
    "line_normal": Constant(
        [12.0, 163, 174, 91, 18, 133, 49, 2, 92, 97, 166, 86, 15, 132, 92, 103, 143, 74, 154, 122,
         72, 121, 77],
        "fitted", TURNED,
    ),
    "line_gain": Constant(
        [0.036, 0.034, 0.029, 0.032, 0.057, 0.032, 0.045, 0.029, 0.023, 0.017, 0.012, 0.01, 0.01,
         0.012, -0.035, 0.0079, -0.024, 0.017, 0.031, 0.007, -0.018, 0.0064, 0.026],
        "fitted", FIT,
    ),
}
# fmt: on

RAISED = f"{FIT}, then 1.1 times as large: least KL(intact || spliced) on 64 other design images"

curves_from_3a = register(
    read_curves,
    name="curves_from_3a",
    model=curve_detectors.model,
    site=curve_detectors.site,
    units=curve_detectors.units,
    reads=("mixed3a",),
    exchangeable=EXCHANGEABLE,
    constants={
        **{n: SHAPE[n] for n in FROM_PIXELS},
        "curve_tuning": Constant(10.0, "fitted", FIT),
        "line_tuning": Constant(4.0, "fitted", FIT),
        "crossing": Constant(0.2, "fitted", FIT),
        "early_threshold": Constant(-0.14, "fitted", FIT),
        "threshold": Constant(0.69, "fitted", FIT),
        **EARLY,
        "direction": Constant([68.0, 331, 45, 150, 254, 113, 49, 303, 136, 224], "fitted", FIT),
        "right": Constant([-5.5, -0.5, 0.5, 0, 0.5, 0, -2, -6, -0.5, -3], "fitted", FIT),
        "up": Constant([0, 6.5, -0.5, 2, 2.5, -6, 0.5, 5, -1, 6], "fitted", FIT),
        "opposing": Constant([0.5, 0.15, 0.7, 1.05, 0.95, 1, -0.55, 0.7, -0.2, 0.3], "fitted", FIT),
        "gain": Constant([110.0, 110, 89, 110, 91, 90, 54, 120, 67, 77], "fitted", RAISED),
    },
)
"""The mirrored checkpoint's family, with what ``circuits.curves_from_3a.fit`` gives there."""
