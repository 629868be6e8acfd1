import dataclasses

import numpy as np
from report_made import UNKNOWN, report, row

from aann.report.agreement import fact, table
from aann.report.estimate import Estimate
from aann.report.grid import units


def agreeing(name="ours", **more):
    made = dataclasses.replace(row(name), correlation=[0.8, 0.74], source="def ours(x, c): ...")
    chosen = {
        "correlation_interval": Estimate(0.77, -0.99, 1.0),
        "r2_interval": Estimate(0.375, 0.25, 0.5),
        "robust_correlation": Estimate(0.0, -0.01, 0.01),
    }
    return dataclasses.replace(made, **chosen | more)


def texts(grid):
    return [[cell.text for cell in line] for line in grid.rows]


def test_pooled_and_robust_stand_side_by_side_with_intervals():
    found = report(agreeing())
    assert texts(table(found)) == [
        ["ours", "0.77 [-0.99, 1.00]", "0.00 [-0.01, 0.01]", "0.38 [0.25, 0.50]"]
    ]
    for text in (str(found), found.markdown(), found.html()):
        assert "0.77 [-0.99, 1.00]" in text
        assert "Spearman's rank" in text or "Spearman&#39;s rank" in text
    header = next(line for line in str(found).splitlines() if line.startswith("row "))
    assert header.split()[3:6] == ["correlation", "robust", "R2"]


def test_what_is_not_known_has_no_interval():
    sparse = agreeing(correlation_interval=UNKNOWN, r2_interval=UNKNOWN, robust_correlation=UNKNOWN)
    assert texts(table(report(sparse))) == [["ours", "0.77", "-", "0.38"]]


def test_reports_without_intervals_have_no_such_table():
    assert table(report(row())).rows == []
    assert "How the rows agree" not in str(report(row()))


def test_the_headline_has_both():
    assert fact(agreeing()) == ("0.77 [-0.99, 1.00]", "robust 0.00; R² 0.38; means over units")
    assert fact(row()) == ("-", "R² 0.38; means over units")


def test_units_have_theirs_with_the_main_program():
    found = report(agreeing("other"), agreeing())
    ends = np.stack([[[0.5, 0.4, 0.6], [np.nan] * 3], [[0.8, 0.7, 0.9], [np.nan] * 3]])
    found = found.with_arrays(**{"agreement/correlation": ends, "agreement/robust": ends - 0.25})
    grid = units(found)
    assert grid.head == ["unit", "other", "ours", "ours, robust"]
    assert texts(grid) == [
        ["3", "0.80", "0.80 [0.70, 0.90]", "0.55 [0.45, 0.65]"],
        ["5", "0.74", "0.74", "-"],
    ]
