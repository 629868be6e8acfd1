import pytest

from aann.vis.trade import Trade, trades


def test_every_program_is_in_every_panel():
    rows = [
        Trade("few", "program", 4, [(0.7, 0.8, 0.9), (0.5, 0.6, 0.7)]),
        Trade("many", "fit", 400, [(0.8, 0.9, 1.0), (0.6, 0.7, 0.8)]),
    ]
    drawing = trades(rows, ["recovered", "agreement"], title="worth")
    assert [axes.get_ylabel() for axes in drawing.axes] == ["recovered", "agreement"]
    for axes in drawing.axes:
        assert axes.get_xscale() == "log"
        assert {text.get_text() for text in axes.texts} == {"few", "many"}
        assert len(axes.lines) == 4  # an interval and a dot each


def test_all_that_is_wrong_is_named():
    wrong = [Trade("a", "fit", 0, [(0, 1, 2)]), Trade("b", "fit", 3, [])]
    with pytest.raises(ValueError, match="'a': 0 constants.*'b': low, estimate and high.*1 panels"):
        trades(wrong, ["one"])
    with pytest.raises(ValueError, match="rows and panels, got 0 and 1"):
        trades([], ["one"])
    with pytest.raises(ValueError, match="kinds of rows are"):
        trades([Trade("a", "other", 1, [(0, 1, 2)])], ["one"])
