"""What kinds of misses a program makes: shares of its squared error that sum to one.

Corrections are made one after the other, and what each takes off the squared error is its kind:

- **shift**: the unit's map is moved by the best whole number of cells;
- **scale**: then a gain and an offset for each unit;
- **shape**: instead of these, any monotone function of the program's value (isotonic regression);
- **neighbours**: then the cells within one of the place may be mixed, linearly (noise that differs
  from cell to cell is averaged out by that, too);
- **cross-talk**: then what the program says of all other units at the place is added, linearly;
- **rest**: what is left.

Shift and neighbours together are the wrong place. The shift comes first: a program in the wrong
place correlates less, so that any gain would shrink it towards the mean and take the credit.

Everything is fitted on one half of the examples, groups kept whole, and measured on the other, both
ways round: a share below 0 says that the correction, as far as these examples tell it, is worse
than none. Monotone functions and mixtures are taken for a unit only where the two parts of the half
that they are fitted on both say of each other that they help, mixtures with a ridge chosen
likewise. That takes 4 examples (or groups); with fewer than that nothing is known, and with a few
dozen values shares can still be well below 0.

Intervals are of examples with these fits: how much the fits would change is outside of them.
"""

import dataclasses
from typing import Final

import numpy as np
from jaxtyping import Bool, Float64

from aann.residuals import corrections
from aann.residuals.about import About, about, folded, ratio, shown
from aann.residuals.folds import folds
from aann.residuals.halved import Halved
from aann.residuals.observed import Observed
from aann.residuals.spread import spread
from aann.shown.screen import Shown, Tabular
from aann.statistics.indices import is_share
from aann.statistics.moments import CONSTANT

QUARTERS: Final = 4
"""Two are fitted on, which check each other, and two measured."""

KINDS: Final = ("shift", "scale", "shape", "neighbours", "cross-talk", "rest")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Kinds(Tabular):
    """What ``kinds`` found.

    Attributes:
        about: which values.
        units: (units, kinds, 3), shares of each unit's squared error, in the order of ``KINDS``,
            with 95% intervals over examples; NaN where there is no error, or nothing to fit on;
            ends also for fewer than 10 examples.
        together: (kinds, 3), of the squared error of all units.
        squared: (units,), the mean squared error that they are shares of.
        unknowable: share of the squared error of all units that no smooth function of what the
            program reads could remove, where that was measured; a part of ``rest``.
    """

    about: About
    units: Float64[np.ndarray, "units kinds 3"]
    together: Float64[np.ndarray, "kinds 3"]
    squared: Float64[np.ndarray, " units"]
    unknowable: float | None = None

    def share(self, kind: str) -> float:
        """Of all units: of a kind, or of ``"place"``, which is shift and neighbours.

        Raises:
            KeyError: there is no such kind.
        """
        if kind == "place":
            return self.share("shift") + self.share("neighbours")
        if kind not in KINDS:
            raise KeyError(f"kinds are {', '.join(KINDS)} and place, got {kind!r}")
        return float(self.together[KINDS.index(kind), 0])

    def joined(self, unknowable: float | None) -> "Kinds":
        """The same with what cannot be known, a share from 0 to 1.

        Raises:
            ValueError: it is no share.
        """
        if unknowable is not None and not is_share(unknowable):
            raise ValueError(f"unknowable is a share, from 0 to 1, got {unknowable!r}")
        return dataclasses.replace(self, unknowable=unknowable)

    def _shown(self) -> Shown:
        rows = [
            ["all", shown(self.squared.mean()), *map(_cell, self.together)],
            *(
                [str(unit), shown(self.squared[i]), *(_cell(x) for x in self.units[i])]
                for i, unit in enumerate(self.about.units)
            ),
        ]
        known = (
            []
            if self.unknowable is None
            else [f"of the rest, {self.unknowable:.1%} of the error is in no smooth function of "
                  "what the program reads"]
        )  # fmt: skip
        return Shown(
            [*self.about.lines("kinds of misses, shares of the squared error"), *known],
            [["unit", "squared error", *KINDS], *rows],
            [
                "shift: by whole cells; scale: gain and offset; shape: a monotone function beyond "
                "it;",
                "neighbours: a mixture of the cells around; cross-talk: of the other units; each "
                "beyond",
                "those before it, fitted on half of the examples and measured on the others",
            ],
            drop=(1,),
        )


def kinds(part: Observed, *, reach: int = 2, unknowable: float | None = None) -> Kinds:
    """Tell the kinds of misses apart.

    Args:
        part: what was observed.
        reach: cells along each axis that a unit's map is moved by at most.
        unknowable: see ``Kinds``, for the table to say.

    Raises:
        ValueError: ``reach`` is negative, or ``unknowable`` no share.
    """
    if isinstance(reach, bool) or not isinstance(reach, int) or reach < 0:
        raise ValueError(f"reach is a whole number of cells from 0 up, got {reach!r}")
    natural, artificial, here = folded(part)
    n, places, coordinates, width = natural.shape
    grid = (n, places, coordinates * width)
    belongs = part.examples.clusters
    enough = len(set(belongs)) >= QUARTERS
    steps = np.zeros((n, len(KINDS), coordinates * width))
    if enough:
        quarter = folds(part.examples, QUARTERS)
        y, p = natural.reshape(grid), artificial.reshape(grid)
        for fitted in (quarter < QUARTERS // 2, quarter >= QUARTERS // 2):
            data = Halved(y, p, here, part.places, np.where(fitted, quarter % 2, -1))
            steps[~fitted] = corrections.steps(data, reach)[~fitted]
    left = steps.reshape(n, len(KINDS), coordinates, width).sum(axis=2)
    squared = ((natural - artificial) ** 2).sum(axis=(0, 1, 2))
    size = (natural**2).sum(axis=(0, 1, 2))
    real = (squared > CONSTANT**2 * size) & enough
    groups = part.examples.groups
    units = spread(_known(left, real), _shares, groups)
    together = spread(_known(left, real).sum(axis=2, keepdims=True), _shares, groups)[0]
    values = max(float(here.sum() * coordinates), 1.0)
    return Kinds(about(part), units, together, squared / values).joined(unknowable)


def _known(left: np.ndarray, real: Bool[np.ndarray, " units"]) -> np.ndarray:
    """Without units that have no error beyond rounding."""
    return np.asarray(left * real[None, None, :])


def _shares(left: Float64[np.ndarray, "steps *rows"]) -> Float64[np.ndarray, "*rows kinds"]:
    """What each step takes off, and what is left in the end, of what there was."""
    taken = np.stack([*(left[:-1] - left[1:]), left[-1]], axis=-1)
    found: np.ndarray = ratio(taken, left[0][..., None])
    return found


def _cell(ends: np.ndarray) -> str:
    middle, low, high = (100 * ends).tolist()
    if not np.isfinite([low, high]).all():
        return shown(middle / 100, ".0%")
    return f"{round(middle)}% [{round(low)}, {round(high)}]"
