"""What candidate terms give, as plain arrays that show themselves as a table."""

import dataclasses

import numpy as np
from jaxtyping import Float, Float32

from aann.report.estimate import Estimate
from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular
from aann.statistics.interval import Setting


@dataclasses.dataclass(frozen=True, eq=False)
class TriedTerm:
    """One term. All gains are cross-fitted: an example's weight comes from the other half.

    Attributes:
        name: of the term.
        reads: what it reads.
        weights: (units,) least-squares weights, of all examples.
        errors: (units,) their standard errors over examples or groups; NaN where the term is 0.
        halves: (2, units) weights of either half.
        squared: share of the residual's squared error that goes, all units together.
        squared_units: of each unit.
        correlation: (units,) with the term, NaN where either is constant.
        correlation_gain: of each unit, after minus before.
        closed: share of the loss gap, spliced minus intact, that goes.
        recovered: of the damage of zero-ablation, with the term.
        gained: likewise, with minus without it.
        losses: (n,) with the term.
    """

    name: str
    reads: tuple[str, ...]
    weights: Float[np.ndarray, " units"]
    errors: Float[np.ndarray, " units"]
    halves: Float[np.ndarray, "2 units"]
    squared: Estimate
    squared_units: tuple[Estimate, ...]
    correlation: Float[np.ndarray, " units"]
    correlation_gain: tuple[Estimate, ...]
    closed: Estimate
    recovered: Estimate
    gained: Estimate
    losses: Float32[np.ndarray, " n"]

    __repr__ = brief


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Tried(Tabular):
    """What one or several terms give.

    Attributes:
        program: name of the replacement.
        site: where it writes.
        units: which.
        metric: the loss.
        per_unit: whether every unit has a weight of its own.
        rectified: (units,) booleans, whose sum of program and term is cut off below 0.
        names: of the examples.
        terms: by the share of the squared error that goes, the best first.
        correlation: (units,) without any.
        recovered: of the damage of zero-ablation, without any.
        intact: (n,) losses of the intact model.
        spliced: (n,) with the programs as they are.
        zero: (n,) with zero in place of the units.
        setting: of the intervals.
    """

    program: str
    site: str
    units: tuple[int, ...]
    metric: str
    per_unit: bool
    rectified: np.ndarray
    names: tuple[str, ...]
    terms: tuple[TriedTerm, ...]
    correlation: Float[np.ndarray, " units"]
    recovered: Estimate
    intact: Float32[np.ndarray, " n"]
    spliced: Float32[np.ndarray, " n"]
    zero: Float32[np.ndarray, " n"]
    setting: Setting

    @property
    def best(self) -> TriedTerm:
        """The term that takes most of the squared error."""
        return self.terms[0]

    def _shown(self) -> Shown:
        gap = float(self.spliced.mean(dtype=np.float64) - self.intact.mean(dtype=np.float64))
        what = self.best.name if len(self.terms) == 1 else f"{len(self.terms)} terms"
        head = [
            f"{what} beside {self.program} at {self.site}: {len(self.names):,} design examples, "
            "weights from the other half of them",
            f"gap in {self.metric} {gap:.4g}, recovered without any: {self.recovered}",
        ]
        foot = [
            "squared error: share of natural minus artificial, squared, that goes;",
            f"gap closed: share of the {self.metric} that the program adds; recovered: of the "
            "damage of zero-ablation",
        ]
        if len(self.terms) > 1:
            return Shown(head, [_HEADER, *map(_row, self.terms)], foot, drop=(4, 3))
        return Shown([*head, *_lines(self.best)], self._units(self.best), foot)

    def _units(self, term: TriedTerm) -> list[list[str]]:
        header = ["unit", "weight", "squared error", "correlation", "gain"]
        rows = [
            [
                str(unit), f"{term.weights[k]:.4g} ± {term.errors[k]:.2g}",
                str(term.squared_units[k]),
                f"{self.correlation[k]:.3f} to {term.correlation[k]:.3f}",
                str(term.correlation_gain[k]),
            ]
            for k, unit in enumerate(self.units)
        ]  # fmt: skip
        return [header, *rows]


_HEADER = ["term", "squared error", "gap closed", "recovered", "gained"]


def _row(term: TriedTerm) -> list[str]:
    found = (term.squared, term.closed, term.recovered, term.gained)
    return [term.name, *map(str, found)]


def _lines(term: TriedTerm) -> list[str]:
    _, *cells = _row(term)
    return ["; ".join(f"{name} {x}" for name, x in zip(_HEADER[1:], cells, strict=True))]
