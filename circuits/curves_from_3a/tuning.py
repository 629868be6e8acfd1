"""What the units of an early layer are tuned to: early curves and lines, measured.

Every unit of a site is shown the same synthetic pictures: curves and straight strokes in all
directions, light and dark, line and filled, a little to each side of its cell's centre, for cells
are coarse. Two numbers and two angles describe the mean of its answers: how much it depends on the
direction that a curve faces, and the best one; how much on the orientation of a line, whichever way
it faces, and the best one. A unit is an *early curve* where the first is at least ``BENT`` of the
second, otherwise a *line*; this is a rule for all sites, not a list.

Sharp edges: only the central cell is read. Every unit gets a class, one that answers to neither
curves nor lines too: look at ``strength``.
"""

import dataclasses

import numpy as np
from jaxtyping import Bool, Float

import aann
from aann.vis.stimuli import curves as stimuli
from aann.vis.tuning.responses import responses
from circuits.curves.cells import Cells
from circuits.curves.inputs import Inputs

DIRECTIONS = tuple(float(angle) for angle in range(0, 360, 15))
RADIUS = 30.0
STRAIGHT = 1e4
"""Radius of a circle whose arcs are lines, in pixels."""

ASIDE = ((-4.0, -4.0), (-4.0, 4.0), (4.0, -4.0), (4.0, 4.0))
"""Where the stimuli pass, in pixels below and to the right of the centre."""

BENT = 0.7
"""Chosen on design images, with the class of each unit that helped the read-out most."""


@dataclasses.dataclass(frozen=True, eq=False)
class EarlyTuning:
    """The tuning of all units of one site.

    Attributes:
        site: where they are.
        direction: from a curve to its circle's centre, the one that drives the unit most, in
            degrees, y up.
        bend: how much the direction matters, in the site's own scale.
        normal: at right angles to the line that drives the unit most, in degrees from 0 to 180.
        line: how much the orientation matters.
    """

    site: str
    direction: Float[np.ndarray, " unit"]
    bend: Float[np.ndarray, " unit"]
    normal: Float[np.ndarray, " unit"]
    line: Float[np.ndarray, " unit"]

    @property
    def curved(self) -> Bool[np.ndarray, " unit"]:
        """Which units are early curves; the others are lines."""
        curved: np.ndarray = self.bend >= BENT * self.line
        return curved

    @property
    def strength(self) -> Float[np.ndarray, " unit"]:
        """How much a unit depends on direction and orientation together."""
        strength: np.ndarray = self.bend + self.line
        return strength


def measure(model: aann.Model, cells: Cells, inputs: Inputs) -> EarlyTuning:
    """The tuning of all units of a site.

    Args:
        model: an image model.
        cells: the site's grid, as measured.
        inputs: the pictures that the model takes.

    Raises:
        ValueError: the model takes other pictures.
    """
    read, shape = cells.reader(model, inputs), inputs.shape(model)
    kinds = (
        *stimuli.variants((RADIUS,)),
        *(stimuli.Variant(light, filled=False, radius=STRAIGHT) for light in (True, False)),
    )
    shown = []
    for down, right in ASIDE:
        middle = (cells.centre[0] + down, cells.centre[1] + right)
        pictures = stimuli.pictures(
            shape, middle, DIRECTIONS, kinds,
            background=inputs.background, contrast=inputs.contrast,
        )  # fmt: skip
        shown.append(responses(read, pictures))
    return from_answers(cells.site, np.stack(shown).mean(0, dtype=np.float64))


def from_answers(site: str, answers: Float[np.ndarray, "kind angle unit"]) -> EarlyTuning:
    """The tuning that answers to curves and, in the last two kinds, to straight lines show.

    Args:
        site: where the units are.
        answers: responses to each of ``DIRECTIONS``.
    """
    angles = np.deg2rad(DIRECTIONS)
    curves, lines = answers[:-2].mean(0), answers[-2:].mean(0)
    direction = np.exp(1j * angles) @ curves / len(angles)
    orientation = np.exp(2j * angles) @ (curves + lines) / 2 / len(angles)
    return EarlyTuning(
        site=site,
        direction=np.rad2deg(np.angle(direction)) % 360.0,
        bend=np.abs(direction),
        normal=np.rad2deg(np.angle(orientation)) / 2 % 180.0,
        line=np.abs(orientation),
    )
