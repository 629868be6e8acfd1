"""Radial tuning curves: what units answer to curves of every direction, with a band.

    found = radial(model, "mixed3b", (343, 415), artificial=program)
    found.figure()

Every direction is shown at several radii and positions, light and dark, line and filled. A unit's
curve is the mean over all of these; its band holds the middle part (``SHARE``) of the conditions: a
condition is one radius at one position, the mean over the kinds. The band is the spread of what the
unit does, not an error of the mean.
"""

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from aann.model import Model
from aann.program.replacement import Replacement
from aann.shown.brief import brief
from aann.statistics.indices import is_count
from aann.vis.features.given import PIXELS
from aann.vis.stimuli.arcs import arcs
from aann.vis.stimuli.paint import paint
from aann.vis.tuning.circular import echo, half_width, harmonics, mean_vector
from aann.vis.tuning.pair import pair
from aann.vis.tuning.panels import Band, radial_tuning
from aann.vis.tuning.probe import Probe, probe

DIRECTIONS = 72
RADII = (15.0, 25.0, 40.0, 60.0)
SHIFTS = ((0.0, 0.0), (-4.0, -4.0), (-4.0, 4.0), (4.0, -4.0), (4.0, 4.0))
"""Pixels below and to the right of the place that the central cell looks at."""
SHARE = 0.8
"""Part of the conditions inside of the band."""
KINDS = ((1.0, False), (-1.0, False), (1.0, True), (-1.0, True))
"""Light or dark, line or filled."""


FEW: Mapping[str, Any] = {
    "directions": 36,
    "shifts": ((0.0, 0.0), (-4.0, -4.0), (4.0, 4.0)),
    "kinds": ((1.0, False), (-1.0, True)),
}
"""Arguments of ``radial`` for a look: a light line and a dark disc, in three places."""


@dataclasses.dataclass(frozen=True, eq=False)
class Curves:
    """Tuning curves of units.

    Attributes:
        answers: (units, directions, radii, positions, kinds).
        share: part of the conditions (radius and position) inside of the band.
    """

    answers: Float[np.ndarray, "unit direction radius position kind"]
    share: float = SHARE

    __repr__ = brief

    @property
    def mean(self) -> Float[np.ndarray, "unit direction"]:
        """Over all conditions and kinds."""
        mean: np.ndarray = self.answers.mean((2, 3, 4))
        return mean

    @property
    def band(self) -> tuple[np.ndarray, np.ndarray]:
        """Low and high, (units, directions): the middle part of the conditions lies between."""
        conditions = self.answers.mean(-1).reshape(*self.answers.shape[:2], -1)
        outside = (1 - self.share) / 2
        low, high = np.quantile(conditions, (outside, 1 - outside), axis=-1)
        return low, high


