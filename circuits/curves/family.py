"""The curve detectors of a model, found by showing it synthetic curves.

A curve detector answers to curves that face one way and to no others, whether they are light or
dark, a line or the edge of something filled, at the radius that suits it best. So a unit's score is
its direction selectivity (length of the mean vector of its tuning curve) times its best response to
the kind of curve that it likes least: light or dark, line or filled. Nothing here knows the number
of a unit: any spatial site of any image model can be asked.

The best units of a site need be no curve detectors. A unit is *tuned* where it is selective for
each kind of curve by itself, and all kinds agree on the direction; of a site without a family few
are, and ``Family`` says so.

Sharp edges: only the central cell is read, so a unit whose receptive field lies off centre answers
less; scores compare units of one site only, in that site's own scale.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

import aann
from aann.vis.stimuli import curves as stimuli
from aann.vis.tuning import ranking
from aann.vis.tuning.responses import responses
from circuits.curves.cells import Cells
from circuits.curves.cells import measure as measure_cells
from circuits.curves.inputs import Inputs

DIRECTIONS = tuple(float(angle) for angle in range(0, 360, 15))
RADII = (15.0, 25.0, 40.0, 60.0)

SELECTIVE = 0.35
"""Least selectivity of a tuned unit, for the kind of curve for which it is least selective."""

APART = 15.0
"""Degrees by which a kind of curve may differ from the rest in the direction of a tuned unit."""

MOST = 0.5
"""Part of the units that have to be tuned to be called a family."""

HALF = 0.5
"""A unit covers the directions at which it answers at least this part of its best."""


@dataclasses.dataclass(frozen=True, eq=False)
class Family:
    """Units of one site that are most like curve detectors, and whether they are.

    Attributes:
        units: the best-scoring ones, best first.
        directions: of each unit, from curve to circle's centre, in degrees, y up.
        selectivity: of each unit, from 0 to 1, for the kind of curve where it is lowest.
        apart: of each unit, the most degrees between its direction and that of a kind of curve.
        scores: of all units of the site.
        tuning: response of each of ``units`` to each of ``angles``, at the best radius of a kind,
            mean over light and dark, line and filled.
        cells: the grid of the site.
        inputs: the pictures that the model takes.
        angles: the directions that were shown, in degrees.
        variants: the kinds of curves that were shown.
    """

    units: tuple[int, ...]
    directions: tuple[float, ...]
    selectivity: tuple[float, ...]
    apart: tuple[float, ...]
    scores: Float[np.ndarray, " channel"]
    tuning: Float[np.ndarray, "unit angle"]
    cells: Cells
    inputs: Inputs
    angles: tuple[float, ...]
    variants: tuple[stimuli.Variant, ...]

    @property
    def site(self) -> str:
        """Where the units are."""
        return self.cells.site

    @property
    def tuned(self) -> tuple[int, ...]:
        """Those of its units that are tuned to the direction of curves."""
        return tuple(u for u, is_tuned in zip(self.units, self._tuned, strict=True) if is_tuned)

    @property
    def exists(self) -> bool:
        """Whether there is a family at all: more than a part of ``MOST`` of its units is tuned."""
        return len(self.tuned) > MOST * len(self.units)

    @property
    def uncovered(self) -> tuple[float, ...]:
        """The directions, of those shown, that no tuned unit covers, in degrees."""
        curves = self.tuning[list(self._tuned)]
        covers = curves >= HALF * curves.max(1, keepdims=True)
        return tuple(a for a, c in zip(self.angles, covers.any(0), strict=True) if not c)

    @property
    def _tuned(self) -> tuple[bool, ...]:
        pairs = zip(self.selectivity, self.apart, strict=True)
        return tuple(s >= SELECTIVE and a <= APART for s, a in pairs)

    def __str__(self) -> str:
        rows = zip(self.units, self.directions, self.selectivity, self._tuned, strict=True)
        units = ", ".join(
            f"{u} ({d:.0f} degrees, selectivity {s:.2f}{'' if t else ', not tuned'})"
            for u, d, s, t in rows
        )
        gaps = ", ".join(f"{a:.0f}" for a in self.uncovered) or "none"
        head = "curve detectors of" if self.exists else "no family of curve detectors at"
        return f"{head} {self.site!r}: {units}; directions without a unit: {gaps}"


def find_family(model: aann.Model, inputs: Inputs, site: str = "mixed3b", n: int = 10) -> Family:
    """The ``n`` units of ``site`` that are most like curve detectors.

    Args:
        model: an image model that declares ``inputs`` (height, width, channels) or (channels,
            height, width).
        inputs: the range and layout of its pictures: ``inputs.measure(model, design)``, or said.
        site: a spatial site (batch, rows, columns, channels) or (batch, channels, rows, columns).
        n: how many units to return.

    Raises:
        ValueError: the site is unknown or not spatial, the model takes no such pictures, or ``n``
            is not between 1 and the number of units that answer to curves at all.
    """
    cells = measure_cells(model, site, inputs)
    if not 1 <= n <= cells.channels:
        raise ValueError(f"n is between 1 and the {cells.channels} units of {site!r}, got {n}")
    kinds = stimuli.variants(RADII)
    answers = _answers(cells.reader(model, inputs), inputs, model, cells, DIRECTIONS, kinds)
    ranked = rank(answers, len(RADII))
    order = np.argsort(-ranked.scores, kind="stable")[:n]
    if not ranked.scores[order[-1]] > 0:
        raise ValueError(
            f"only {int((ranked.scores > 0).sum())} units of {site!r} answer to all kinds of "
            f"curves; ask for at most that many instead of {n}"
        )
    return Family(
        units=tuple(int(u) for u in order),
        directions=tuple(round(float(ranked.preferred[u]), 1) for u in order),
        selectivity=tuple(round(float(ranked.selectivity[u]), 2) for u in order),
        apart=tuple(round(float(ranked.apart[u]), 1) for u in order),
        scores=ranked.scores,
        tuning=ranked.tuning[order],
        cells=cells,
        inputs=inputs,
        angles=DIRECTIONS,
        variants=kinds,
    )


def measure_tuning(model: aann.Model, family: Family) -> Float[np.ndarray, "unit angle"]:
    """Tuning curves of the family's units in another model, such as one with a program spliced in.

    Args:
        model: has the family's site and takes its pictures.
        family: says which stimuli to show and which units to read, in this order.

    Returns:
        What ``Family.tuning`` would be; of the model that the family is from, just that.

    Raises:
        ValueError: the site is unknown, has another grid, or the model takes other pictures.
    """
    cells, inputs = family.cells, family.inputs
    inputs.shape(model)
    shape = jax.eval_shape(aann.capture(model, [cells.site]), model.batch(1))[1][cells.site].shape
    if shape != cells.shape:
        raise ValueError(
            f"{cells.site!r} of {model.name!r} is {shape}, but the family was found on "
            f"{cells.shape}"
        )
    read = cells.reader(model, inputs)
    answers = _answers(read, inputs, model, cells, family.angles, family.variants)
    curves: np.ndarray = _kinds(answers, len(RADII)).mean(0)
    return curves[list(family.units)]


def _answers(
    read: Callable[[Any], jax.Array],
    inputs: Inputs,
    model: aann.Model,
    cells: Cells,
    angles: Sequence[float],
    kinds: Sequence[stimuli.Variant],
) -> Float[np.ndarray, "variant unit angle"]:
    """Responses of all units to curves that pass through one pixel."""
    shown = stimuli.pictures(
        inputs.shape(model), cells.centre, angles, kinds,
        background=inputs.background, contrast=inputs.contrast,
    )  # fmt: skip
    return responses(read, shown).transpose(0, 2, 1)


def _kinds(
    answers: Float[np.ndarray, "variant unit angle"], radii: int
) -> Float[np.ndarray, "kind unit angle"]:
    """Each kind of curve at its best radius."""
    best: np.ndarray = answers.reshape(-1, radii, *answers.shape[1:]).max(1)
    return best


def rank(answers: Float[np.ndarray, "variant unit angle"], radii: int) -> ranking.Ranked:
    """How much like curve detectors units are.

    Args:
        answers: responses; the variants of one kind (light or dark, line or filled) with their
            radii lie together.
        radii: number of variants of one kind.
    """
    return ranking.rank(_kinds(answers, radii), DIRECTIONS)
