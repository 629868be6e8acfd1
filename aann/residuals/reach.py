"""What the same reads reach: one table from the mean to the bound of the nearest neighbours.

    print(aann.residuals.bracket(model, program, design, sizes=(1_000, 10_000), report=report))

The program stands between fits that nobody can read. What the linear prediction reaches needs no
idea; what a network of as many numbers reaches beyond the program is there to be found in the same
reads; what no smooth function of near reads could know is not (``aann.residuals.nearest``, with
its controls).
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from aann.data.examples import Design
from aann.evaluation.lineup import name_of
from aann.evaluation.network_settings import Networks
from aann.machine.machine import Machine
from aann.model import Model
from aann.program.replacement import Replacement
from aann.report.report import Report
from aann.residuals.nearest import neighbours
from aann.residuals.predictable import SIZES, predictability
from aann.residuals.predicted import Predictability, ends
from aann.residuals.unknowable import Unknowable
from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular

LOSS = "kl"
"""Of a report, whose recovered stands beside."""


@dataclasses.dataclass(frozen=True, eq=False)
class Mark:
    """One line of the bracket.

    Attributes:
        name: of what predicts.
        weights: numbers that it knows; None of a bound.
        r2: (3,) the mean over units, with its interval; NaN where not known.
        correlation: likewise.
        bits: likewise.
        recovered: share of the damage of zeroing that it undoes, of ``LOSS`` in the report; None
            where there is no such row.
    """

    name: str
    weights: int | None
    r2: np.ndarray
    correlation: np.ndarray
    bits: np.ndarray
    recovered: float | None = None

    __repr__ = brief


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Bracket(Tabular):
    """What stands around a program.

    Attributes:
        program: its name.
        marks: from the mean to the bound.
        predictability: where R2, correlation and bits are from.
        neighbours: where the bound is from; None if it was not asked for.
        split: that recovered is of; None without a report.
    """

    program: str
    marks: tuple[Mark, ...]
    predictability: Predictability
    neighbours: Unknowable | None
    split: str | None

    def _shown(self) -> Shown:
        p = self.predictability
        head = [
            f"What the reads of {self.program} reach: {', '.join(p.reads)} to {p.site}",
            f"{p.n:,} design examples of {p.data}, {p.folds} folds, seed {p.seed}",
        ]
        cells = [["prediction", "numbers", "R²", "correlation", "bits a value", "recovered"]]
        for m in self.marks:
            cells.append([
                m.name, "-" if m.weights is None else f"{m.weights:,}",
                *map(ends, (m.r2, m.correlation, m.bits)),
                "-" if m.recovered is None else f"{m.recovered:.3f}",
            ])  # fmt: skip
        foot = [
            "R², correlation and bits: means over units; fits are measured on examples that they "
            "have not seen.",
            "recovered: of KL, "
            + ("no report was given." if self.split is None else f"on the {self.split} examples of "
               "the report, where its rows have this name."),
            *p.notes,
        ]  # fmt: skip
        if self.neighbours is not None:
            foot.append(_bound_says(self.neighbours))
            bound = self.marks[-1].r2[0]
            beyond = [f"{m.name} ({m.weights:,})" for m in self.marks[:-1] if m.r2[0] > bound]
            if beyond:
                foot.append(
                    f"{', '.join(beyond)} reaches more than the bound, which is therefore none: "
                    "units bend more between neighbours than the controls do."
                )
        return Shown(head, cells, foot, left=1)


def bracket(
    model: Model,
    program: Replacement,
    design: Design,
    *,
    sizes: Sequence[int] | Networks = SIZES,
    bound: bool = True,
    report: Report | None = None,
    folds: int = 3,
    seed: int = 0,
    batch_size: int | None = None,
    progress: bool = True,
    machine: Machine | None = None,
) -> Bracket:
    """What the mean, linear predictions, the program and networks reach from the same reads.

    Args:
        model: the pretrained network.
        program: that is looked at.
        design: examples to fit on and to measure on, crosswise.
        sizes: numbers of weights of networks, or ``Networks``.
        bound: whether to search nearest neighbours, too.
        report: of this program: what its rows recover stands beside.
        folds: parts of the examples, each predicted by what was fitted on the others.
        seed: of all draws.
        batch_size: of the compiled functions; by default by the size of an example.
        progress: show it.
        machine: devices, processes, memory and disk to use.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: see ``predictability`` and ``neighbours``; a report of another program.
    """
    if report is not None and program.name not in [row.name for row in report.rows]:
        raise ValueError(
            f"the report is of {report.eval!r} and has no row {program.name!r}: pass one of this "
            "program, or none"
        )
    found = predictability(
        model, None, program, design=design, sizes=sizes, program=program, folds=folds, seed=seed,
        batch_size=batch_size, progress=progress, machine=machine,
    )  # fmt: skip
    near = None
    if bound:
        near = neighbours(
            model, program, design, seed=seed, batch_size=batch_size, progress=progress,
            machine=machine,
        )  # fmt: skip
    recovered = _recovered(report)
    marks = [
        Mark(s.name, s.weights, s.mean_r2, s.mean_correlation, s.mean_bits,
             recovered.get(s.name) if s.name != "network" else _of_size(recovered, s.weights))
        for s in found.scores
    ]  # fmt: skip
    if near is not None:
        marks.append(_bound(near))
    split = None if report is None else str(report.data.get("split", ""))
    return Bracket(name_of([program]), tuple(marks), found, near, split)


def _recovered(report: Report | None) -> dict[str, float]:
    """Row -> recovered of the loss, where it is known."""
    if report is None:
        return {}
    found = {}
    for row in report.rows:
        first = row.recovered.get(LOSS)
        if first is not None and first.identified and first.estimate is not None:
            found[row.name] = float(first.estimate)
    return found


def _of_size(recovered: dict[str, float], weights: int) -> float | None:
    """Of a network of as many weights, or of the only one."""
    exact = recovered.get(f"small network of {weights:,} weights")
    return exact if exact is not None else recovered.get("small network")


def _bound(near: Unknowable) -> Mark:
    nothing = np.full(3, np.nan)
    chosen, each = near.chosen, np.arange(len(near.units))
    if not near.informative[chosen, each].all():
        return Mark("neighbours' bound", None, nothing, nothing, nothing)
    share = near.share[chosen, each]
    middle = 1.0 - np.clip(share[:, 0], 0.0, 1.0).mean()
    error = (share[:, 2] - share[:, 0]).mean()  # units move together at most
    r2 = np.asarray([middle, middle - error, min(middle + error, 1.0)])
    return Mark("neighbours' bound", None, r2, np.sqrt(np.clip(r2, 0, 1)), nothing)


def _bound_says(near: Unknowable) -> str:
    known = near.informative[near.chosen, np.arange(len(near.units))]
    if known.all():
        return (
            "neighbours' bound: R² that a smooth function of the principal components of the reads "
            "can reach; see aann.residuals.neighbours for its controls."
        )
    return (
        f"neighbours' bound: of {len(near.units) - known.sum()} of {len(near.units)} units near "
        "places are too far from each other to say anything (the linear control)."
    )
