import numpy as np
import pytest
from matplotlib.patches import Rectangle

from aann.vis.readout import ReadoutRow, readout


def row(n=3, taps=5, title="unit 1"):
    weights = np.random.default_rng(0).normal(size=(n, taps, taps))
    return ReadoutRow(weights, -weights, [f"c{i}" for i in range(n)], title)


def test_each_input_has_its_map_in_both_strips():
    drawing = readout([row(), row(n=5)], title="weights")
    natural, artificial, *_ = drawing.axes
    (shown,), (other,) = natural.images, artificial.images
    canvas = shown.get_array()
    assert canvas.shape == (5, 5 * 6 - 1)
    np.testing.assert_allclose(canvas[:, 6:11], row().natural[1])
    np.testing.assert_allclose(other.get_array()[:, :5], row().artificial[0])
    assert [text.get_text() for text in artificial.get_xticklabels()] == ["c0", "c1", "c2"]
    assert len([p for p in natural.patches if isinstance(p, Rectangle)]) == 3
    assert (natural.get_ylabel(), artificial.get_ylabel()) == ("natural", "artificial")


def test_a_strip_is_scaled_by_its_own_largest_weight():
    given = row()
    drawing = readout([given._replace(artificial=3 * given.artificial)])
    bounds = [axes.images[0].get_clim()[1] for axes in drawing.axes]
    np.testing.assert_allclose(bounds[1], 3 * bounds[0])


def test_all_wrong_rows_are_named():
    wrong = [row()._replace(labels=["c0"]), row(title="unit 2")._replace(artificial=np.ones(3))]
    with pytest.raises(ValueError, match="'unit 1'.*1 labels; 'unit 2'"):
        readout(wrong)
    with pytest.raises(ValueError, match="at least one row"):
        readout([])
