"""Candidate terms, drawn."""

from residual_drawn import HOSTILE, NONE, term, tried

from aann.vis.caption import caption
from aann.vis.residuals.terms import terms_tried


def test_a_row_a_term():
    figure = terms_tried(tried(term(HOSTILE), term("other", NONE)))
    figure.canvas.draw()
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "squared error that goes", "kl gap closed", "recovered, gained",
    ]  # fmt: skip
    assert len(figure.axes[0].get_yticks()) == 2
    assert "What candidate terms would give" in caption(figure)


def test_a_row_a_unit_of_one_term():
    figure = terms_tried(tried(term("edges")))
    figure.canvas.draw()
    assert figure.axes[0].get_xlabel() == "weight, with 1.96 standard errors"
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["0", "1"]
    assert "0.400 [0.200, 9.000] of the squared error goes" in caption(figure)
