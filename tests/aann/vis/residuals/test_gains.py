"""What mending gives, drawn. Also ``shares``."""

import numpy as np
from residual_drawn import NONE, gains

from aann.report.estimate import Estimate
from aann.vis.caption import caption
from aann.vis.residuals.gains import gains_of_mending
from aann.vis.residuals.shares import ENDS, forest
from aann.vis.style import figure


def test_a_wild_interval_does_not_stretch_the_axes():
    drawn = gains_of_mending(gains())
    drawn.canvas.draw()
    curve, units = drawn.axes
    np.testing.assert_allclose(curve.lines[0].get_ydata(), 0.4)
    assert curve.get_ylim()[0] == ENDS[0]
    assert units.get_xlim()[0] > ENDS[0] - 0.5
    assert next(t.get_text() for t in units.get_yticklabels()).startswith("unit 0 of")
    assert "cut off at -1 and 2" in caption(drawn)


def test_what_is_not_identified_is_said():
    drawn = gains_of_mending(gains(NONE))
    drawn.canvas.draw()
    assert all("not identified" in axes.texts[0].get_text() for axes in drawn.axes)


def test_no_units():
    assert len(gains_of_mending(gains(units=0)).axes) == 1


def test_next_to_nothing_looks_so():
    axes = figure(3.0, 2.0).subplots()
    forest(axes, [Estimate(1e-9, -1e-9, 2e-9), NONE], "share")
    low, high = axes.get_xlim()
    assert high - low > 0.01
