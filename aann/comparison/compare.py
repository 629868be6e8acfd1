"""Is one program better than another? The paired difference of what they recover.

    print(aann.compare(report, "curves", report, "without colour"))

Each row's recovered is a ratio over the zero-ablation of its own units. A draw resamples the
shared examples once, for both rows, and takes the difference of the two ratios, so that what the
examples have in common cancels. Identical losses give exactly 0 with an interval of width 0.

Sharp edges: intervals that exclude 0 are told one by one; of twenty comparisons of equal programs
one does so by chance, and those for all at once stand beside. Programs that were tuned while
looking at these examples are not compared fairly on them.
"""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from aann.comparison.pairing import pair
from aann.report.estimate import Estimate
from aann.report.report import Report
from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular
from aann.shown.table import markdown
from aann.statistics.bootstrap import difference, recovered
from aann.statistics.interval import Setting, rerank
from aann.statistics.simultaneous import SEVERAL, simultaneous

SCHEMA = 1


@dataclasses.dataclass(frozen=True)
class Difference:
    """Two rows by one metric.

    Attributes:
        first: name of a row.
        second: name of the other.
        metric: by which loss.
        first_recovered: on the shared examples.
        second_recovered: likewise.
        difference: first minus second, with its interval.
        percentile: the same with its percentile interval.
        simultaneous: the same with an interval that holds for all pairs of rows at once, by this
            metric; None where there is one pair.
    """

    first: str
    second: str
    metric: str
    first_recovered: Estimate
    second_recovered: Estimate
    difference: Estimate
    percentile: Estimate
    simultaneous: Estimate | None = None

    __repr__ = brief


@dataclasses.dataclass(frozen=True, repr=False)
class Comparison(Tabular):
    """What ``aann.compare`` found.

    Attributes:
        first: eval, command, site, units and data of one report.
        second: of the other.
        model: of both.
        weights: of both.
        n: shared examples.
        seed: of the bootstrap.
        draws: likewise.
        confidence: likewise.
        differences: one for each pair of rows and metric.
    """

    first: dict[str, Any]
    second: dict[str, Any]
    model: str
    weights: str
    n: int
    seed: int
    draws: int
    confidence: float
    differences: Sequence[Difference]

    def to_json(self) -> str:
        """Strict JSON."""
        plain = {"schema": SCHEMA, **dataclasses.asdict(self)}
        return json.dumps(plain, indent=1, allow_nan=False)

    def markdown(self) -> str:
        """A Markdown page."""
        return "\n".join(
            ["# Comparison", "", *self._head(), "", *markdown(self._cells()), "", *self._legend()]
        )

    def _shown(self) -> Shown:
        return Shown(self._head(), self._cells(), self._legend(), left=3, drop=(6, 4, 3))

    def _head(self) -> list[str]:
        sides = (("first", self.first), ("second", self.second))
        lines = [
            f"{name}: {s['eval']}, {len(s['units'])} units of {s['site']} ({s['data']['name']}, "
            f"{s['data']['split']}, n = {s['data']['n']})"
            for name, s in sides
        ]
        shared = f"model {self.model}; n = {self.n} examples"
        if any(s["data"]["n"] != self.n for _, s in sides):
            shared += ", those that both reports have"
        if any(self.first[what] != self.second[what] for what in ("site", "units")):
            shared += "; different units: fractions of different damages"
        return [*lines, f"{shared}; seed {self.seed}, {self.draws:,} draws"]

    def _cells(self) -> list[list[str]]:
        level = f"{self.confidence:.0%}"
        header = ["first", "second", "metric", "first recovers", "second recovers",
                  f"difference [{level}]", "percentile"]  # fmt: skip
        several = ["all at once"] if self._several else []
        return [[*header, *several], *(_line(d, bool(several)) for d in self.differences)]

    @property
    def _several(self) -> bool:
        return any(d.simultaneous is not None for d in self.differences)

    def _legend(self) -> list[str]:
        lines = [
            "difference: recovered by the first less that by the second, paired over the examples "
            "(the same resamples for both)."
        ]
        if (k := len(self.differences)) > 1:
            chance = 1 - self.confidence
            lines.append(
                f"each interval stands alone: of {k} rows of equal programs {k * chance:.1f} would "
                "exclude 0 by chance."
            )
        if self._several:
            lines.append(
                f"all at once: these hold together for all pairs of a metric with "
                f"{self.confidence:.0%} confidence."
            )
        return lines


