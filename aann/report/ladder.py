"""The ladder of a report as a table: what stands in for units, what it recovers, what it costs."""

from collections.abc import Sequence
from typing import Final

from aann.report.data import ReportData, ReportRow
from aann.report.estimate import Estimate
from aann.report.grid import MARKS, Cell, Grid, metric_name, number, recovered
from aann.report.words import count, share
from aann.shown.brief import counted

FLOOR: Final = -1.0
CEILING: Final = 2.0
"""Intervals are drawn between these; a wedge says that more lies outside, the numbers where."""

COSTS: Final = ("correlation", "R²", "constants", "bits", "flops")
"""Columns of what a row is like and what it costs."""


def ladder(report: ReportData) -> Grid:
    """The rows of a report: what they cost beside the first loss, then the other losses.

    Losses that no row has identified are left out, and so are rows that have none, but for the
    program that was evaluated: ``folded`` has them.
    """
    metrics = _known(report)
    scales = {m: _scale([row.recovered[m] for row in report.rows]) for m in metrics}
    rows = []
    for row in _shown(report):
        cells = [recovered(row.recovered[m], scales[m]) for m in metrics]
        rows.append([*_named(row), *cells[:1], *_costs(row), *cells[1:]])
    names = [metric_name(m) for m in metrics]
    head = ["row", "kind", *names[:1], *COSTS, *names[1:]]
    notes = [
        f"{', '.join(names)}: loss recovered, 1 - (L_row - L_intact) / (L_zero - L_intact), with "
        "its 95% interval. The thin lines behind an interval stand at 0 (zeroed) and 1 (intact); a "
        "wedge says that it goes on beyond the drawing. top1, top5 and agreement are error rates.",
        "Correlation and R² with the natural units: means over units, all examples and "
        "positions. Flops: an example.",
        "Kinds of rows: " + ", ".join(f"{m} {k}" for k, m in MARKS.items() if k != "intact") + ".",
    ]
    title = "What stands in for the units, and the loss that it recovers"
    return Grid(title, head, rows, notes, report.main.name if report.main else "")


def folded(report: ReportData) -> Grid:
    """What the ladder leaves out: rows, and losses of all rows, that are not identified."""
    out = [row for row in report.rows if row not in _shown(report)]
    lost = [metric_name(m) for m in report.metrics if m not in _known(report)]
    rows = [[*_named(row), *_costs(row)] for row in out]
    what = [*lost, *([counted(len(out), "row")] if out else [])]
    notes = [
        f"Zeroing the units adds too little loss for a share of it to be told from noise at "
        f"n = {report.data['n']:,}: more examples may tell it."
    ]
    title = f"Not identified: {', '.join(what)}" if what else ""
    return Grid(title, ["row", "kind", *COSTS], rows, notes if what else ())


def best_control(report: ReportData) -> ReportRow | None:
    """The control that recovers most of the first metric, of those that are identified."""
    found = {
        estimate: row
        for row in reversed(report.rows)
        if row.kind == "control"
        and (estimate := row.recovered[report.metrics[0]].estimate) is not None
    }
    return found[max(found)] if found else None


def _known(report: ReportData) -> list[str]:
    """The metrics that some row has identified; the first one where there are none."""
    found = [
        m
        for m in report.metrics
        if any(row.recovered[m].estimate is not None for row in report.rows)
    ]
    return found or report.metrics[:1]


def _shown(report: ReportData) -> list[ReportRow]:
    return [
        row
        for row in report.rows
        if row is report.main or any(row.recovered[m].estimate is not None for m in report.metrics)
    ]


def _named(row: ReportRow) -> list[Cell]:
    return [Cell(row.name, row.name, kind=row.kind), Cell(row.kind, row.kind)]


def _costs(row: ReportRow) -> list[Cell]:
    means = [number(x, share) for x in (row.mean_correlation, row.mean_r2)]
    return means + [number(x, count) for x in (row.constants, row.bits, row.flops)]


def _scale(estimates: Sequence[Estimate]) -> tuple[float, float]:
    """The ends of a scale that holds 0, 1 and all intervals, up to what is cut off."""
    ends = [x for e in estimates for x in (e.low, e.high) if x is not None]
    return max(FLOOR, min(0.0, *ends, 0.0)), min(CEILING, max(1.0, *ends, 1.0))
