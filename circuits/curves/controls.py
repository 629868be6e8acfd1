"""Wrong or reduced versions of the curve program, to know what its parts are worth.

Each function takes the calibrated replacement and returns another one for the same units:

- ``turned``: the program turned as a whole, so that every unit looks for curves that face another
  way. A metric that rewards it is forgiving.
- ``without_colour``: the image is turned grey first.
- ``without_centring``: every receptive field is centred on its cell.
- ``without_scale``: all units share one gain, the geometric mean of their own, as in a program
  whose author knows the shape of the circuit but not the scale of each activation.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Array, Float

import aann
from circuits.curves import program as detectors
from circuits.curves.placed import beside


def turned(
    replacement: aann.Replacement, degrees: float, angles: Sequence[str] = ("direction",)
) -> aann.Replacement:
    """The program turned as a whole by ``degrees`` anticlockwise about the cell's centre.

    Directions turn, and the centres of receptive fields with them.

    Args:
        replacement: the program.
        degrees: how far.
        angles: the constants that are its units' directions.
    """
    right, up = (np.asarray(replacement.constants[n].value, np.float64) for n in ("right", "up"))
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return replacement.with_constants(
        name=f"turned by {degrees:g} degrees",
        **{
            n: (np.asarray(replacement.constants[n].value, np.float64) + degrees) % 360.0
            for n in angles
        },
        right=cosine * right - sine * up,
        up=sine * right + cosine * up,
    )


def without_colour(replacement: aann.Replacement) -> aann.Replacement:
    """The program on the grey image."""
    program = beside(replacement, grey_curves)
    return dataclasses.replace(replacement, program=program, name="without colour")


def without_centring(replacement: aann.Replacement) -> aann.Replacement:
    """The program with all receptive fields centred on their cells."""
    zero = np.zeros(len(replacement.units))
    return replacement.with_constants(name="without centring", right=zero, up=zero)


def without_scale(replacement: aann.Replacement) -> aann.Replacement:
    """The program with one gain for all units."""
    gain = np.asarray(replacement.constants["gain"].value, np.float64)
    shared = np.exp(np.log(np.maximum(gain, 1e-6)).mean())
    return replacement.with_constants(name="without scale", gain=np.full(len(gain), shared))


def grey_curves(image: Float[Array, "b y x rgb"], c: aann.Constants) -> Float[Array, "b i j unit"]:
    """Each unit fires on curves that face one way, in the grey image."""
    return detectors.curves(image.mean(-1, keepdims=True), c)
