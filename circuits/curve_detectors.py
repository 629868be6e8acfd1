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
``circuits.curve_calibration``. No weight of a network is read.

Angles: a curve's direction points from the curve to its circle's centre, in degrees, counted from
right towards up. Offsets are in pixels, right and up. Sharp edge: the grid of the result has stride
8 and its cell (i, j) is centred at pixel (8 i + 7, 8 j + 7), as in ``mixed3b``.
"""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from aann import Constant, Constants, Replacement, make, register

ORIENTATIONS = 16  # of lines in a half turn, and directions of early curves in a full turn
REACH = 5  # taps from the centre of every filter to its edge
POOL = 3  # width of a pooling window, as everywhere in InceptionV1

FIT = "by gradient, on KL and squared error on 400 design images of inceptionv1, then rounded"

SHAPE = {
    "wavelength": Constant(
        4.0, "chosen", "px; Gabor filters of the finer scale, as wide as those of conv2d0"
    ),
    "contrast": Constant(
        4.9, "fitted", f"{FIT}; energy that counts as contrast; below it, little is a line"
    ),
    "early_curvature": Constant(0.045, "fitted", f"{FIT}; 1 / px"),
    "early_length": Constant(4.7, "fitted", f"{FIT}; px along an arc; and across the longer arcs"),
    "early_width": Constant(1.8, "fitted", f"{FIT}; px across an arc of lines"),
    "crossing": Constant(0.32, "fitted", f"{FIT}; weight of lines of all orientations"),
    "early_threshold": Constant(0.073, "fitted", f"{FIT}; of an early curve"),
    "length": Constant(9.4, "fitted", f"{FIT}; px along the longer arcs, and spread of the crowd"),
    "curvature": Constant(0.028, "fitted", f"{FIT}; 1 / px"),
    "threshold": Constant(0.00023, "fitted", f"{FIT}; of a curve, before its gain"),
}
"""Constants that all curve detectors share. None is read from weights."""

UNIT_CONSTANTS = ("direction", "right", "up", "opposing", "gain")
"""One entry a unit: degrees; pixels right and up of the cell's centre; how much of the inhibition
comes from curves facing the other way (the rest from curves of all directions); output scale."""


def curves(image: Float[Array, "b y x rgb"], c: Constants) -> Float[Array, "b i j unit"]:
    """Each unit fires on curves that face one way, of any colour, light or dark, line or edge."""
    return unit_curves(early_curves(oriented_energy(image, c), c), c)


def oriented_energy(image: Float[Array, "b y x rgb"], c: Constants) -> Float[Array, "b i j line"]:
    """Strength of lines and edges of each orientation, at stride 4."""
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
    contrast = jnp.sqrt(c.contrast**2 + (energy**2).sum(-1, keepdims=True))
    share = energy / contrast
    normal = facings() / 2 + jnp.pi / 2  # a line faces both ways: hence the fold of 2 below
    shape = (c.early_length, c.early_width, 2 * 2)
    arc = arcs(facings(), c.early_curvature, *shape, normal, 2)
    echo = arcs(facings() + jnp.pi, -c.early_curvature, *shape, normal, 2)
    drive = convolve(share, arc - echo / 2) - c.crossing * share.mean(-1, keepdims=True)
    return jnp.maximum(drive - c.early_threshold, 0)


def unit_curves(early: Float[Array, "b i j facing"], c: Constants) -> Float[Array, "b i j unit"]:
    """Each unit's arc of early curves, less those facing the other way, less the crowd."""
    direction = jnp.deg2rad(c.direction)
    centre = (c.right, c.up)
    shape = (c.length, c.early_length, 2 * 2)
    arc = arcs(direction, c.curvature, *shape, facings(), 1, centre)
    echo = arcs(direction + jnp.pi, -c.curvature, *shape, facings(), 1, centre)
    crowd = discs(c.length, centre)
    opposing = c.opposing[None, None, None, :]
    kernel = arc - opposing * echo - (1 - opposing) * crowd
    window, strides = (1, POOL, POOL, 1), (1, 2, 2, 1)
    pooled = lax.reduce_window(early, 0.0, lax.add, window, strides, "SAME") / POOL**2
    facing = jnp.cos(facings()[:, None] - direction[None, :]) / ORIENTATIONS
    around = blurred(pooled, 2 * c.length) @ facing
    drive = convolve(early, kernel, 2) + around
    fired: jax.Array = c.gain[None, None, None, :] * jnp.maximum(drive - c.threshold, 0)
    return fired


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


def arcs(
    direction: Float[Array, " arc"],
    curvature: Float[Array, ""],
    length: Float[Array, ""],
    width: Float[Array, ""],
    pitch: int,
    channels: Float[Array, " channel"],
    fold: int,
    centre: tuple[Array, Array] | None = None,
) -> Float[Array, "tap tap channel arc"]:
    """Filters that follow an arc, and at each of its points want the channel facing its centre."""
    right, up = taps(pitch, centre)
    direction = direction[None, None, :]
    along = right * jnp.sin(direction) - up * jnp.cos(direction)
    inward = right * jnp.cos(direction) + up * jnp.sin(direction)
    turn = curvature * along
    ridge = jnp.exp(-((along / length) ** 2 + ((inward - turn * along / 2) / width) ** 2) / 2)
    off = channels[None, None, :, None] - (direction + jnp.arctan(turn))[:, :, None, :]
    wanted = jnp.exp(ORIENTATIONS * (jnp.cos(fold * off) - 1))
    return unit_sum(ridge[:, :, None, :] * wanted)