def compare(
    first: Report, row: str | None = None, second: Report | None = None,
    other_row: str | None = None, *, metrics: Sequence[str] = (), other_units: bool = False,
    seed: int = 0, draws: int = 10_000, confidence: float = 0.95,
) -> Comparison:  # fmt: skip
    """The difference of what two rows recover, with its interval.

    Args:
        first: a report.
        row: in it; by default its program.
        second: another report of the same model, weights, seed and units; by default ``first``.
        other_row: in that; by default its program.
        metrics: by default all that both reports have.
        other_units: allow other sites and units in the second report.
        seed: of the bootstrap.
        draws: of the bootstrap.
        confidence: of the intervals.

    Raises:
        KeyError: there is no such row.
        ValueError: the reports cannot be compared: all that differs.
    """
    theirs = first if second is None else second
    rows = (row or main_row(first), other_row or main_row(theirs))
    if rows[0] == rows[1] and theirs is first:
        raise ValueError(f"row {rows[0]!r} and itself: name another row, or pass another report")
    setting = Setting(draws=draws, seed=seed, confidence=confidence)
    return compare_rows(first, theirs, [rows], metrics, setting, other_units=other_units)


def compare_rows(
    first: Report, second: Report, pairs: Sequence[tuple[str, str]], metrics: Sequence[str],
    setting: Setting, *, other_units: bool = False,
) -> Comparison:  # fmt: skip
    """Many pairs of rows under the same resamples.

    Args:
        first: a report.
        second: another one, or the same.
        pairs: names of a row in the first and of one in the second report.
        metrics: by default all that both reports have.
        setting: of the bootstrap; its groups are those of the reports' examples.
        other_units: allow other sites and units in the second report.

    Raises:
        KeyError: there is no such row.
        ValueError: the reports cannot be compared: all that differs.
    """
    ours = [_index(first, a) for a, _ in pairs]
    theirs = [_index(second, b) for _, b in pairs]
    chosen = tuple(metrics) or tuple(m for m in first.damage if m in second.damage)
    paired = pair(first, second, chosen, other_units=other_units)
    setting = dataclasses.replace(setting, groups=paired.groups)
    mine = np.stack([paired.first[m] for m in chosen], axis=1)  # (runs, metrics, n)
    other = np.stack([paired.second[m] for m in chosen], axis=1)
    found = recovered(
        np.stack([mine[-1:], other[-1:]]),
        np.stack([mine[ours], other[theirs]]),
        np.stack([mine[:1], other[:1]]),
        setting,
    ).ratio
    gap = difference(found[0], found[1])
    flat = rerank(gap, "percentile")
    many = simultaneous(gap) if len(pairs) >= SEVERAL else None
    differences = [
        Difference(
            a, b, metric, Estimate.of(found[0, i, j]), Estimate.of(found[1, i, j]),
            Estimate.of(gap[i, j]), Estimate.of(flat[i, j]),
            None if many is None else Estimate.of(many[i, j]),
        )
        for i, (a, b) in enumerate(pairs)
        for j, metric in enumerate(chosen)
    ]  # fmt: skip
    return Comparison(
        _side(first), _side(second), first.model, first.weights, len(paired.names), setting.seed,
        setting.draws, setting.confidence, differences,
    )  # fmt: skip


def main_row(report: Report) -> str:
    """The name of the program that a report is about: the last row of kind ``program``.

    Raises:
        ValueError: the report has none.
    """
    if report.main is None:
        raise ValueError(f"report {report.eval!r} has no program: name a row of it")
    return report.main.name


def _index(report: Report, name: str) -> int:
    report.row(name)
    return [row.name for row in report.rows].index(name)


def _side(report: Report) -> dict[str, Any]:
    data = {k: report.data.get(k) for k in ("name", "split", "n", "hash")}
    return {
        "eval": report.eval, "command": report.command, "site": report.site,
        "units": list(report.units), "data": data,
    }  # fmt: skip


def _line(d: Difference, several: bool) -> list[str]:
    others = [d.percentile, *([d.simultaneous] if several else [])]
    return [
        d.first, d.second, d.metric, str(d.first_recovered), str(d.second_recovered),
        str(d.difference), *(_ends(x) for x in others),
    ]  # fmt: skip


def _ends(x: Estimate | None) -> str:
    return str(x).partition(" ")[2] if x is not None and x.identified else "-"
