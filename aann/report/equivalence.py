"""Is a program at least as good as the units that it replaces? From a report's losses alone."""

import dataclasses
import json
import math
from collections.abc import Sequence
from typing import Any, Final, get_args

import numpy as np

from aann.report.data import ReportData
from aann.report.grid import Cell, Grid, metric_name, number
from aann.report.tested import EquivalenceTest, Unit
from aann.report.words import count
from aann.shown.screen import Shown, Tabular
from aann.shown.table import markdown
from aann.statistics.bootstrap import MINIMUM
from aann.statistics.equivalence import Tests, equivalence, size_by_formula, size_by_simulation
from aann.statistics.interval import Setting

INTACT: Final = "intact"
RATES: Final = ("top1", "top5", "agreement")
GROUPS: Final = "examples/groups"

HEAD: Final = ("loss", "gap", "interval", "margin", "verdict", "n, non-inferior", "n, equivalent")


@dataclasses.dataclass(frozen=True, repr=False)
class Equivalence(Tabular):
    """What ``report.equivalence`` found.

    Attributes:
        eval: name of the evaluation.
        n: examples of the report.
        draws: of the bootstrap.
        seed: likewise.
        tests: one a loss.
    """

    eval: str
    n: int
    draws: int
    seed: int
    tests: Sequence[EquivalenceTest]

    def to_json(self) -> str:
        """Strict JSON."""
        return json.dumps({"schema": 1, **dataclasses.asdict(self)}, indent=1, allow_nan=False)

    def markdown(self) -> str:
        """A Markdown page."""
        shown = self._shown()
        lines = [f"# {title(self.tests)}", "", *shown.head, "", *markdown(shown.cells), ""]
        return "\n".join([*lines, *shown.foot])

    def _shown(self) -> Shown:
        head = [
            f"{self.eval}, n = {self.n:,}; seed {self.seed}, {self.draws:,} draws",
            title(self.tests),
        ]
        return Shown(head, [list(HEAD), *map(_cells, self.tests)], notes(self.tests), drop=(2, 6))


def measured(
    report: ReportData, margin: float = 0.1, *, metrics: Sequence[str] = (),
    row: str | None = None, unit: Unit = "damage", confidence: float = 0.95,
    against: str = INTACT, power: float = 0.8, simulate: bool = True, seed: int | None = None,
    draws: int = 10_000,
) -> Equivalence:  # fmt: skip
    """See ``aann.report.report.Report.equivalence``."""
    metrics = (metrics,) if isinstance(metrics, str) else metrics
    name = row or (report.main.name if report.main else "")
    _check(report, name, against, metrics, margin, unit, confidence, power)
    chosen = [m for m in metrics or report.metrics if f"losses/{m}" in report.arrays]
    losses = np.stack([report.arrays[f"losses/{m}"] for m in chosen]).astype(np.float64)
    names = _names(report)
    gap = losses[:, names.index(name)] - losses[:, names.index(against)]
    allowed = np.full_like(gap, margin)
    if unit == "damage":
        allowed = margin * (losses[:, 0] - losses[:, -1])
    groups = report.arrays.get(GROUPS)
    setting = Setting(
        draws, report.seed if seed is None else seed, confidence,
        groups=None if groups is None else groups.tolist(),
    )  # fmt: skip
    rates = np.asarray([m in RATES for m in chosen])
    found = equivalence(gap, allowed, setting, rates)
    tests = []
    for i, metric in enumerate(chosen):
        verdict = _verdict(found, i)
        quick = not simulate or verdict != "undecided"
        non_inferior, equivalent, drawn = _sizes(
            gap[i], allowed[i], power, setting, quick=quick, rate=bool(rates[i])
        )
        tests.append(
            EquivalenceTest(
                name, against, metric, float(found.gap[i]), float(found.low[i]),
                float(found.high[i]), float(margin), unit, float(allowed[i].mean()), confidence,
                power, verdict, non_inferior, equivalent, drawn,
            )
        )  # fmt: skip
    return Equivalence(report.eval, gap.shape[1], draws, setting.seed, tests)


def table(report: ReportData) -> Grid:
    """The tests that the report was made with."""
    tests = report.equivalence_tests
    rows = [
        [
            Cell(metric_name(t.metric), metric_name(t.metric)),
            number(t.gap, _loss), Cell(_interval(t), t.low), number(t.allowed, _loss),
            Cell(str(t), t.verdict), number(t.needed, count), number(t.needed_equivalent, count),
        ]
        for t in tests
    ]  # fmt: skip
    return Grid(title(tests) if tests else "", HEAD, rows, notes(tests))


