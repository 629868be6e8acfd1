"""A report's tables of what the program recovers at some of its units, and whether it adds up."""

from typing import Final

from aann.report.data import ReportData
from aann.report.grid import Cell, Grid, interval, metric_name
from aann.report.mixing import identified
from aann.report.subset import Subset
from aann.report.words import some
from aann.shown.brief import counted

MOST: Final = 40
"""Units alone that a table shows: those whose zeroing does most damage."""


def subsets(report: ReportData) -> Grid:
    """What the program recovers at halves of the units and at each unit; no rows without any."""
    metrics = identified(report, [s.recovered for s in report.subsets])
    first = report.metrics[0]
    halves = [s for s in report.subsets if s.kind == "half"]
    alone = sorted(
        (s for s in report.subsets if s.kind == "alone"), key=lambda s: -s.damage[first].mean
    )
    named = [(name_of(report, s, i), s) for i, s in enumerate(halves)]
    named += [(name_of(report, s), s) for s in alone[:MOST]]
    rows = [
        [
            Cell(name, name),
            Cell(s.kind, s.kind),
            Cell(str(s.damage[first]), s.damage[first].mean),
            *(Cell(interval(s.recovered[m]), s.recovered[m].estimate) for m in metrics),
        ]
        for name, s in named
    ]
    names = [metric_name(m) for m in metrics]
    notes = [
        "The program in place of some units; the others keep their natural values. Recovered is "
        "of the damage of zeroing these units alone. Half 1a and half 1b are one random split.",
    ]
    lost = metric_name(first)
    if spread := _spread(halves, first):
        notes.append(f"{lost} recovered by halves: {spread}.")
    if len(alone) > MOST:
        notes.append(
            f"Of {counted(len(alone), 'unit')} alone those {MOST} are shown whose zeroing does "
            f"most {lost} damage."
        )
    head = ["units", "kind", f"{lost} damage", *names]
    return Grid("The program in place of some of the units", head, rows, notes)


def adds_up(report: ReportData) -> Grid:
    """The gap of all units divided by the sum of those of parts; no rows where nothing was."""
    metrics = identified(report, report.adds_up.values())
    rows = [
        [
            Cell(name, name),
            *(Cell(interval(found[m]), found[m].estimate) for m in metrics),
        ]
        for name, found in report.adds_up.items()
    ]
    notes = [
        "The loss that the program adds at all units, divided by the sum of what it adds at the "
        "parts: either half of a split (a mean over splits), or each unit alone. At 1 errors add "
        "up; above, they make each other worse; below, they cancel or overlap.",
    ]
    head = ["parts", *map(metric_name, metrics)]
    return Grid("Whether the errors of the parts add up", head, rows, notes)


def name_of(report: ReportData, subset: Subset, place: int = 0) -> str:
    """What tables call a subset.

    Args:
        report: with its units.
        subset: some of them.
        place: among the halves, which follow each other in pairs.
    """
    units = some([report.units[i] for i in subset.units])
    if subset.kind == "alone":
        return f"unit {units}"
    return f"half {place // 2 + 1}{'ab'[place % 2]}: {units}"


def _spread(halves: list[Subset], metric: str) -> str:
    """From the least to the most of those that are identified."""
    known = [x for s in halves if (x := s.recovered[metric].estimate) is not None]
    if len(known) < 2:
        return ""
    return f"from {min(known):.3f} to {max(known):.3f} ({len(known)} halves)"
