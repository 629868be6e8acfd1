"""What ``aann.residuals.predictability`` found: plain arrays, and their table."""

import dataclasses

import numpy as np
from jaxtyping import Float

from aann.shown.brief import brief, counted
from aann.shown.screen import Shown, Tabular

Ends = Float[np.ndarray, "units 3"]
"""Estimate and the ends of its interval; NaN where it is not known."""


@dataclasses.dataclass(frozen=True, eq=False)
class Scores:
    """How well one prediction does.

    Attributes:
        name: ``mean``, ``linear``, ``ridge``, ``network``, or a program's.
        kind: ``fit`` or ``program``.
        weights: numbers that it knows.
        r2: (units, 3), over all examples and places.
        correlation: (units, 3), Pearson's, likewise.
        bits: (units, 3), known of a value: a bound from below, ``aann.residuals.information``.
        mean_r2: (3,), over units.
        mean_correlation: likewise.
        mean_bits: likewise.
        gaussian: (units,) bits a value that it saves in a two-part code.
    """

    name: str
    kind: str
    weights: int
    r2: Ends
    correlation: Ends
    bits: Ends
    mean_r2: Float[np.ndarray, " 3"]
    mean_correlation: Float[np.ndarray, " 3"]
    mean_bits: Float[np.ndarray, " 3"]
    gaussian: Float[np.ndarray, " units"]

    __repr__ = brief


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Predictability(Tabular):
    """How well units are predicted, over the size of what predicts.

    Attributes:
        reads: sites that were predicted from.
        site: whose units were predicted.
        units: of that site.
        scores: of each prediction, from the mean to the largest network; a program last.
        entropy: (units,) bits of a value, rounded to steps of 1% of its variance.
        n: design examples.
        folds: each was predicted by fits to the others.
        seed: of all draws.
        confidence: of the intervals.
        data: name of the examples.
        notes: what was left out.
    """

    reads: tuple[str, ...]
    site: str
    units: tuple[int, ...]
    scores: tuple[Scores, ...]
    entropy: Float[np.ndarray, " units"]
    n: int
    folds: int
    seed: int
    confidence: float
    data: str
    notes: tuple[str, ...] = ()

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything as arrays by name: (predictions,), (predictions, units, 3)."""
        fields = ("weights", "r2", "correlation", "bits", "gaussian")
        found: dict[str, np.ndarray] = {
            name: np.stack([np.asarray(getattr(s, name)) for s in self.scores]) for name in fields
        }
        return {**found, "name": np.asarray([s.name for s in self.scores]), "entropy": self.entropy}

    def of(self, name: str) -> list[Scores]:
        """The predictions of one name.

        Raises:
            KeyError: there is none.
        """
        found = [s for s in self.scores if s.name == name]
        if not found:
            names = dict.fromkeys(s.name for s in self.scores)
            raise KeyError(f"predictions are {', '.join(names)}; got {name!r}")
        return found

    def _shown(self) -> Shown:
        what = f"{counted(len(self.units), 'unit')} of {self.site} from {', '.join(self.reads)}"
        head = [
            f"How predictable {what}",
            f"{self.n:,} design examples of {self.data}, {self.folds} folds, seed {self.seed}",
        ]
        rows = [
            [s.name, f"{s.weights:,}", *map(ends, (s.mean_r2, s.mean_correlation, s.mean_bits))]
            for s in self.scores
        ]
        cells = [["prediction", "numbers", "R²", "correlation", "bits a value"], *rows]
        foot = [
            "Means over units, with intervals over examples. Each example was predicted by fits "
            "that have not seen it; a program was not fitted here.",
            f"Bits: known of a value, of {self.entropy.mean():.2f} that it has when rounded to a "
            "mean squared error of 1% of its variance; a bound from below on what the reads tell.",
            *self.notes,
        ]
        return Shown(head, cells, foot, left=1)


def ends(x: Float[np.ndarray, " 3"]) -> str:
    """An estimate with its interval, or what of it is known."""
    middle, low, high = (float(v) for v in x)
    if not np.isfinite(middle):
        return "-"
    return f"{middle:.3f}" + (f" [{low:.3f}, {high:.3f}]" if np.isfinite(low + high) else "")
