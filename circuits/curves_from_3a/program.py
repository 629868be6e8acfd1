"""Curve detectors of InceptionV1's mixed3b, written by hand, from the layer below, mixed3a.

The claim is the published algorithm (Cammarata et al., "Curve Circuits", 2021), one level up from
``curve_detectors``, with the network's own early curves and lines instead of drawn ones:

1. ``facing``: how much of a curve that faces each way is at each place. An early curve speaks for
   the direction that it faces and against the opposite one, whose curves are its echo; a line
   speaks for the two directions at right angles to it and against all others. How loud each
   speaks falls off with the angle in one way for all early curves and in another for all lines.
2. An arc of these along the unit's tangent, as long, as wide and as bent as the unit's own, less
   its echo, less the crowd.
3. Pieces beside the arc: small parts of a curve which at some place, facing some way, speak for or
   against the unit: the arc's continuation bent too much, a parallel curve outside. Some are the
   whole family's, turned with each unit; a few are a unit's own.

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
from circuits.curves.filters import convolve
from circuits.curves.placed import between
from circuits.curves.program import check_constants
from circuits.curves_from_3a.found import FOUND, UNITS
from circuits.curves_from_3a.kernels import bump, facings, unit_kernels

SHARED = (
    "curve_tuning", "line_tuning", "curve_crossing", "line_crossing", "early_threshold",
    "arc_tuning", "crowd_spread", "piece_width",
)  # fmt: skip
"""How fast an early curve, a line, and an arc or piece fall silent with the angle (concentrations);
how much an early curve and a line speak against all directions; threshold of a direction; pixels
over which the crowd and a piece spread."""

CURVES = ("curve_channels", "curve_direction", "curve_gain")
LINES = ("line_channels", "line_normal", "line_gain")
"""Units of mixed3a that are read: which, the angle of each in degrees, and how loud it is."""

PIECES = ("piece_along", "piece_inward", "piece_facing", "piece_weight")
OWN = ("own_along", "own_inward", "own_facing", "own_weight")
"""Pieces of all units, and of single ones (piece, unit): pixels along the arc and inward, degrees
from the unit's direction, and how much each counts."""

UNIT_CONSTANTS = (
    "direction", "right", "up", "length", "width", "curvature", "opposing", "crowd", "threshold",
    "gain",
)  # fmt: skip
"""One entry a unit: degrees; pixels right and up of the cell's centre; pixels along and across the
arc; 1 / pixels; how much the echo and the crowd count; threshold; output scale."""

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
    drive = convolve(facing(early, c), unit_kernels(c)) - c.threshold[None, None, None, :]
    fired: jax.Array = c.gain[None, None, None, :] * jnp.maximum(drive, 0)
    return fired


def facing(early: Float[Array, "b i j chosen"], c: Constants) -> Float[Array, "b i j facing"]:
    """How much of a curve that faces each way is at each place."""
    weights = jnp.concatenate([curve_weights(c), line_weights(c)])
    return jnp.maximum(early @ weights - c.early_threshold, 0)


def curve_weights(c: Constants) -> Float[Array, "curve facing"]:
    """What an early curve says of each direction: for its own, against the opposite one."""
    off = jnp.deg2rad(c.curve_direction)[:, None] - facings()[None, :]
    own, echo = bump(off, c.curve_tuning), bump(off + jnp.pi, c.curve_tuning)
    weights: jax.Array = c.curve_gain[:, None] * (own - echo - c.curve_crossing)
    return weights


def line_weights(c: Constants) -> Float[Array, "line facing"]:
    """What a line says of each direction: for the two at right angles to it, against all."""
    off = 2 * (jnp.deg2rad(c.line_normal)[:, None] - facings()[None, :])
    weights: jax.Array = c.line_gain[:, None] * (bump(off, c.line_tuning) - c.line_crossing)
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
        constants: those of ``SHARED``; arrays with one entry a unit, one an early curve, one a
            line, one a piece.
        axis: of the channels at both sites, -1 or 1.

    Raises:
        ValueError: a constant is missing or unknown, or has a wrong number of entries.
    """
    wanted = {
        **dict.fromkeys(SHARED, ()),
        **dict.fromkeys(UNIT_CONSTANTS, (len(units),)),
    }
    for group in (CURVES, LINES, PIECES):  # as many as there are channels, or pieces
        wanted |= dict.fromkeys(group, _entries(constants, group[0]))
    wanted |= dict.fromkeys(OWN, (*_entries(constants, OWN[0])[:1], len(units)))
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


def _entries(constants: Mapping[str, Constant], name: str) -> tuple[int, ...]:
    """Shape of a constant, along with which others go."""
    return np.shape(constants[name].value) if name in constants else (1,)


curves_from_3a = register(
    read_curves,
    name="curves_from_3a",
    model="inceptionv1",
    site="mixed3b",
    units=UNITS,
    reads=("mixed3a",),
    exchangeable=EXCHANGEABLE,
    constants=FOUND,
)
"""The mirrored checkpoint's family, with what ``circuits.curves_from_3a.fit`` gives there."""
