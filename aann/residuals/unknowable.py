"""What ``aann.residuals.neighbours`` found: plain arrays, and their table."""

import dataclasses

import numpy as np
from jaxtyping import Bool, Float

from aann.residuals.predicted import ends
from aann.shown.brief import counted
from aann.shown.screen import Shown, Tabular

LIMIT = 0.1
"""Share of a linear function of the reads that may look like noise."""

SHUFFLED = 0.25
"""How far the share of values that nothing is known of may be from 1."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Unknowable(Tabular):
    """What of units is not known from near places of the reads.

    Attributes:
        reads: sites.
        site: where the units are.
        units: whose values.
        dims: numbers of components that were tried, (d,).
        share: (d, units, 3) of the units' variance at distance 0, with intervals over examples.
        first: (d, units) at the distance of the first neighbour: not taken to 0, an upper bound.
        residual: (d, units, 3) of the mean squared residual of the program; None without one.
        linear: (d, units, 3) the same share of the linear prediction, whose true share is 0.
        ranked: (d, units, 3) of the units' own values in its order, whose true share is 0, too.
        shuffled: (d, units) of other examples' values, whose true share is 1.
        kept: (d,) share of the variance of the reads that the components have.
        rows: places that were looked at.
        n: design examples.
        k: neighbours.
        seed: of the draws.
        data: name of the examples.
        squares: (units,) mean squared residual of the program at these places; None without one.
    """

    reads: tuple[str, ...]
    site: str
    units: tuple[int, ...]
    dims: tuple[int, ...]
    share: Float[np.ndarray, "d units 3"]
    first: Float[np.ndarray, "d units"]
    residual: Float[np.ndarray, "d units 3"] | None
    linear: Float[np.ndarray, "d units 3"]
    ranked: Float[np.ndarray, "d units 3"]
    shuffled: Float[np.ndarray, "d units"]
    kept: Float[np.ndarray, " d"]
    rows: int
    n: int
    k: int
    seed: int
    data: str
    squares: Float[np.ndarray, " units"] | None = None

    @property
    def informative(self) -> Bool[np.ndarray, "d units"]:
        """Where distances are small enough to tell noise from a slope: all controls are right.

        The linear and the ranked one are within ``LIMIT`` of 0, the ends of their intervals within
        twice that, and the shuffled one is within ``SHUFFLED`` of 1.
        """
        both = np.abs(np.stack([self.linear, self.ranked]))
        right = (both[..., 0] <= LIMIT) & ~(both[..., 1:].max(-1) > 2 * LIMIT)
        return np.asarray(right.all(0) & (np.abs(self.shuffled - 1) <= SHUFFLED))

    @property
    def chosen(self) -> np.ndarray:
        """(units,) which of ``dims`` counts for each."""
        far = np.maximum(np.abs(self.linear[..., 0]), np.abs(self.ranked[..., 0]))
        worst = np.argmin(np.nan_to_num(far, nan=np.inf), axis=0)
        last = len(self.dims) - 1 - np.argmax(self.informative[::-1], axis=0)
        return np.asarray(np.where(self.informative.any(0), last, worst))

    @property
    def unknowable(self) -> Float[np.ndarray, " units"]:
        """Share of each unit's variance, from 0 to 1; NaN where the controls say nothing is."""
        return self._of(self.share[..., 0])

    @property
    def unknowable_residual(self) -> Float[np.ndarray, " units"]:
        """Share of each unit's mean squared residual, likewise.

        Raises:
            ValueError: there was no program.
        """
        if self.residual is None:
            raise ValueError("no residual without a program: pass it as to_units")
        return self._of(self.residual[..., 0])

    @property
    def share_of_residual(self) -> float | None:
        """Share of the squared error of all units together; None where a unit's is not known."""
        if self.residual is None or self.squares is None:
            return None
        each = self.unknowable_residual
        total = float(self.squares.sum())
        if np.isnan(each[self.squares > 0]).any() or total <= 0:
            return None
        return float(np.nansum(each * self.squares) / total)

    def _of(self, share: np.ndarray) -> np.ndarray:
        each = np.arange(len(self.units))
        known = self.informative[self.chosen, each]
        return np.where(known, np.clip(share[self.chosen, each], 0.0, 1.0), np.nan)

    def _shown(self) -> Shown:
        what = f"{counted(len(self.units), 'unit')} of {self.site} from {', '.join(self.reads)}"
        head = [
            f"What no smooth function of the reads could know of {what}",
            f"{self.rows:,} places of {self.n:,} design examples of {self.data}, {self.k} "
            f"neighbours, seed {self.seed}",
        ]
        cells = [["unit", "components", "unknowable", "at first neighbour", "of residual",
                  "linear control",
                  "ranked control", "shuffled", "informative"]]  # fmt: skip
        for u, (unit, d) in enumerate(zip(self.units, self.chosen, strict=True)):
            left = "-" if self.residual is None else ends(self.residual[d, u])
            cells.append([
                str(unit), str(self.dims[d]), ends(self.share[d, u]), f"{self.first[d, u]:.3f}",
                left, ends(self.linear[d, u]), ends(self.ranked[d, u]),
                f"{self.shuffled[d, u]:.3f}", "yes" if self.informative[d, u] else "no",
            ])  # fmt: skip
        foot = [
            "unknowable: share of the variance among neighbours in the reads, taken to distance 0. "
            "1 less it bounds R² of smooth functions of these components. linear control: the same "
            "for a linear function of the reads, ranked control: for the unit's own values in its "
            f"order, both truly 0; above {LIMIT:g} distances are too large to say anything. "
            "shuffled: of other examples' values, truly 1.",
            "A network computes its units exactly from all that is upstream: where the reads hold "
            "that, the share is distance and components left out, not noise.",
        ]
        return Shown(head, cells, foot, left=1, drop=(3, 7, 5))
