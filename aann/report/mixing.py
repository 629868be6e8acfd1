"""A report's table of the straight line from the natural values of the units to the program's."""

from collections.abc import Iterable, Mapping

from aann.report.data import ReportData
from aann.report.estimate import Estimate
from aann.report.grid import Cell, Grid, interval, metric_name
from aann.report.words import share as two_decimals


def mixing(report: ReportData) -> Grid:
    """What is recovered with a share of the program in the units' values; no rows without it."""
    metrics = identified(report, report.mixing.values())
    names = [metric_name(m) for m in metrics]
    rows = []
    for name, recovered in report.mixing.items():
        part = gap_share(report, name, metrics[0])
        rows.append(
            [
                Cell(name, float(name)),
                *(Cell(interval(recovered[m]), recovered[m].estimate) for m in metrics),
                Cell(two_decimals(part), part),
                Cell(f"{float(name) ** 2:.2f}", float(name) ** 2),
            ]
        )
    head = ["share", *names, f"part of the {names[0]} gap", "share squared"]
    notes = [
        "The units' values are (1 - share) x natural + share x program: 0 is the intact network, 1 "
        f"the program. {', '.join(names)}: loss recovered, with its 95% interval. Part of the "
        f"{names[0]} gap: the loss that is not recovered, divided by the program's. Near its "
        "minimum a smooth loss grows with the square of an error, so that this part is the share "
        "squared. Where it is larger, the network already feels small errors; where it is smaller, "
        "the network absorbs errors until they are large.",
    ]
    title = "From the natural values to the program's, on a straight line"
    return Grid(title, head, rows, notes, "1")


def identified(report: ReportData, found: Iterable[Mapping[str, Estimate]]) -> list[str]:
    """The metrics that are identified somewhere; the first one where there are none."""
    listed = list(found)
    known = [m for m in report.metrics if any(x[m].estimate is not None for x in listed)]
    return known or report.metrics[:1]


def gap_share(report: ReportData, share: str, metric: str) -> float | None:
    """The loss that is not recovered with a share of the program, divided by the program's own."""
    part, whole = (report.mixing[name][metric].estimate for name in (share, "1"))
    if part is None or whole is None or whole == 1:
        return None
    return (1 - part) / (1 - whole)
