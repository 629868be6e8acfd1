"""The plain data of a report: estimates, rows, provenance. It knows nothing of its renderings."""

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from aann.report.estimate import Damage, Estimate
from aann.report.fixed import fix
from aann.report.looked import Looked
from aann.report.refitted import Refitted
from aann.report.shuffled import Shuffled
from aann.report.subset import Subset
from aann.report.tested import EquivalenceTest
from aann.shown.brief import brief
from aann.shown.listing import Listing

SCHEMA = 1
METRICS = ("kl", "nll", "top1", "top5", "agreement")

Kind = Literal["ablation", "fit", "control", "program"]
"""Of a row."""


@dataclasses.dataclass(frozen=True)
class ReportRow:
    """One line: what stood in for the units, what it costs and what it recovers.

    Attributes:
        name: of the row.
        kind: one of ``Kind``.
        constants: how many numbers it knows; None where that has no meaning.
        bits: its description length, likewise.
        flops: of one example, likewise.
        recovered: metric -> loss recovered.
        loss: metric -> mean loss with it (error rates for top1, top5 and agreement).
        r2: one a unit; None where undefined.
        correlation: likewise.
        source: the source of the row's programs and of the helpers that count with them; empty for
            rows without a program.
        values: the declared constants of those programs, as the top level's ``constants``; empty
            likewise.
        correlation_interval: of the mean over units, over examples; None where not measured.
        r2_interval: likewise.
        robust_correlation: the mean over units of a correlation in which no example counts more
            than another, see ``aann.statistics.agreement``; likewise.
        residual_bits: what stating the units of one example takes once the program is known, up to
            an error of 1% of their variance, see there; likewise.
    """

    name: str
    kind: str
    constants: int | None
    bits: float | None
    flops: float | None
    recovered: Mapping[str, Estimate]
    loss: Mapping[str, float]
    r2: Sequence[float | None]
    correlation: Sequence[float | None]
    source: str = ""
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    correlation_interval: Estimate | None = None
    r2_interval: Estimate | None = None
    robust_correlation: Estimate | None = None
    residual_bits: Estimate | None = None

    __repr__ = brief

    def __post_init__(self) -> None:
        fix(self)

    @property
    def mean_correlation(self) -> float | None:
        """Mean over units, None where any is undefined."""
        return _mean(self.correlation)

    def code_length(self, n: int) -> float | None:
        """Bits of the two-part code on ``n`` examples: of the program and of its residuals."""
        residual = self.residual_bits.estimate if self.residual_bits else None
        return None if residual is None or self.bits is None else self.bits + n * residual

    @property
    def mean_r2(self) -> float | None:
        """Mean over units, None where any is undefined."""
        return _mean(self.r2)


@dataclasses.dataclass(frozen=True)
class Untrained:
    """What the same search and the same fit made of a network of random parameters.

    Attributes:
        found: what the search says, in a sentence.
        seed: of the parameters.
        n: design examples that it was measured on; None where there was nothing to fit or measure.
        damage: metric -> mean loss that zero-ablation adds there.
        recovered: name of a row -> metric -> loss recovered; the program is the first.
        above: metric -> what the program recovers above the best of the other rows.
        notes: warnings on the way.
    """

    found: str
    seed: int
    n: int | None = None
    damage: Mapping[str, Damage] = dataclasses.field(default_factory=dict)
    recovered: Mapping[str, Mapping[str, Estimate]] = dataclasses.field(default_factory=dict)
    above: Mapping[str, Estimate] = dataclasses.field(default_factory=dict)
    notes: Sequence[str] = ()

    __repr__ = brief

    def __post_init__(self) -> None:
        fix(self)