def title(tests: Sequence[EquivalenceTest]) -> str:
    """What is asked."""
    t = tests[0]
    against = "the intact model" if t.against == INTACT else t.against
    return f"Is {t.row} at least as good as {against}?"


def notes(tests: Sequence[EquivalenceTest]) -> list[str]:
    """What the columns of the tests mean."""
    if not tests:
        return []
    t = tests[0]
    margin = f"{t.margin:.3g} of the loss's own unit"
    if t.unit == "damage":
        margin = (
            f"{t.margin:.3g} of the damage of zeroing, itself not known exactly: each example's "
            "gap is tested less that share of its own damage"
        )
    drawn = any(x.simulated for x in tests)
    return [
        f"gap: mean loss of the row less that of the other, with its {2 * t.confidence - 1:.0%} "
        f"interval. margin: {margin}. Non-inferior: the gap is below the margin; equivalent: "
        "within it on both sides; worse: above it; each with one-sided bounds at "
        f"{t.confidence:.0%}.",
        f"n: examples for {t.power:.0%} power if gaps are as seen, by "
        f"{'simulation where undecided, else ' if drawn else ''}the delta method; - where the gap "
        "seen is not within the margin, or examples are in groups. Rates of which fewer than ten "
        "examples change have exact binomial bounds. Undecided is no verdict: that "
        "no difference was found says nothing where n is small.",
    ]


def _check(
    report: ReportData, row: str, against: str, metrics: Sequence[str], margin: float, unit: str,
    confidence: float, power: float,
) -> None:  # fmt: skip
    problems = []
    names, there = _names(report), [m for m in report.metrics if f"losses/{m}" in report.arrays]
    if not row:
        problems.append(f"report {report.eval!r} has no program: name a row of it")
    problems += [
        f"no row {name!r}; rows are {', '.join(names)}"
        for name in (row, against)
        if name and name not in names
    ]
    if row == against:
        problems.append(f"row {row!r} and itself: name another row")
    if not there:
        problems.append("the report has no per-example losses: load it with its report.npz")
    else:
        problems += [
            f"no losses of metric {m!r}; there are {', '.join(there)}"
            for m in metrics
            if m not in there
        ]
    if not _inside(margin, 0.0, math.inf):
        problems.append(f"margin is a gap that does not matter, above 0, got {margin!r}")
    if unit not in get_args(Unit):
        problems.append(f"unit is {' or '.join(map(repr, get_args(Unit)))}, got {unit!r}")
    if not _inside(confidence, 0.5, 1.0):
        problems.append(f"confidence of one side lies between 0.5 and 1, got {confidence!r}")
    if not _inside(power, 0.0, 1.0):
        problems.append(f"power lies between 0 and 1, got {power!r}")
    if problems:
        raise ValueError("\n".join(problems))


def _inside(x: Any, low: float, high: float) -> bool:
    return isinstance(x, int | float | np.number) and bool(low < x < high)


def _names(report: ReportData) -> list[str]:
    return [*(r.name for r in report.rows), INTACT]


def _verdict(found: Tests, i: int) -> str:
    if found.equivalent[i]:
        return "equivalent"
    if found.non_inferior[i]:
        return "non-inferior"
    return "worse" if found.worse[i] else "undecided"


def _sizes(
    gap: np.ndarray, allowed: np.ndarray, power: float, setting: Setting, *, quick: bool, rate: bool
) -> tuple[int | None, int | None, bool]:
    """Examples for non-inferiority and for equivalence, and whether both are simulated."""
    if setting.groups is not None:
        return None, None, False
    level, sides = setting.confidence, (False, True)
    formula = [size_by_formula(gap, allowed, power, level, both=both, rate=rate) for both in sides]
    drawn: list[float | None] = [None, None]
    if not quick:
        drawn = [
            size_by_simulation(gap, allowed, power, setting, both=both, rate=rate) for both in sides
        ]
    best = [x if x is not None else y for x, y in zip(drawn, formula, strict=True)]
    needed = [None if n is None else max(MINIMUM, math.ceil(n)) for n in best]
    return needed[0], needed[1], any(x is not None for x in drawn)


def _cells(t: EquivalenceTest) -> list[str]:
    return [
        t.metric, _loss(t.gap), _interval(t), _loss(t.allowed), str(t), count(t.needed),
        count(t.needed_equivalent),
    ]  # fmt: skip


def _interval(t: EquivalenceTest) -> str:
    return f"[{_loss(t.low)}, {_loss(t.high)}]"


def _loss(x: float | None) -> str:
    return "-" if x is None else f"{x:.3g}"
