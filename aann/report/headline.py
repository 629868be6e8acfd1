"""What a report says first: the program beside what knows less, and beside what is wrong."""

from aann.report.data import ReportData, ReportRow
from aann.report.estimate import Estimate
from aann.report.grid import metric_name
from aann.report.ladder import best_control
from aann.report.looks import line

BEST_CONSTANT = "best constant"


def headline(report: ReportData) -> list[str]:
    """Two lines on the first loss: the program, and what stands beside it; none without one.

    Before them, whether its held-out residuals were looked at.

    Zero-ablation recovers 0 by definition. What the program recovers above the best constant is
    what it knows of the inputs.
    """
    main = report.main
    if main is None:
        return line(report)
    metric = report.metrics[0]
    mine = f"{metric_name(metric)} recovered: program {_short(main.recovered[metric])}"
    if metric in report.above_constant:
        mine += f"; above the best constant by {_short(report.above_constant[metric])}"
    beside = ["zero 0"]
    if constant := best_constant(report):
        beside.append(f"{BEST_CONSTANT} {_short(constant.recovered[metric])}")
    if control := best_control(report):
        beside.append(f"best control {_short(control.recovered[metric])} ({control.name})")
    return [*line(report), mine, f"beside it: {', '.join(beside)}"]


def best_constant(report: ReportData) -> ReportRow | None:
    """The row of the best constant, if there is one."""
    return next((row for row in report.rows if row.name == BEST_CONSTANT), None)


def _short(x: Estimate) -> str:
    if x.estimate is None or x.low is None or x.high is None:
        return "not identified"
    return f"{x.estimate:.2f} [{x.low:.2f}, {x.high:.2f}]"
