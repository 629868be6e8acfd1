"""The table of what the search and the fit make of a network that learnt nothing."""

from typing import Final

from aann.report.data import ReportData, Untrained
from aann.report.estimate import Damage, Estimate
from aann.report.grid import Cell, Grid

LEGEND: Final = (
    "Parameters drawn at random, as before training; the units are found and the program is fitted "
    "there as in the network itself, on half of the design examples, and measured on others of "
    "them. A program that says something of what was learnt recovers no more there than units that "
    "are constant do."
)


def untrained(report: ReportData) -> Grid:
    """One line for the network itself and one for the one of random parameters.

    No rows where nothing was tried.
    """
    tried, main = report.untrained, report.main
    if tried is None or main is None or not report.metrics:
        return Grid("An untrained network", [], [])
    metric = report.metrics[0]
    names = list(tried.recovered)
    others = names[1:]
    known = {row.name: row.recovered[metric] for row in report.rows}
    trained = [
        Cell("trained", "trained"),
        _damage(report.damage.get(metric)),
        _estimate(known[main.name]),
        *(_estimate(known.get(name)) for name in others),
    ]
    random = [
        Cell(f"untrained, seed {tried.seed}", f"untrained, seed {tried.seed}"),
        _damage(tried.damage.get(metric)),
        _estimate(tried.recovered[names[0]].get(metric) if names else None),
        *(_estimate(tried.recovered[name].get(metric)) for name in others),
    ]
    head = ["network", f"damage ({metric})", f"program ({metric})", *others]
    return Grid("An untrained network", head, [trained, random], [*_said(tried, metric), LEGEND])


def _said(tried: Untrained, metric: str) -> list[str]:
    """What was found, what the program is worth above constants, and warnings."""
    lines = [f"untrained: {tried.found}"]
    if tried.n is None:
        lines.append("there is nothing to fit or to recover in it")
    elif (above := tried.above.get(metric)) is not None:
        gap = "not identified" if above.estimate is None else str(above)
        lines.append(
            f"above the best of these constants the program recovers {gap} of {metric} there, on "
            f"n = {tried.n} design examples"
        )
    return [*lines, *(f"untrained: {note}" for note in tried.notes)]


def _damage(x: Damage | None) -> Cell:
    return Cell("-", None) if x is None else Cell(f"{x.mean:.3g}", x.mean)


def _estimate(x: Estimate | None) -> Cell:
    return Cell("-", None) if x is None else Cell(str(x), x.estimate)
