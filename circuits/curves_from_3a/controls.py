"""Reduced and wrong versions of the program that reads mixed3a.

Each function takes the calibrated ``curves_from_3a`` and returns another program for the same
units:

- ``equally_loud``: one gain for all early curves and one for all lines.
- ``without``: one of the two kinds is not heard. Nothing is fitted anew.
- ``shuffled``: every early curve has the direction of another one, and every line.
"""

from typing import Literal

import numpy as np

import aann

Kind = Literal["curve", "line"]
NAMES = {"curve": "early curves", "line": "lines"}
ANGLE = {"curve": "curve_direction", "line": "line_normal"}


def equally_loud(replacement: aann.Replacement) -> aann.Replacement:
    """The program with one gain for each kind, the geometric mean; signs stay."""
    gains = {}
    for kind in NAMES:
        gain = np.asarray(replacement.constants[f"{kind}_gain"].value, np.float64)
        shared = np.exp(np.log(np.maximum(np.abs(gain), 1e-6)).mean())
        gains[f"{kind}_gain"] = np.sign(gain) * shared
    return replacement.with_constants(name="all equally loud", **gains)


def without(replacement: aann.Replacement, kind: Kind) -> aann.Replacement:
    """The program without early curves, or without lines."""
    gain = np.zeros(np.shape(replacement.constants[f"{kind}_gain"].value))
    return replacement.with_constants(name=f"without {NAMES[kind]}", **{f"{kind}_gain": gain})


def shuffled(replacement: aann.Replacement, seed: int = 0) -> aann.Replacement:
    """The program that takes each unit below for another one of its kind."""
    rng = np.random.default_rng(seed)
    angles = {n: np.asarray(replacement.constants[n].value) for n in ANGLE.values()}
    return replacement.with_constants(
        name="directions below shuffled", **{n: rng.permutation(x) for n, x in angles.items()}
    )
