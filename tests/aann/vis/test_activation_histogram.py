import itertools

import numpy as np
import pytest

from aann.vis.activation_histogram import Counted, activation_histogram, fires
from aann.vis.chosen.edges import BINS, ZERO, bins_of


def counted(values, name="cells:1"):
    bins = bins_of(np.asarray(values, np.float32))
    return Counted(name, np.bincount(bins, minlength=BINS))


RNG = np.random.default_rng(0)
SPARSE = counted(np.maximum(RNG.normal(-1, 2, 5000), 0))
SIGNED = counted(RNG.normal(0, 2, 5000), "residual")


def bars(axes):
    return [(p.get_x(), p.get_x() + p.get_width(), p.get_height()) for p in axes.patches]


@pytest.mark.parametrize("unit", [SPARSE, SIGNED])
def test_every_position_is_in_one_bar(unit):
    (axes,) = activation_histogram([unit]).axes
    assert sum(height for *_, height in bars(axes)) == unit.counts.sum()
    ends = sorted((low, high) for low, high, _ in bars(axes))
    assert all(a[1] <= b[0] + 1e-6 * abs(b[0]) for a, b in itertools.pairwise(ends))
    assert axes.get_yscale() == "log"


def test_the_share_where_it_fires_is_told():
    share = fires(SPARSE.counts)
    assert share == SPARSE.counts[ZERO + 1 :].sum() / 5000
    (axes,) = activation_histogram([SPARSE]).axes
    assert axes.get_title() == f"cells:1\nfires at {100 * share:.3g}% of positions"
    assert "grey: below" in axes.get_xlabel()
    assert "grey: within ±" in activation_histogram([SIGNED]).axes[0].get_xlabel()


def test_bars_below_zero_are_drawn_on_their_side():
    (axes,) = activation_histogram([SIGNED]).axes
    assert min(low for low, *_ in bars(axes)) < -1
    assert min(low for low, *_ in bars(activation_histogram([SPARSE]).axes[0])) == 0


@pytest.mark.parametrize("values", [[0, 0, 0], [5], [-5, -7], [1e-30], [1e30, -1e30], [0, 2e-6]])
def test_any_counts_are_drawn(values):
    unit = counted(values)
    drawing = activation_histogram([unit], title="all")
    drawing.canvas.draw()
    assert sum(height for *_, height in bars(drawing.axes[0])) == len(values)
    assert drawing.get_suptitle() == "all"


def test_a_panel_a_unit():
    drawing = activation_histogram([SPARSE] * 4)
    assert [bool(axes.get_title()) for axes in drawing.axes] == [True] * 4 + [False] * 2
    with pytest.raises(ValueError, match="of a unit at least, got none"):
        activation_histogram([])
