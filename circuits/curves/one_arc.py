"""One arc for all curve detectors, which differ in where they look and how loud they are.

What ``curves_from_3a`` is built on: the same arc of curves for each unit, less its echo, less the
crowd, with a direction, an offset, an opposing weight and a gain for each. ``program`` gives each
unit an arc of its own.
"""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

import aann
from aann import Constant, Constants
from circuits.curves import placed
from circuits.curves.energy import ORIENTATIONS, facings
from circuits.curves.family import Family
from circuits.curves.filters import arcs, discs

FIT = "squared error on 250 design images, of the first program from pixels"

SHAPE = {
    "length": Constant(9.8, "fitted", f"{FIT}; px along the arcs, and spread of the crowd"),
    "curvature": Constant(0.026, "fitted", f"{FIT}; 1 / px"),
    "early_length": Constant(4.4, "fitted", f"{FIT}; px across the arcs"),
}
"""Constants that all units share."""

UNIT_CONSTANTS = ("direction", "right", "up", "opposing", "gain")
"""One entry a unit: degrees; pixels right and up of the cell's centre; how much of the inhibition
comes from curves facing the other way (the rest from curves of all directions); output scale."""

STEPS = {"direction": 15.0, "right": 4.0, "up": 4.0, "opposing": 0.4, "gain": 0.5}
"""The scale on which each constant of a unit is searched (``gain``: of its logarithm)."""

GRAIN = {"direction": 1.0, "right": 0.5, "up": 0.5, "opposing": 0.05}
"""What each constant is rounded to; gains to two digits."""


def unit_kernels(c: Constants, pitch: int) -> Float[Array, "tap tap facing unit"]:
    """Filters of early curves: each unit's arc, less its echo, less the crowd.

    Args:
        c: ``length`` and ``curvature`` of the arc, ``early_length`` across it, and the units'
            ``direction``, ``right``, ``up`` and ``opposing``.
        pitch: pixels between cells of the early curves.
    """
    direction = jnp.deg2rad(c.direction)
    centre = (c.right, c.up)
    shape = (c.length, c.early_length, pitch)
    arc = arcs(direction, c.curvature, *shape, facings(), 1, centre)
    echo = arcs(direction + jnp.pi, -c.curvature, *shape, facings(), 1, centre)
    crowd = discs(c.length, pitch, ORIENTATIONS, centre)
    opposing = c.opposing[None, None, None, :]
    kernels: jax.Array = arc - opposing * echo - (1 - opposing) * crowd
    return kernels


def begin(family: Family, shape: aann.Constants) -> aann.Constants:
    """Where the search begins: the family's directions, the middles of its cells, gain 1."""
    n = len(family.units)
    right, up = placed.left_over(family.cells)
    return aann.Constants(
        {
            **shape,
            "direction": jnp.asarray(family.directions, jnp.float32),
            "right": jnp.full(n, right, jnp.float32),
            "up": jnp.full(n, up, jnp.float32),
            "opposing": jnp.full(n, 0.5),
            "gain": jnp.ones(n),
        }
    )


def rounded(constants: Mapping[str, jax.Array], factor: float = 1.0) -> dict[str, np.ndarray]:
    """Unit constants to the digits that count, gains raised by ``factor``."""
    result = {name: to_grain(constants[name], grain) for name, grain in GRAIN.items()}
    result["direction"] = result["direction"] % 360.0
    result["gain"] = np.asarray([float(f"{factor * gain:.2g}") for gain in constants["gain"]])
    return result


def to_grain(values: object, grain: float) -> np.ndarray:
    """Numbers to the next multiple of ``grain``, a few hundredths or more."""
    steps = np.round(np.asarray(values, np.float64) / grain)
    rounded: np.ndarray = np.round(steps * grain, 2) + 0.0  # no negative zero
    return rounded
