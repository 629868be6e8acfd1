"""Tables of a report that say what the fit adds to the chance of the result."""

from aann.report.data import ReportData
from aann.report.grid import Grid, of_text


def intervals(report: ReportData) -> Grid:
    """The interval given this fit, and the one that counts the fit."""
    title = "With the whole fit drawn anew"
    if (found := report.refit) is None:
        return Grid(title, [], [])
    return of_text(title, found.cells(), [*found.head(), *found.stability(), *found.legend()])


def units(report: ReportData) -> Grid:
    """How often each unit is found."""
    title = "Units that refits find"
    if report.refit is None or not report.refit.units:
        return Grid(title, [], [])
    return of_text(title, report.refit.unit_cells())


def constants(report: ReportData) -> Grid:
    """How far constants vary between refits."""
    title = "Constants of refits"
    if report.refit is None or not report.refit.constants:
        return Grid(title, [], [])
    return of_text(
        title, report.refit.constant_cells(),
        ["size and 5% to 95%: medians over the entries of a constant, those of units by unit."],
    )  # fmt: skip
