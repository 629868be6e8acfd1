"""How each row agrees with the units, as a table: pooled and robust, with intervals."""

from aann.report.data import ReportData, ReportRow
from aann.report.estimate import Estimate
from aann.report.grid import Cell, Grid
from aann.report.words import share


def table(report: ReportData) -> Grid:
    """The rows whose correlation is known, with intervals over examples."""
    rows = []
    for row in report.rows:
        if row.mean_correlation is None or row.robust_correlation is None:
            continue
        pooled = _cell(row.mean_correlation, row.correlation_interval)
        r2 = _cell(row.mean_r2, row.r2_interval)
        robust = _cell(None, row.robust_correlation)
        rows.append([Cell(row.name, row.name, kind=row.kind), pooled, robust, r2])
    head = ["row", "correlation", "robust correlation", "R²"]
    strong = report.main.name if report.main else ""
    return Grid("How the rows agree with the units", head, rows, _notes(report), strong)


def fact(row: ReportRow) -> tuple[str, str]:
    """Correlation with its interval, and what stands beside it."""
    robust = row.robust_correlation.estimate if row.robust_correlation else None
    beside = f"R² {share(row.mean_r2)}; means over units"
    return (
        _cell(row.mean_correlation, row.correlation_interval).text,
        beside if robust is None else f"robust {robust:.2f}; {beside}",
    )


def _notes(report: ReportData) -> list[str]:
    return [
        "Means over units, with 95% jackknife intervals over "
        f"{'groups of examples' if 'groups' in report.data else 'examples'}; no interval where "
        "some unit varies in fewer than ten of them.",
        "Correlation and R² pool all examples and positions: an example weighs as much as it "
        "varies, so that one may decide; a wide interval says so. Robust: all examples count "
        "alike. It is the correlation over positions within an example, averaged over examples; "
        "Spearman's rank correlation where an example has one value.",
    ]


def _cell(pooled: float | None, interval: Estimate | None) -> Cell:
    """The number with its interval, or alone where that is not known."""
    if interval is None or interval.estimate is None:
        return Cell(share(pooled), pooled)
    middle = interval.estimate if pooled is None else pooled
    return Cell(f"{middle:.2f} [{interval.low:.2f}, {interval.high:.2f}]", middle)
