"""What predicts the residual, drawn."""

import numpy as np
import pytest
from residual_drawn import HOSTILE, upstream

from aann.vis.caption import caption
from aann.vis.residuals.upstream import MOST, upstream_of_residual


@pytest.mark.parametrize("sites", [1, 3, 40])
def test_sites_and_their_units(sites):
    figure = upstream_of_residual(upstream(sites))
    figure.canvas.draw()
    left, right = figure.axes
    assert len(left.patches) == min(sites, MOST)
    assert len(right.patches) == 4 * min(sites, 2)
    assert ("best 24 of 40 sites" in caption(figure)) == (sites == 40)


def test_pictures_of_units_stand_below():
    found = upstream()
    pictures = {(found.sites[0].site, (2,)): np.zeros((8, 8, 3)), ("other", (0,)): None}
    figure = upstream_of_residual(found, pictures)
    figure.canvas.draw()
    assert [axes.get_title() for axes in figure.axes][-1].endswith(":2")
    assert "pictures that these units answer to most" in caption(figure)
    assert HOSTILE[:5] in figure.axes[-1].get_title()


def test_a_residual_that_is_nothing():
    upstream_of_residual(upstream(r2=float("nan"))).canvas.draw()