def discs(
    spread: Float[Array, ""], centre: tuple[Array, Array]
) -> Float[Array, "tap tap channel unit"]:
    """Filters that want any channel, around the centre."""
    right, up = taps(2 * 2, centre)
    disc = jnp.exp(-(right**2 + up**2) / (2 * spread**2))[:, :, None, :]
    return unit_sum(jnp.broadcast_to(disc, (*disc.shape[:2], ORIENTATIONS, disc.shape[-1])))


def blurred(x: Float[Array, "b i j n"], spread: Float[Array, ""]) -> Float[Array, "b i j n"]:
    """Each channel under a Gaussian of this spread in pixels, on a grid of stride 8."""
    step = 2 * 2 * 2 * jnp.arange(-float(REACH), REACH + 1)
    bell = jnp.exp(-((step / spread) ** 2) / 2)
    b, i, j, n = x.shape
    planes = x.transpose(0, -1, 1, 2).reshape(b * n, i, j, 1)
    bell = (bell / bell.sum())[:, None, None, None]
    planes = convolve(convolve(planes, bell), bell.transpose(1, 0, 2, -1))
    return planes.reshape(b, n, i, j).transpose(0, 2, -1, 1)


def facings() -> Float[Array, " facing"]:
    """The directions of the early curves, in radians."""
    return 2 * jnp.pi * jnp.arange(float(ORIENTATIONS)) / ORIENTATIONS


def taps(
    pitch: int, centre: tuple[Array, Array] | None = None
) -> tuple[Float[Array, "tap tap n"], Float[Array, "tap tap n"]]:
    """Where a filter's taps lie, in pixels right of and up from ``centre`` (one a filter)."""
    step = pitch * jnp.arange(-float(REACH), REACH + 1)
    right, down = jnp.meshgrid(step, step)
    right, up = right[:, :, None], -down[:, :, None]
    if centre is None:
        return right, up
    return right - centre[0][None, None, :], up - centre[1][None, None, :]


def halved(image: Float[Array, "b y x rgb"]) -> Float[Array, "b y2 x2 rgb"]:
    """The image at half its size."""
    b, height, width, n = image.shape
    return image.reshape(b, height // 2, 2, width // 2, 2, n).mean((2, -2))


def convolve(x: jax.Array, kernel: jax.Array, stride: int = 1) -> jax.Array:
    """Slide filters (tap, tap, in, out) over the image; a filter is not flipped."""
    layout = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, kernel, (stride, stride), "SAME", dimension_numbers=layout)


def total(x: Float[Array, "tap tap n"]) -> Float[Array, "1 1 n"]:
    """Summed over a filter's taps."""
    return x.sum((0, 1), keepdims=True)


def unit_sum(kernel: Float[Array, "tap tap channel n"]) -> Float[Array, "tap tap channel n"]:
    """Filters scaled so that the taps of each sum to one."""
    return kernel / kernel.sum((0, 1, 2), keepdims=True)


def replacement(
    model: str, site: str, units: Sequence[int], constants: Mapping[str, Constant]
) -> Replacement:
    """The program in place of ``units``, with constants from ``curve_calibration.calibrate``.

    Args:
        model: name of the model.
        site: a spatial site of stride 8.
        units: in the order of the constants' entries.
        constants: the shared shape, and one entry a unit of each other array.

    Raises:
        ValueError: a constant is missing or unknown, or has not one entry a unit.
    """
    wanted = {**dict.fromkeys(SHAPE, ()), **dict.fromkeys(UNIT_CONSTANTS, (len(units),))}
    problems = [f"{n!r} is missing" for n in wanted if n not in constants]
    problems += [f"{n!r} is unknown" for n in constants if n not in wanted]
    problems += [
        f"{n!r} has shape {np.shape(constants[n].value)} instead of {shape}"
        for n, shape in wanted.items()
        if n in constants and np.shape(constants[n].value) != shape
    ]
    if problems:
        raise ValueError(f"constants for {len(units)} curve detectors: " + "; ".join(problems))
    return make(curves, model=model, site=site, units=units, constants=constants)


CALIBRATED = "python -m circuits.curve_calibration: squared error on 96 design images"

curve_detectors = register(
    curves,
    name="curve_detectors",
    model="inceptionv1",
    site="mixed3b",
    units=(384, 334, 345, 327, 335, 343, 360, 362, 415, 374),
    constants={
        **SHAPE,
        "direction": Constant(
            [327.0, 303, 59, 144, 249, 37, 122, 180, 43, 225], "fitted", CALIBRATED
        ),
        "right": Constant([-1.5, -7.5, -10, -2, 3, -3, 2, 7.5, -2.5, -2], "fitted", CALIBRATED),
        "up": Constant([7.5, 5.5, 3, 0, 3.5, 1.5, -4.5, 2, 3, 5.5], "fitted", CALIBRATED),
        "opposing": Constant(
            [0.8, 0.85, 0.75, 1, 0.9, 1, 0.9, 1.05, 0.5, 0.65], "fitted", CALIBRATED
        ),
        "gain": Constant(
            [3.0e4, 3.1e4, 2.1e4, 3.0e4, 1.9e4, 2.6e4, 3.4e4, 3.4e4, 1.6e4, 1.7e4],
            "fitted",
            CALIBRATED,
        ),
    },
)
"""The mirrored checkpoint's family, with what calibration gives there."""
