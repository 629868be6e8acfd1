import pytest
from seed_rows import report, row

from evals.shared import ladder_figures


def test_figures_are_cut_where_rows_are_far_below():
    rows = [row("zero", "ablation", 0.0), row("ours"), row("wild", "control", -40.0)]
    drawn = ladder_figures.figures(report(rows))
    (bars,) = drawn["recovered"].axes
    assert bars.get_xlim() == (-1.0, pytest.approx(1.05))
    assert "wild" in [t.get_text() for t in bars.get_yticklabels()]
    assert "cut at -1" in bars.get_xlabel()
    (plane,) = drawn["recovered_against_bits"].axes
    assert "1 row below -1 left out" in plane.get_xlabel()
    assert plane.get_ylim()[0] > -2
    (bars,) = ladder_figures.figures(report(rows[:2]))["recovered"].axes
    assert "cut" not in bars.get_xlabel()
