"""How the tuning of curve detectors is spread over Fourier modes of direction.

Mode 1 tells a direction from its opposite; mode 2 does not, and is the "echo" of a unit that
answers to both. A published analysis of InceptionV1's curve detectors (a block of 16 dimensions of
their layer) gives modes 1, 2 and 3 the parts ``PUBLISHED`` of the variance.

``python -m circuits.curves.harmonics`` prints the parts for the mirrored checkpoint's family, for
what it is before its ReLU, and for the program in its place, with intervals over the radii and
positions of the curves that were shown. No picture of a data set is looked at but the design images
that the range is measured from. Sharp edge: some minutes.
"""

from typing import NamedTuple

import numpy as np

import aann
from aann.shown.brief import brief
from aann.vis.tuning.circular import pooled_harmonics
from aann.vis.tuning.radial import Curves, Radial, radial
from circuits.curves import mirrored
from circuits.curves.program import curve_detectors

PUBLISHED = (0.59, 0.18, 0.12)
"""Of modes 1, 2 and 3 (Goodfire, block-sparse featurizers, 2026)."""

MODES = 6
DIRECTIONS = 48
DRAWS = 2000
LEVEL = 0.95

BEFORE = ("mixed3b_5x5_pre_relu", 320)
"""Where the family is before its ReLU, and which unit of mixed3b its first one becomes."""


class Shares(NamedTuple):
    """Parts of the variance over directions, summed over units, by mode from the first.

    Attributes:
        estimate: from the mean over all curves of a direction.
        low: lower end of the bootstrap interval over radii and positions.
        high: upper end.
    """

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def __repr__(self) -> str:
        return brief(self)


def shares(curves: Curves, directions: tuple[float, ...], seed: int = 0) -> Shares:
    """Parts of the variance of a family's tuning curves in each mode, with percentile intervals.

    Args:
        curves: of all units.
        directions: that were shown, evenly spread over the circle.
        seed: of the resamples.
    """
    conditions = curves.answers.mean(-1, dtype=np.float64)
    conditions = conditions.reshape(*conditions.shape[:2], -1)
    n = conditions.shape[-1]
    rng = np.random.default_rng(seed)
    drawn = [
        pooled_harmonics(conditions[..., rng.integers(0, n, n)].mean(-1), directions, MODES)
        for _ in range(DRAWS)
    ]
    low, high = np.quantile(drawn, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0)
    return Shares(pooled_harmonics(conditions.mean(-1), directions, MODES), low, high)


def measure(model: aann.Model, program: aann.Replacement, place: tuple[float, float]) -> Radial:
    """Tuning curves of the units that a program replaces, natural and artificial.

    Args:
        model: takes pictures from 0 to 255, channels last.
        program: in place of curve detectors.
        place: row and column that the central cell looks at.

    Raises:
        ValueError: as ``aann.vis.tuning.radial`` does.
    """
    return radial(
        model, program.site, program.units, artificial=program,
        directions=DIRECTIONS, place=place,
    )  # fmt: skip


def measure_before(
    model: aann.Model, program: aann.Replacement, place: tuple[float, float]
) -> Radial:
    """The same of the natural units before their ReLU, all of the 5x5 branch of InceptionV1.

    Raises:
        ValueError: as ``aann.vis.tuning.radial`` does, where the model has no such branch.
    """
    site, first = BEFORE
    units = [unit - first for unit in program.units]
    return radial(model, site, units, directions=DIRECTIONS, place=place)


def table(found: Radial, before: Radial | None = None) -> str:
    """The parts in percent, a line a family; ``before`` is of the same units before the ReLU."""
    lines = ["parts of the variance over directions, in percent, by mode from the first:"]
    lines.append("published      " + " ".join(f"{100 * x:13.0f}" for x in PUBLISHED))
    rows = [("natural", found.natural), ("artificial", found.artificial)]
    if before is not None:
        rows.insert(1, ("before ReLU", before.natural))
    for name, curves in rows:
        if curves is not None:
            s = shares(curves, found.directions)
            parts = (
                f"{100 * e:4.1f} [{100 * a:.0f}, {100 * b:.0f}]"
                for e, a, b in zip(s.estimate, s.low, s.high, strict=True)
            )
            lines.append(f"{name:15}" + " ".join(f"{part:>13}" for part in parts))
    n = int(np.prod(found.natural.answers.shape[2:4]))
    lines.append(
        f"{len(found.units)} units of {found.site}, {len(found.directions)} directions; "
        f"[{LEVEL:.0%} bootstrap intervals over {n} radii and positions]"
    )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> None:
    """Print the parts for the mirrored checkpoint."""
    model, family, _ = mirrored.begin("circuits.curves.harmonics", __doc__, argv)
    place = family.cells.centre
    print(
        table(measure(model, curve_detectors, place), measure_before(model, curve_detectors, place))
    )


if __name__ == "__main__":
    mirrored.run(main)
