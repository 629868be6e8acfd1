"""What readers see of colours: contrast to the paper, and sight without one kind of cone.

Colours are red, green and blue from 0 to 1 in sRGB, float64, in the last axis.
"""

from typing import Final

import numpy as np

CVD: Final = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""Of linear red, green and blue: what is left where one kind of cone is missing.

Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision
Deficiency (IEEE TVCG 15, 2009), table 1, severity 1.0.
"""

_XYZ: Final = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
"""From linear sRGB, IEC 61966-2-1."""

_GLARE: Final = 0.05
"""Of the screen, as WCAG has it."""


def linear(colour: np.ndarray) -> np.ndarray:
    """Light in proportion to photons, from sRGB."""
    c = np.asarray(colour, np.float64)
    light: np.ndarray = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return light


def encoded(light: np.ndarray) -> np.ndarray:
    """From light to sRGB, cut to what a screen can show."""
    x = np.clip(np.asarray(light, np.float64), 0.0, 1.0)
    colour: np.ndarray = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    return colour


def luminance(colour: np.ndarray) -> np.ndarray:
    """Relative luminance, 0 for black and 1 for white, without the last axis."""
    return np.asarray(linear(colour) @ np.asarray(_XYZ[1]))


def contrast(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The contrast ratio of WCAG 2.2, from 1 to 21; text needs 4.5, lines and marks need 3."""
    a, b = luminance(one) + _GLARE, luminance(other) + _GLARE
    return np.asarray(np.maximum(a, b) / np.minimum(a, b))


def simulated(colour: np.ndarray, sight: str) -> np.ndarray:
    """What a colour looks like to who misses a kind of cone.

    Args:
        colour: (..., 3), sRGB.
        sight: a key of ``CVD``.

    Raises:
        ValueError: it is none.
    """
    if sight not in CVD:
        raise ValueError(f"sight is one of {', '.join(CVD)}, got {sight!r}")
    return encoded(linear(colour) @ np.asarray(CVD[sight]).T)


def lab(colour: np.ndarray) -> np.ndarray:
    """CIE 1976 L*, a*, b* of sRGB, for the white of the screen: distances are what eyes tell."""
    matrix = np.asarray(_XYZ)
    t = linear(colour) @ matrix.T / matrix.sum(1)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The colour difference of CIE 1976: 2 is just seen side by side, 10 at a glance."""
    return np.asarray(np.linalg.norm(lab(one) - lab(other), axis=-1))


def matched(colour: np.ndarray, paper: np.ndarray, least: float = 0.0) -> np.ndarray:
    """The colour on a dark paper whose contrast to it is that which this one has on white.

    The hue stays as far as it can: light is taken off in proportion, or white is mixed in.

    Args:
        colour: (..., 3), sRGB, for white paper.
        paper: (3,), sRGB, dark.
        least: contrast that colours get which have 2 at least: lines and letters, not grounds.
    """
    light = linear(colour)
    old = luminance(colour)
    ratio = (1 + _GLARE) / (old + _GLARE)
    ratio = np.where(ratio >= 2, np.maximum(ratio, least), ratio)
    new = np.clip(ratio * (luminance(paper) + _GLARE) - _GLARE, 0, 1)
    dimmed = light * (new / np.maximum(old, 1e-9))[..., None]
    mixed = light + ((new - old) / np.maximum(1 - old, 1e-9))[..., None] * (1 - light)
    return encoded(np.where((new > old)[..., None], mixed, dimmed))
