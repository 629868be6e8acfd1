"""Tables of a report that come after the ladder: what else was asked of the program."""

from collections.abc import Callable
from typing import Final

from aann.report import agreement, among, equivalence, looks, two_part, whole_fit
from aann.report.data import ReportData
from aann.report.grid import Grid
from aann.report.mixing import mixing
from aann.report.simultaneous import programs_together
from aann.report.subsets import adds_up, subsets
from aann.report.untrained import untrained

TABLES: Final[tuple[Callable[[ReportData], Grid], ...]] = (
    looks.table,
    equivalence.table,
    mixing,
    subsets,
    adds_up,
    among.table,
    agreement.table,
    two_part.table,
    whole_fit.intervals,
    whole_fit.units,
    whole_fit.constants,
    programs_together,
    untrained,
)
"""What makes them, in the order of pages; one without rows is left out."""


def beyond(report: ReportData) -> list[Grid]:
    """The tables that the report has something to say in."""
    return [grid for make in TABLES if (grid := make(report)).rows]
