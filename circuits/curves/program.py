"""Curve detectors of InceptionV1, written by hand, from pixels.

The claim: a curve detector sums, along an arc, small curves that face the same way, and is held
down by small curves that face the opposite way or that crowd the same place. The program says this
in three steps (Cammarata et al., "Curve Detectors" 2020 and "Curve Circuits" 2021, describe the
same steps in the network's own layers):

1. ``oriented_energy``: how much of a line of each orientation is at each point, whatever its
   colour and whether it is light or dark (quadrature Gabor filters at two scales);
2. ``early_curves``: short arcs of such lines, less the arcs that bend the other way (the "echo")
   and less lines that cross;
3. ``unit_curves``: for each unit a longer arc of early curves, less its echo, less the crowd.

Shape constants are shared by all units and by all networks; the constants of single units come from
``circuits.curves.fit``. No weight of a network is read.

Angles: a curve's direction points from the curve to its circle's centre, in degrees, counted from
right towards up. Offsets are in pixels, right and up. The grid of the result has stride 8 and its
cell (i, j) is centred at pixel (8 i + 7, 8 j + 7), as in ``mixed3b``; ``circuits.curves.placed``
brings it to other grids and layouts. ``contrast`` belongs to pixels from 0 to 255, and calibration
scales it to other ranges.
"""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from aann import Constant, Constants, Replacement, make, register
from circuits.curves.filters import arcs, blurred, convolve, discs, halved, taps, total
from circuits.curves.placed import PLAIN, Placing

ORIENTATIONS = 16  # of lines in a half turn, and directions of early curves in a full turn
STRIDE = 4  # pixels between cells of the early curves
POOL = 3  # width of a pooling window, as everywhere in InceptionV1

FIT = "python -m circuits.curves.shape: squared error on 250 design images"

SHAPE = {
    "wavelength": Constant(
        4.0, "chosen", "px; Gabor filters of the finer scale, as wide as those of conv2d0"
    ),
    "contrast": Constant(
        3.5, "fitted", f"{FIT}; energy that counts as contrast; below it, little is a line"
    ),
    "early_curvature": Constant(0.043, "fitted", f"{FIT}; 1 / px"),
    "early_length": Constant(4.4, "fitted", f"{FIT}; px along an arc; and across the longer arcs"),
    "early_width": Constant(1.7, "fitted", f"{FIT}; px across an arc of lines"),
    "crossing": Constant(0.41, "fitted", f"{FIT}; weight of lines of all orientations"),
    "early_threshold": Constant(0.056, "fitted", f"{FIT}; of an early curve"),
    "length": Constant(9.8, "fitted", f"{FIT}; px along the longer arcs, and spread of the crowd"),
    "curvature": Constant(0.026, "fitted", f"{FIT}; 1 / px"),
    "threshold": Constant(7.4e-5, "fitted", f"{FIT}; of a curve, before its gain"),
}
"""Constants that all curve detectors share. None is read from weights."""

UNIT_CONSTANTS = ("direction", "right", "up", "opposing", "gain")
"""One entry a unit: degrees; pixels right and up of the cell's centre; how much of the inhibition
comes from curves facing the other way (the rest from curves of all directions); output scale."""


def any_direction(rng: np.random.Generator, degrees: np.ndarray) -> np.ndarray:
    """As many directions, drawn evenly from the full turn: those of a wrong program."""
    return rng.uniform(0, 360, degrees.shape)


EXCHANGEABLE = {"direction": any_direction}
"""What a wrong program of the same form has drawn anew."""


def curves(image: Float[Array, "b y x rgb"], c: Constants) -> Float[Array, "b i j unit"]:
    """Each unit fires on curves that face one way, of any colour, light or dark, line or edge."""
    return unit_curves(early_curves(oriented_energy(image, c), c), c)


def oriented_energy(image: Float[Array, "b y x rgb"], c: Constants) -> Float[Array, "b i j line"]:
    """Strength of lines and edges of each orientation, at stride 4.

    Each picture ends in its own mean colour: beyond its edges there is no line.
    """
    image = image - image.mean((1, 2), keepdims=True)
    grey = image.mean(-1, keepdims=True)
    small = halved(image)
    small_grey = small.mean(-1, keepdims=True)
    fine = gabor_power(grey, c.wavelength, 2)
    coarse = gabor_power(small_grey, c.wavelength, 1)
    colour = gabor_power(small - small_grey, c.wavelength, 1)
    power = fine + coarse + colour
    window, strides = (1, POOL, POOL, 1), (1, 2, 2, 1)
    return jnp.sqrt(lax.reduce_window(power, -jnp.inf, lax.max, window, strides, "SAME"))