@dataclasses.dataclass(frozen=True)
class ReportData:
    """What a ``Report`` holds, apart from how it is shown, saved and loaded.

    Attributes:
        eval: what was run.
        claim: the program's claim.
        model: in which units were replaced.
        site: where.
        units: which.
        data: ``{"name", "split", "n", "hash"}`` of the held-out examples, and of ``design``.
        seed: of resamples and donors.
        versions: of Python and the libraries; ``weights``: hash of the parameters.
        damage: metric -> mean loss added by zero-ablation.
        intact: metric -> mean loss of the intact model.
        natural: constants, bits and flops of the units replaced.
        rows: the ladder.
        constants: the program's constants: name -> value, origin and note.
        precision: where products were in bfloat16, how far that moves recovered of the program,
            see ``aann.evaluation.rounding``; else None.
        notes: what a reader must know: rows that were left out and why, warnings.
        shuffles: where the program stands among wrong programs of its form (``aann.shuffles``).
        refit: how much of the result is this very fit (``aann.refit``), or None.
        untrained: what came of all this in a network of random parameters, where that was tried.
        equivalence_tests: of the program against the intact model, see ``Report.equivalence``.
        simultaneous: where several programs are compared, row -> metric -> what they recover with
            intervals for all of them at once, see ``aann.statistics.simultaneous``.
        arrays: per-example losses ``losses/METRIC`` (rows + 1, n), the last of the intact model;
            ``examples/names``, ``examples/marks`` and, if examples have some, ``examples/groups``
            (n,), see ``Examples``; the ``draws/METRIC`` (rows, draws) of recovered, and whatever an
            eval adds for its figures; ``agreement/MEASURE`` (rows, units, 3), with intervals, see
            ``aann.statistics.agreement``. In ``report.npz``.
        above_constant: metric -> recovered of the program less that of the best constant, paired;
            empty where there is no such row.
        mixing: share of the program in the units' values, from "0" to "1" -> metric -> recovered.
        subsets: what the program recovers at some of the units.
        adds_up: ``halves`` or ``alone`` -> metric -> the loss that the program adds at all units,
            divided by the sum of what it adds at those parts.
        looked: name of a row of programs -> how often their residuals were looked at on these
            examples, see ``aann.store.looked``; not in the JSON where none was.
    """

    eval: str
    claim: str
    command: str
    model: str
    site: str
    units: Sequence[int]
    data: Mapping[str, Any]
    seed: int
    versions: Mapping[str, str]
    weights: str
    damage: Mapping[str, Damage]
    intact: Mapping[str, float]
    natural: Mapping[str, int | float | None]
    rows: Sequence[ReportRow]
    constants: Mapping[str, Mapping[str, Any]]
    precision: Mapping[str, Any] | None = None
    notes: Sequence[str] = ()
    shuffles: Sequence[Shuffled] = ()
    refit: Refitted | None = None
    untrained: Untrained | None = None
    equivalence_tests: Sequence[EquivalenceTest] = ()
    simultaneous: Mapping[str, Mapping[str, Estimate]] = dataclasses.field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict, repr=False)
    above_constant: Mapping[str, Estimate] = dataclasses.field(default_factory=dict)
    mixing: Mapping[str, Mapping[str, Estimate]] = dataclasses.field(default_factory=dict)
    subsets: Sequence[Subset] = ()
    adds_up: Mapping[str, Mapping[str, Estimate]] = dataclasses.field(default_factory=dict)
    looked: Mapping[str, Looked] = dataclasses.field(default_factory=dict)

    __repr__ = brief

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrays", Listing(self.arrays))
        fix(self)

    def row(self, name: str) -> ReportRow:
        """The row called ``name``.

        Raises:
            KeyError: there is none; the message lists the names.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"no row {name!r}; rows are {', '.join(r.name for r in self.rows)}")

    @property
    def main(self) -> ReportRow | None:
        """The row of the program that was evaluated: the last of its kind on the ladder."""
        return next((row for row in reversed(self.rows) if row.kind == "program"), None)

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics, in the order of tables."""
        return [m for m in METRICS if m in self.damage]

    def to_json(self) -> str:
        """``report.json``: strict JSON, without the arrays."""
        plain = dataclasses.asdict(dataclasses.replace(self, arrays={}))
        del plain["arrays"]
        if not self.looked:
            del plain["looked"]
        return json.dumps({"schema": SCHEMA, **plain}, indent=1, allow_nan=False)


def number(x: float) -> float | None:
    """A float for JSON: None where it is NaN or infinite."""
    return float(x) if math.isfinite(x) else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return float(np.mean(known)) if known and len(known) == len(values) else None
