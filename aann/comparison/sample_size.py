"""How many examples does it take to tell a program that recovers 0.85 from one that recovers 0.90?

    print(aann.sample_size(aann.Report.load("out/curve_detectors"), 0.85, 0.90))

From the losses of a pilot report; ``aann.comparison.power`` says how the two programs are modelled
and what that leaves out.
"""

import dataclasses
import json
import math
from collections.abc import Sequence

from aann.comparison.compare import main_row
from aann.comparison.pilot import median, plans
from aann.comparison.power import (
    LARGEST,
    power_by_formula,
    power_by_simulation,
    size_by_formula,
    size_by_simulation,
)
from aann.report.report import Report
from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular
from aann.statistics.bootstrap import MINIMUM


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Examples that are needed.

    Attributes:
        formula: by the delta method.
        simulated: by simulation; None where that was not asked for, or takes experiments of more
            than ``aann.comparison.power.LARGEST`` examples.
    """

    formula: int
    simulated: int | None

    __repr__ = brief

    def __str__(self) -> str:
        best = self.formula if self.simulated is None else self.simulated
        return f"{_round_up(best):,}"


@dataclasses.dataclass(frozen=True)
class Like:
    """A row that may stand for the second program.

    Attributes:
        row: its name.
        correlation: of its influences with those of the first program's row.
        paired: examples that are needed then, by the delta method.
    """

    row: str
    correlation: float
    paired: int

    __repr__ = brief


@dataclasses.dataclass(frozen=True, repr=False)
class SampleSize(Tabular):
    """What ``aann.sample_size`` found.

    Attributes:
        eval: the report.
        metric: the loss.
        pilot: how many examples the report has.
        first: what one program recovers.
        second: what the other recovers.
        row: the row that one is made of.
        like: the row that the other is made of.
        power: chance to find the difference.
        level: chance of finding one where there is none.
        correlation: between the two programs' influences.
        paired: both programs on the same n examples.
        unpaired: each program on n examples of its own.
        at: number of examples that was asked about, or None.
        power_at: the chance to find the difference with so many, paired and unpaired, simulated
            (by the formula where simulation was not asked for).
        likes: other rows that could stand for the second program, most correlated first.
    """

    eval: str
    metric: str
    pilot: int
    first: float
    second: float
    row: str
    like: str
    power: float
    level: float
    correlation: float
    paired: Sizes
    unpaired: Sizes
    at: int | None
    power_at: tuple[float, float] | None
    likes: Sequence[Like]

    def to_json(self) -> str:
        """Strict JSON."""
        return json.dumps({"schema": 1, **dataclasses.asdict(self)}, indent=1, allow_nan=False)

    def _shown(self) -> Shown:
        lines = [
            f"n = {self.paired} examples for {self.power:.0%} power at {self.level:.2g} (paired), "
            f"{self.unpaired} for each program (unpaired)",
            f"to tell {self.first:g} from {self.second:g} of {self.metric} recovered; delta "
            f"method: {self.paired.formula:,} and {self.unpaired.formula:,}",
        ]
        if self.at is not None and self.power_at is not None:
            paired, unpaired = self.power_at
            lines.append(
                f"n = {self.at:,} would give {paired:.0%} power (paired), {unpaired:.0%} (unpaired)"
            )
        lines += [
            f"pilot: {self.eval}, n = {self.pilot}. The first program's gaps are those of "
            f"{self.row!r} and the second's those of {self.like!r}, times one number each, so that "
            f"they recover {self.first:g} and {self.second:g}; their influences correlate by "
            f"{self.correlation:.2f}, as in the pilot.",
            "with the gaps of other rows in place of the second's:",
        ]
        header = ["row", "correlation", "n (paired, delta method)"]
        rows = [[x.row, f"{x.correlation:.2f}", f"{x.paired:,}"] for x in self.likes]
        return Shown(lines, [header, *rows])


def sample_size(
    report: Report, first: float, second: float, *, row: str | None = None, like: str | None = None,
    metric: str = "kl", power: float = 0.8, level: float = 0.05, at: int | None = None,
    simulate: bool = True, seed: int = 0,
) -> SampleSize:  # fmt: skip
    """Examples that are needed to tell two programs apart.

    Args:
        report: a pilot, with per-example losses.
        first: what one program recovers, below 1.
        second: what the other one recovers, below 1.
        row: whose gaps the first program has; by default the report's program.
        like: whose gaps the second one has; by default the program or fit with the median
            correlation. The same row as ``row`` puts all errors on the same examples.
        metric: by which loss.
        power: chance that the interval of the difference lies on the right side of 0.
        level: 0.05 for intervals of 95%.
        at: also the power with so many examples.
        simulate: draw experiments (some seconds), rather than trust the delta method alone.
        seed: of the experiments.

    Raises:
        ValueError: numbers out of range, rows or metrics that are not there, a damage that is not
            identified, or a row that leaves nothing to scale: all problems.
    """
    problems = _out_of_range(first, second, power, level, at)
    names = [r.name for r in report.rows]
    unknown = [name for name in (row, like) if name is not None and name not in names]
    problems += [f"no row {name!r}; rows are {', '.join(names)}" for name in unknown]
    if f"losses/{metric}" not in report.arrays:
        known = [m for m in report.damage if f"losses/{m}" in report.arrays]
        problems.append(f"no losses of metric {metric!r}; there are {', '.join(known) or 'none'}")
    if problems:
        raise ValueError("\n".join(problems))
    one = row or main_row(report)
    planned = plans(report, metric, one, like, (first, second))
    other = like or median([name for name in planned if name != one], planned)
    found = planned[other]

    def sizes(*, paired: bool) -> Sizes:
        formula = size_by_formula(found, power, level, paired=paired)
        drawn = (
            size_by_simulation(found, power, level, paired=paired, seed=seed, least=MINIMUM)
            if simulate
            else None
        )
        return Sizes(_whole(formula), None if drawn is None else _whole(drawn))

    def chance(n: int, *, paired: bool) -> float:
        if simulate and n <= LARGEST:
            return power_by_simulation(found, n, level, paired=paired, seed=seed)
        return power_by_formula(found, n, level, paired=paired)

    return SampleSize(
        report.eval, metric, len(found.damage), first, second, one, other, power, level,
        found.correlation, sizes(paired=True), sizes(paired=False), at,
        None if at is None else (chance(at, paired=True), chance(at, paired=False)),
        sorted((
            Like(name, p.correlation, _whole(size_by_formula(p, power, level, paired=True)))
            for name, p in planned.items()
        ), key=lambda x: -x.correlation),
    )  # fmt: skip


def _out_of_range(
    first: float, second: float, power: float, level: float, at: int | None
) -> list[str]:
    problems = [
        f"{name} lies between 0 and 1, got {x:g}"
        for name, x in (("power", power), ("level", level))
        if not 0 < x < 1
    ]
    if not problems and power <= level:
        problems.append(f"power {power:g} is no more than level {level:g}: chance alone gives that")
    problems += [
        f"what a program recovers is a number below 1 here, got {x:g}: what is left is scaled"
        for x in (first, second)
        if not -math.inf < x < 1
    ]
    if first == second:
        problems.append(f"nothing tells {first:g} from {second:g}: the two must differ")
    if at is not None and at < MINIMUM:
        problems.append(f"an interval needs at least {MINIMUM} examples, got {at}")
    return problems


def _whole(n: float) -> int:
    return max(MINIMUM, math.ceil(n))


def _round_up(n: int) -> int:
    """To two digits: simulations know no more."""
    step = int(10 ** max(0, len(str(n)) - 2))
    return -(-n // step) * step
