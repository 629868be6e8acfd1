"""The table of several programs in one report: intervals that hold for all of them together."""

from collections.abc import Mapping, Sequence
from typing import Final

from aann.report.data import ReportData
from aann.report.estimate import Estimate
from aann.report.grid import Cell, Grid, interval, metric_name
from aann.shown.brief import counted
from aann.statistics.bootstrap import Recovered
from aann.statistics.simultaneous import SEVERAL, simultaneous

MANY: Final = 3
"""Compared programs beyond which a note says what choosing among them costs."""


def of_programs(
    names: Sequence[str], kinds: Sequence[str], results: Mapping[str, Recovered]
) -> dict[str, dict[str, Estimate]]:
    """Row -> metric -> recovered with an interval for all programs at once; empty for one alone.

    Args:
        names: of the rows.
        kinds: of the rows.
        results: metric -> recovered of all rows.
    """
    at = [i for i, kind in enumerate(kinds) if kind == "program"]
    if len(at) < SEVERAL:
        return {}
    found = {metric: simultaneous(result.ratio[at]) for metric, result in results.items()}
    return {
        names[row]: {metric: Estimate.of(x[i]) for metric, x in found.items()}
        for i, row in enumerate(at)
    }


def note(programs: int) -> list[str]:
    """What choosing among so many costs, if that is much."""
    if programs <= MANY:
        return []
    return [
        f"{programs} programs are compared: the best of them is partly the luckiest, and its own "
        "interval promises too much; the simultaneous intervals hold for whichever is picked, as "
        "does the plain one where the choice is made on design examples"
    ]


def programs_together(report: ReportData) -> Grid:
    """The table; without rows where there is one program alone."""
    rows = report.simultaneous
    count = counted(len(rows), "program")
    return Grid(
        title=f"{count} at once",
        head=["row", *(metric_name(m) for m in report.metrics)],
        rows=[
            [
                Cell(name, name, kind="program"),
                *(_cell(found.get(m)) for m in report.metrics),
            ]
            for name, found in rows.items()
        ],
        notes=[
            "loss recovered, with intervals that together hold for all of these programs with 95% "
            "confidence (max-T over the same resamples), one metric at a time"
        ],
    )


def _cell(found: Estimate | None) -> Cell:
    return Cell("-", None) if found is None else Cell(interval(found), found.estimate)
