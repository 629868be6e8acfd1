"""Which errors cost, drawn."""

import numpy as np
import pytest
from residual_drawn import costs

from aann.vis.caption import caption
from aann.vis.residuals.costs import MOST, costs_of_errors


@pytest.mark.parametrize("places", [(), (5,), (4, 6), (2, 3, 4)])
def test_positions_have_a_panel_where_they_can_be_drawn(places):
    found = costs(*places)
    figure = costs_of_errors(found)
    figure.canvas.draw()
    panels = [axes for axes in figure.axes if axes.get_xlabel()]
    assert len(panels) == 3 + (len(places) in (1, 2))
    widths = [bar.get_width() for bar in panels[0].patches]
    np.testing.assert_allclose(widths, [cost for *_, cost in found.units()])
    if len(places) == 2:
        np.testing.assert_allclose(panels[1].images[0].get_array(), found.parts[0].by_place)
    x, y = panels[-1].lines[1].get_data()
    np.testing.assert_allclose(x, found.gap)
    np.testing.assert_allclose(y, found.total)
    assert "measured is 1." in caption(figure)


def test_many_units_are_the_costliest():
    figure = costs_of_errors(costs(units=200), title="mine")
    assert len(figure.axes[0].patches) == MOST
    assert figure.get_suptitle() == "mine"
