"""What predicts a residual, as plain arrays that show themselves as a table."""

import dataclasses
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular
from aann.statistics.indices import is_count

LISTED = 5
"""Units of a site in a table."""


@dataclasses.dataclass(frozen=True, eq=False)
class UpstreamSite:
    """One site.

    Attributes:
        site: its name.
        read: whether the program reads it already; which of its units it uses is not known.
        how: in words, how its values lie beside the units'.
        width: features.
        penalty: of the ridge, in units of the features' mean variance.
        r2: cross-validated, of all outputs together; NaN where nothing varies.
        r2_outputs: of each unit (or coordinate of a unit).
        r2_folds: of each fold.
        labels: index of each of its units; () where they were not looked at.
        drops: (its units, outputs), by how much R2 falls without that one, all others refitted.
        correlations: (its units, outputs), of that one alone with the residual.
    """

    site: str
    read: bool
    how: str
    width: int
    penalty: float
    r2: float
    r2_outputs: Float[np.ndarray, " outputs"]
    r2_folds: Float[np.ndarray, " folds"]
    labels: tuple[tuple[int, ...], ...]
    drops: Float[np.ndarray, "k outputs"]
    correlations: Float[np.ndarray, "k outputs"]

    __repr__ = brief


class UpstreamUnit(NamedTuple):
    """One unit of a site.

    Attributes:
        site: its name.
        unit: its index, along each axis of what a position holds.
        read: whether the program reads the site.
        drop: by how much R2 of all outputs together falls without it.
        most: which output it correlates with most.
        correlation: with that output's residual, alone.
    """

    site: str
    unit: tuple[int, ...]
    read: bool
    drop: float
    most: int
    correlation: float

    def __repr__(self) -> str:
        return brief(self)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Upstream(Tabular):
    """What predicts a residual.

    Attributes:
        program: name of the replacement.
        target: its site.
        units: of the replacement; outputs are its units, or each coordinate with each unit.
        sites: ranked, the best first.
        left_out: site -> why it was not tried.
        weights: (outputs,) share of each output in the residual's variance.
        examples: number of them.
        folds: number of them.
        seed: of the folds.
    """

    program: str
    target: str
    units: tuple[int, ...]
    sites: tuple[UpstreamSite, ...]
    left_out: dict[str, str]
    weights: Float[np.ndarray, " outputs"]
    examples: int
    folds: int
    seed: int

    def best(
        self, k: int = 10, *, site: str | None = None, unread: bool = False
    ) -> list[UpstreamUnit]:
        """The ``k`` units that are missed most, by their drop.

        Args:
            k: how many.
            site: of this one; by default of all that were looked into.
            unread: of sites alone that the program does not read.

        Raises:
            ValueError: ``k`` is not at least 1.
        """
        if not is_count(k):
            raise ValueError(f"k is a number of units, at least 1, got {k!r}")
        found = [
            UpstreamUnit(
                s.site, label, s.read, float(drop @ self.weights), int(np.abs(alone).argmax()),
                float(alone[np.abs(alone).argmax()]),
            )
            for s in self.sites
            if not (unread and s.read) and site in (None, s.site)
            for label, drop, alone in zip(s.labels, s.drops, s.correlations, strict=True)
        ]  # fmt: skip
        return sorted(found, key=lambda u: -u.drop)[:k]

    def _shown(self) -> Shown:
        cells = [["site", "read", "unit", "R2", "over folds", "features", "how", "penalty"]]
        for s in self.sites:
            low, high = np.min(s.r2_folds), np.max(s.r2_folds)
            cells.append(
                [s.site, "yes" if s.read else "no", "", f"{s.r2:.3f}", f"{low:.3f} to {high:.3f}",
                 f"{s.width:,}", s.how, f"{s.penalty:.0e}"]
            )  # fmt: skip
            cells += [
                ["", "", ", ".join(map(str, u.unit)), f"-{u.drop:.4f}",
                 f"correlation {u.correlation:.3f}", "", "", ""]
                for u in self.best(LISTED, site=s.site)
            ]  # fmt: skip
        left = f"; {len(self.left_out)} sites left out" if self.left_out else ""
        return Shown(
            [f"what predicts natural minus artificial of {self.program} at {self.target}: "
             f"{self.examples:,} design examples, {self.folds} folds{left}"],
            cells,
            ["R2: cross-validated, all units together; of a unit, what the site loses without it",
             "read: whether the program reads the site; which of its units it uses is not known"],
            left=3, drop=(7, 6, 5),
        )  # fmt: skip
