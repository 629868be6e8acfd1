import dataclasses

from further_made import UNKNOWN, further

from aann.vis.caption import caption
from aann.vis.report import figures


def test_figures_are_drawn_where_numbers_are_identified():
    drawn = figures(further())
    assert {"mixing", "subsets"} <= set(drawn)
    assert "1 subset without identified damage left out" in caption(drawn["subsets"])
    assert "Every share that was measured is shown" in caption(drawn["mixing"])


def test_without_numbers_there_is_no_figure():
    made = further(mixing={}, subsets=())
    assert not {"mixing", "subsets"} & set(figures(made))
    vague = {**further().mixing, "0.5": {"kl": UNKNOWN}}
    assert "mixing" not in figures(dataclasses.replace(further(), mixing=vague))
