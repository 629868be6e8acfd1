import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_made import UNKNOWN, report, row

from aann.report.estimate import Estimate
from aann.report.two_part import break_even, table
from aann.vis.report import figures


def coded(name, bits, residual, kind="program", **more):
    """A row that leaves ``residual`` bits an example."""
    left = None if residual is None else Estimate(residual, residual - 1, residual + 1)
    return dataclasses.replace(row(name, bits=bits, kind=kind, **more), residual_bits=left)


def texts(grid):
    return [[cell.text for cell in line] for line in grid.rows]


MEAN = coded("mean", 128.0, 332.0, "ablation")


def test_both_parts_are_added():
    assert coded("a", 1000.0, 10.0).code_length(20) == 1200
    assert coded("a", 1000.0, 10.0).code_length(0) == 1000
    assert coded("a", None, 10.0).code_length(20) is None
    assert coded("a", 1000.0, None).code_length(20) is None
    assert dataclasses.replace(row(), residual_bits=UNKNOWN).code_length(20) is None


@pytest.mark.parametrize(
    ("bits", "residual", "expected"),
    [
        (1128.0, 232.0, 11),  # 1,000 more bits, 100 saved an example: the same on 10
        (1129.0, 232.0, 11),
        (100.0, 300.0, 0),  # shorter from the start
        (100.0, 332.0, 0),
        (100.0, 400.0, None),  # shorter on no example, longer on many
        (1128.0, 332.0, None),
        (1128.0, 400.0, None),
        (None, 0.0, None),
    ],
)
def test_a_program_pays_once_its_residuals_have_saved_its_bits(bits, residual, expected):
    assert break_even(coded("a", bits, residual), MEAN) == expected


def test_beyond_all_numbers_it_never_pays():
    assert break_even(coded("a", 1e308, 0.0), coded("mean", 0.0, 5e-324)) is None


@given(st.floats(0, 1e5), st.floats(0, 1e3))
def test_from_there_on_it_is_shorter(bits, residual):
    ours = coded("a", bits, residual)
    n = break_even(ours, MEAN)
    if n is not None and n < 10**6:
        assert ours.code_length(n + 1) < MEAN.code_length(n + 1)
        assert n == 0 or ours.code_length(n - 1) >= MEAN.code_length(n - 1) - 1e-6


def test_the_table_has_rows_with_both_and_the_units():
    made = report(MEAN, coded("ours", 1128.0, 232.0), row("vague"))
    assert texts(table(made)) == [
        ["mean", "128", "332 [331, 333]", "6,768", "-"],
        ["ours", "1,128", "232 [231, 233]", "5,768", "11"],
        ["the units", "1,600,000", "0", "1,600,000", "-"],
    ]
    for text in (str(made), made.markdown(), made.html()):
        assert "Two-part code" in text
    assert table(report(row())).rows == []


def test_without_the_mean_nothing_says_when_a_program_pays():
    assert texts(table(report(coded("ours", 1128.0, 232.0))))[0][-1] == "-"


def test_the_figure_of_recovered_against_bits_has_a_panel_of_it():
    known = Estimate(0.5, 0.4, 0.6)
    rows = [dataclasses.replace(x, recovered={"kl": known}) for x in (MEAN, coded("a", 1e3, 9.0))]
    drawn = figures(report(*rows))["recovered_against_bits"]
    _, right = drawn.axes
    assert right.get_xlabel() == "two-part code in bits: program and residual, n = 20"
    places = [line.get_xdata()[0] for line in right.lines if line.get_marker() == "s"]
    assert places == [1180]
    plain = [dataclasses.replace(x, residual_bits=None) for x in rows]
    assert len(figures(report(*plain))["recovered_against_bits"].axes) == 1
