"""How much of a line of each orientation is at each point of a picture.

The first stage of the programs from pixels: quadrature Gabor filters at two scales, in grey and in
colour, so that it does not matter which colour a line has, whether it is light or dark, a line or
an edge.
"""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from aann import Constants
from circuits.curves.filters import convolve, halved, taps, total

ORIENTATIONS = 16  # of lines in a half turn, and directions of early curves in a full turn
STRIDE = 4  # pixels between cells of lines and of early curves
POOL = 3  # width of a pooling window, as everywhere in InceptionV1


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


def shares(energy: Float[Array, "b i j line"], c: Constants) -> Float[Array, "b i j line"]:
    """Energy of each orientation as a part of all energy in the place, if there is any to speak of.

    Lines of low and of high contrast come out alike.
    """
    return energy / jnp.sqrt(c.contrast**2 + (energy**2).sum(-1, keepdims=True))


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