@dataclasses.dataclass(frozen=True, eq=False)
class Radial:
    """What ``radial`` found.

    Attributes:
        site: where the units are.
        units: that were read.
        directions: that were shown, in degrees.
        natural: of the model.
        artificial: of the other model; None where there was none.
    """

    site: str
    units: tuple[int, ...]
    directions: tuple[float, ...]
    natural: Curves
    artificial: Curves | None = None

    __repr__ = brief

    @property
    def band_name(self) -> str:
        """What the bands are."""
        n = int(np.prod(self.natural.answers.shape[2:4]))
        return f"middle {self.natural.share:.0%} of {n} radii and positions"

    def table(self) -> dict[str, np.ndarray]:
        """Statistics of the natural curves, one entry a unit.

        ``direction`` and ``selectivity`` of the mean vector, ``half_width`` in degrees, ``echo``
        and the ``harmonics`` (unit, mode): see ``aann.vis.tuning.circular``.
        """
        curves = self.natural.mean
        selectivity, direction = mean_vector(curves, self.directions)
        return {
            "direction": direction,
            "selectivity": selectivity,
            "half_width": half_width(curves, self.directions),
            "echo": echo(curves, self.directions),
            "harmonics": harmonics(curves, self.directions, min(6, len(self.directions) // 2)),
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """What the figure ``tuning`` of a report is drawn from."""
        found = {
            "tuning_directions": np.asarray(self.directions),
            "tuning_band": np.asarray(self.band_name),
        }
        for name, curves in (("natural", self.natural), ("artificial", self.artificial)):
            if curves is not None:
                low, high = curves.band
                found |= {
                    f"{name}_tuning": curves.mean,
                    f"{name}_tuning_low": low,
                    f"{name}_tuning_high": high,
                }
        return found

    def figure(self, title: str = "") -> Figure:
        """A panel a unit; natural and artificial, with their bands."""
        return radial_tuning(
            np.asarray(self.directions),
            self.natural.mean,
            None if self.artificial is None else self.artificial.mean,
            names=[str(u) for u in self.units],
            title=title or f"{self.site}: response to curves of every direction",
            natural_band=Band(*self.natural.band),
            artificial_band=None if self.artificial is None else Band(*self.artificial.band),
            band_name=self.band_name,
        )


def radial(
    model: Model,
    site: str,
    units: Sequence[int],
    *,
    artificial: Model | Replacement | None = None,
    directions: int = DIRECTIONS,
    radii: Sequence[float] = RADII,
    shifts: Sequence[tuple[float, float]] = SHIFTS,
    kinds: Sequence[tuple[float, bool]] = KINDS,
    share: float = SHARE,
    low_high: tuple[float, float] = PIXELS,
    place: tuple[float, float] | None = None,
) -> Radial:
    """Responses of units to synthetic curves of every direction.

    Args:
        model: an image model that declares ``inputs``.
        site: where the units are.
        units: to be read.
        artificial: a program in place of units of the site, or the same model with programs spliced
            in anywhere (which takes twice as long), to be read, too.
        directions: how many, evenly spread over the circle, from the right.
        radii: of the curves, in pixels.
        shifts: positions, in pixels below and to the right of what the central cell looks at.
        kinds: 1 light or -1 dark, and whether filled.
        share: part of the conditions inside of the band.
        low_high: black and white of the model's pictures.
        place: row and column that the central cell looks at; None measures it.

    Raises:
        ValueError: with all problems: there are fewer than 4 directions, no radii, shifts or kinds,
            or ``share`` is not between 0 and 1; or as ``probe`` does.
    """
    problems = [
        f"{name} has no entries"
        for name, given in (("radii", radii), ("shifts", shifts), ("kinds", kinds))
        if not len(given)
    ]
    if not is_count(directions) or directions < 4:
        problems.append(f"directions is how many, at least 4, got {directions}")
    if not 0 < share < 1:
        problems.append(f"share is between 0 and 1, got {share:g}")
    if problems:
        raise ValueError("; ".join(problems))
    probed = probe(model, site, units, low_high=low_high, place=place)
    angles = np.arange(directions) * 360 / directions
    shown = _pictures(probed, angles, radii, shifts, kinds)
    if isinstance(artificial, Replacement):
        found = pair(probed, artificial, shown())
    else:
        others = () if artificial is None else (probed.of(artificial),)
        found = tuple(p.answers(shown()) for p in (probed, *others))
    shape = (len(radii), len(shifts), len(kinds), len(angles), len(probed.units))
    curves = [Curves(x.reshape(shape).transpose(4, 3, 0, 1, 2), share) for x in found]
    return Radial(site, probed.units, tuple(angles.tolist()), *curves)


def _pictures(
    probed: Probe,
    angles: np.ndarray,
    radii: Sequence[float],
    shifts: Sequence[tuple[float, float]],
    kinds: Sequence[tuple[float, bool]],
) -> Callable[[], Iterator[np.ndarray]]:
    """For each radius, position and kind, (direction, y, x, channel)."""

    def shown() -> Iterator[np.ndarray]:
        for radius, (down, right), (sign, filled) in itertools.product(radii, shifts, kinds):
            place = (probed.place[0] + down, probed.place[1] + right)
            covers = arcs(probed.size, angles, radius, place=place, filled=filled)
            yield paint(
                covers, background=probed.background, contrast=sign * probed.contrast,
                channels=probed.shape[2], low_high=probed.low_high,
            )  # fmt: skip

    return shown
