"""Where in an example the program is wrong: the residual at each position, over examples.

A program that is wrong at the margin of pictures, or at the first tokens, shows it here.
"""

import dataclasses

import numpy as np
from jaxtyping import Float64, Int

from aann.residuals.about import About, about, folded, ratio, shown
from aann.residuals.observed import Observed
from aann.shown.screen import Shown, Tabular


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Where(Tabular):
    """What ``where`` found. Numbers are NaN at positions that no example has.

    Attributes:
        about: which values.
        count: (*places,) examples that have something there.
        mean: (units, *places), natural minus artificial, over examples and coordinates.
        absolute: likewise, its size.
        squared: likewise, its square.
    """

    about: About
    count: Int[np.ndarray, "*places"]
    mean: Float64[np.ndarray, "units *places"]
    absolute: Float64[np.ndarray, "units *places"]
    squared: Float64[np.ndarray, "units *places"]

    @property
    def together(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean, size and square, each (*places,): over units."""
        maps = (self.mean, self.absolute, self.squared)
        mean, absolute, squared = (np.asarray(x.mean(axis=0)) for x in maps)
        return mean, absolute, squared

    def _shown(self) -> Shown:
        maps = (self.mean, self.absolute, self.squared)
        rows = [
            self._row("all", *self.together),
            *(
                self._row(str(unit), *(np.asarray(x[i]) for x in maps))
                for i, unit in enumerate(self.about.units)
            ),
        ]
        return Shown(
            self.about.lines("error by position"),
            [["unit", "bias", "size", "squared error", "worst at", "times the mean"], *rows],
            ["bias: mean of natural minus artificial; size: its mean absolute value; worst at: the "
             "position", "of the largest squared error, and how many times the mean it is there"],
        )  # fmt: skip

    def _row(self, name: str, *maps: np.ndarray) -> list[str]:
        weights = self.count.astype(np.float64)
        means = [float(ratio((weights * np.nan_to_num(x)).sum(), weights.sum())) for x in maps]
        squared = maps[-1]
        if squared.size < 2 or not np.isfinite(squared).any() or not means[-1] > 0:
            return [name, *map(shown, means), "-", "-"]
        at = np.unravel_index(int(np.nanargmax(squared)), squared.shape)
        times = shown(squared[at] / means[-1], ".2f")
        return [name, *map(shown, means), ", ".join(str(int(i)) for i in at), times]


def where(part: Observed) -> Where:
    """The residual at each position, for each unit."""
    values = folded(part)
    residual = values.residual
    count = values.here.sum(axis=0)
    below = (count * residual.shape[2])[None, :]
    shape = (residual.shape[-1], *part.places)
    maps = [
        ratio(x.sum(axis=(0, 2)).T, below).reshape(shape)
        for x in (residual, np.abs(residual), residual**2)
    ]
    return Where(about(part), count.reshape(part.places), *maps)