def early_curves(energy: Float[Array, "b i j line"], c: Constants) -> Float[Array, "b i j facing"]:
    """Short arcs of lines facing each way, where nothing crosses them, at stride 4."""
    share = shares(energy, c)
    normal = normals()
    shape = (c.early_length, c.early_width, STRIDE)
    arc = arcs(facings(), c.early_curvature, *shape, normal, 2)
    echo = arcs(facings() + jnp.pi, -c.early_curvature, *shape, normal, 2)
    drive = convolve(share, arc - echo / 2) - c.crossing * share.mean(-1, keepdims=True)
    return jnp.maximum(drive - c.early_threshold, 0)


def shares(energy: Float[Array, "b i j line"], c: Constants) -> Float[Array, "b i j line"]:
    """Energy of each orientation as a part of all energy in the place, if there is any to speak of.

    Lines of low and of high contrast come out alike.
    """
    return energy / jnp.sqrt(c.contrast**2 + (energy**2).sum(-1, keepdims=True))


def unit_curves(early: Float[Array, "b i j facing"], c: Constants) -> Float[Array, "b i j unit"]:
    """Each unit's arc of early curves, less those facing the other way, less the crowd."""
    direction = jnp.deg2rad(c.direction)
    window, strides = (1, POOL, POOL, 1), (1, 2, 2, 1)
    pooled = lax.reduce_window(early, 0.0, lax.add, window, strides, "SAME") / POOL**2
    facing = jnp.cos(facings()[:, None] - direction[None, :]) / ORIENTATIONS
    around = blurred(pooled, 2 * c.length, 2 * STRIDE) @ facing
    drive = convolve(early, unit_kernels(c, STRIDE), 2) + around
    fired: jax.Array = c.gain[None, None, None, :] * jnp.maximum(drive - c.threshold, 0)
    return fired


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


def gabor_power(
    planes: Float[Array, "b y x plane"], wavelength: Float[Array, ""], stride: int
) -> Float[Array, "b i j line"]:
    """Summed over the planes, the squared responses to two Gabor filters of each orientation."""
    right, up = taps(1)
    angle = facings()[None, None, :] / 2
    across = up * jnp.cos(angle) - right * jnp.sin(angle)
    envelope = jnp.exp(-2 * (right**2 + up**2) / wavelength**2)
    phase = 2 * jnp.pi * across / wavelength
    odd = envelope * jnp.sin(phase)
    even = envelope * (jnp.cos(phase) - total(envelope * jnp.cos(phase)) / total(envelope))
    pair = jnp.concatenate([even, odd], -1) / total(jnp.abs(odd)).mean()
    b, height, width, n = planes.shape
    flat = planes.transpose(0, -1, 1, 2).reshape(b * n, height, width, 1)
    power = convolve(flat, pair[:, :, None, :], stride) ** 2
    return power.reshape(b, n, *power.shape[1:-1], 2, ORIENTATIONS).sum((1, -2))


def facings() -> Float[Array, " facing"]:
    """The directions of the early curves, in radians."""
    return 2 * jnp.pi * jnp.arange(float(ORIENTATIONS)) / ORIENTATIONS


def normals() -> Float[Array, " line"]:
    """The direction that lines of each orientation face; as well as its opposite: a fold of 2."""
    return facings() / 2 + jnp.pi / 2


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


CALIBRATED = "python -m circuits.curves.fit: squared error on 240 design images"
RAISED = (
    f"{CALIBRATED}, then 1.4 times as large: least KL(intact || spliced) on 64 other design images"
)

curve_detectors = register(
    curves,
    name="curve_detectors",
    model="inceptionv1",
    site="mixed3b",
    units=(345, 384, 343, 327, 335, 360, 415, 334, 391, 374),
    exchangeable=EXCHANGEABLE,
    constants={
        **SHAPE,
        "direction": Constant(
            [65.0, 329, 34, 146, 251, 120, 42, 303, 138, 226], "fitted", CALIBRATED
        ),
        "right": Constant([-8, -1.5, -3, -1.5, 2, 2.5, -3.5, -7, -2, -1], "fitted", CALIBRATED),
        "up": Constant([1.5, 7, 2, 0.5, 4, -5, 3.5, 6, 0.5, 5.5], "fitted", CALIBRATED),
        "opposing": Constant(
            [0.9, 0.8, 1.05, 1.05, 0.95, 0.95, 0.35, 0.9, 0.35, 0.55], "fitted", CALIBRATED
        ),
        "gain": Constant(
            [3.3e4, 3.7e4, 4.1e4, 4.6e4, 3.0e4, 4.2e4, 1.6e4, 3.9e4, 2.0e4, 1.8e4], "fitted", RAISED
        ),
    },
)
"""The mirrored checkpoint's family, with what calibration gives there."""
