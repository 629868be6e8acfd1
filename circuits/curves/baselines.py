"""Simpler programs for the units of the curve program, to know what the curves in it are worth.

- ``lines_alone``: one stage. Each unit fires on lines along the tangent of its curve, where there
  are more of them than of other lines. It cannot tell a curve from its echo.
- ``edge_energy``: each unit fires where there is any line or edge: one map, ten gains.

What they need of the calibrated constants they take over (directions, centres, lengths); their
gains are those of least squared error on design images. Sharp edge: such gains are lower than those
of least loss, and are left so.
"""

import dataclasses
from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

import aann
from circuits.curves import energy
from circuits.curves.filters import convolve
from circuits.curves.lobes import frame, lobe
from circuits.curves.placed import beside
from circuits.fitting.descent import gather, least_squares_gain, spread

IMAGES = 96


def lines_alone(
    replacement: aann.Replacement, model: aann.Model, design: aann.Design
) -> aann.Replacement:
    """The program ``lines`` for the units of the curve program.

    Args:
        replacement: the calibrated curve program.
        model: what it is for; gains are calibrated on it.
        design: images to calibrate on.

    Raises:
        TypeError: ``design`` is not a ``Design``.
    """
    wanted = (
        "wavelength", "contrast", "line_tuning", "crowd_spread", "length", "width", "direction",
        "right", "up",
    )  # fmt: skip
    return _calibrated(lines, "lines alone", wanted, replacement, model, design)


def edge_energy(
    replacement: aann.Replacement, model: aann.Model, design: aann.Design
) -> aann.Replacement:
    """The program ``edges`` for the units of the curve program; arguments as for ``lines_alone``.

    Raises:
        TypeError: ``design`` is not a ``Design``.
    """
    return _calibrated(edges, "edge energy", ("wavelength",), replacement, model, design)


def lines(image: Float[Array, "b y x rgb"], c: aann.Constants) -> Float[Array, "b i j unit"]:
    """Each unit fires on lines of one orientation, where there are more of them than of others."""
    share = energy.shares(energy.oriented_energy(image, c), c)
    at = frame(jnp.deg2rad(c.direction), energy.normals(), 2, (c.right, c.up))
    along = lobe(at, c.length, c.width, c.line_tuning)
    crowd = lobe(at, c.crowd_spread, c.crowd_spread, jnp.zeros(()))
    drive = convolve(share, along - crowd, 2)
    fired: jax.Array = c.gain[None, None, None, :] * jnp.maximum(drive, 0)
    return fired


def edges(image: Float[Array, "b y x rgb"], c: aann.Constants) -> Float[Array, "b i j unit"]:
    """Each unit fires on lines and edges of all orientations."""
    strength = energy.oriented_energy(image, c).mean(-1, keepdims=True)
    window, strides = (1, energy.POOL, energy.POOL, 1), (1, 2, 2, 1)
    pooled = lax.reduce_window(strength, 0.0, lax.add, window, strides, "SAME")
    fired: jax.Array = c.gain[None, None, None, :] * pooled
    return fired


def _calibrated(
    program: Callable[[jax.Array, aann.Constants], jax.Array],
    name: str,
    wanted: tuple[str, ...],
    replacement: aann.Replacement,
    model: aann.Model,
    design: aann.Design,
) -> aann.Replacement:
    constants: Mapping[str, aann.Constant] = {n: replacement.constants[n] for n in wanted}
    unit = {"gain": aann.Constant(np.ones(len(replacement.units)), "fitted")}
    start = dataclasses.replace(
        replacement,
        program=beside(replacement, program),
        name=name,
        constants={**constants, **unit},
    )
    evidence = gather(
        model,
        replacement.site,
        replacement.units,
        spread(design, IMAGES),
        lambda image: jnp.moveaxis(start.compute(image), start.axis, -1),
        axis=start.axis,
    )
    gain = least_squares_gain(lambda values, _: values, start.values, evidence)
    note = f"squared error on {len(evidence.seen)} design images"
    value = [float(f"{x:.2g}") for x in np.asarray(gain, np.float64)]
    gains = aann.Constant(value, "fitted", note)
    return dataclasses.replace(start, constants={**constants, "gain": gains})
