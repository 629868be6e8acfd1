"""What a report says of programs whose held-out residuals were looked at."""

from typing import Final

from aann.report.data import ReportData
from aann.report.grid import Cell, Grid

TITLE: Final = "Looked at before"
LEGEND: Final = (
    "These programs were looked at in the residual lab on examples of this report, as far as this "
    "user's ledger knows (aann.store.looked). What was changed since is fitted to them: no "
    "interval here counts that."
)


def table(report: ReportData) -> Grid:
    """A line a program that was looked at; no rows where none was."""
    rows = [
        [Cell(name, name), Cell(f"{x.times:,}", float(x.times)), Cell(x.first, x.first)]
        for name, x in report.looked.items()
    ]
    return Grid(TITLE, ["program", "times", "first"], rows, [LEGEND])


def line(report: ReportData) -> list[str]:
    """One line for the head of a report; none where nothing was looked at."""
    if not report.looked:
        return []
    said = "; ".join(f"{name} {x}" for name, x in report.looked.items())
    return [f"HELD-OUT RESIDUALS WERE LOOKED AT: {said}"]
