"""Stimuli that well-known families of units are found with: curves, lines, gratings, colours.

Sizes are in pixels; the defaults suit pictures of about 224 pixels. Your own family is ``Stimuli``
with your own renderers.
"""

from collections.abc import Sequence

import numpy as np

from aann.vis.stimuli.arcs import arcs
from aann.vis.stimuli.circles import circles
from aann.vis.stimuli.gratings import gratings as waves
from aann.vis.stimuli.lines import lines as strokes
from aann.vis.tuning.find import Render, Stimuli

RADII = (15.0, 25.0, 40.0, 60.0)


def curves(radii: Sequence[float] = RADII, directions: int = 24) -> Stimuli:
    """Curves by direction: light and dark, line and filled, each at its best radius."""
    kinds = tuple(tuple(_arcs(radius, filled) for radius in radii) for filled in (False, True))
    return Stimuli("curve detectors", kinds, _spread(directions, 360.0))


def lines(
    strokes_wide: Sequence[float] = (2.0, 4.0, 8.0),
    half_length: float = 45.0,
    orientations: int = 24,
) -> Stimuli:
    """Lines by orientation: light and dark, each at its best width."""
    kind = tuple(_lines(stroke, half_length) for stroke in strokes_wide)
    return Stimuli("lines", (kind,), _spread(orientations, 180.0), 180.0)


def gratings(
    wavelengths: Sequence[float] = (5.0, 8.0, 12.0, 20.0), orientations: int = 24
) -> Stimuli:
    """Sine gratings by direction across the bars, at the best wavelength and phase."""
    kind = tuple(_waves(w, phase) for w in wavelengths for phase in (0.0, 90.0, 180.0, 270.0))
    return Stimuli("gratings", (kind,), _spread(orientations, 180.0), 180.0)


def colours(radii: Sequence[float] = (10.0, 40.0), hues: int = 24) -> Stimuli:
    """Discs by hue, in degrees around the grey axis: 0 is red, 120 green, 240 blue.

    All hues differ as much from the grey ground, and are of the same mean over the channels.
    """
    return Stimuli(
        "colour units", (tuple(_discs(radius) for radius in radii),), _spread(hues, 360.0)
    )


def hue(angles: np.ndarray) -> np.ndarray:
    """(n, 3) differences from grey, of length 1 and mean 0, for hues in degrees."""
    red = np.array([2.0, -1.0, -1.0]) / np.sqrt(6)
    green = np.array([0.0, 1.0, -1.0]) / np.sqrt(2)
    turn = np.deg2rad(angles)[:, None]
    differences: np.ndarray = np.cos(turn) * red[None] + np.sin(turn) * green[None]
    return differences


def _spread(n: int, circle: float) -> tuple[float, ...]:
    return tuple(circle * k / n for k in range(n))


def _arcs(radius: float, filled: bool) -> Render:
    return lambda size, values, place: arcs(size, values, radius, place=place, filled=filled)


def _lines(stroke: float, half_length: float) -> Render:
    return lambda size, values, place: strokes(
        size, values, place=place, half_length=half_length, stroke=stroke
    )


def _waves(wavelength: float, phase: float) -> Render:
    def render(size: tuple[int, int], values: np.ndarray, place: tuple[float, float]) -> np.ndarray:
        # As far from the background to either side as other stimuli, 80 of 255.
        wave = waves(size, values, wavelength, phase=phase, place=place)
        return (117 + 80 * (2 * wave - 1))[..., None] / 255

    return render


def _discs(radius: float) -> Render:
    def render(size: tuple[int, int], values: np.ndarray, place: tuple[float, float]) -> np.ndarray:
        cover = circles(size, radius, place=place, filled=True)[0]
        shown: np.ndarray = 117 + 80 * hue(values)[:, None, None, :] * cover[None, :, :, None]
        return shown / 255

    return render
