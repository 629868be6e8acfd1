import numpy as np
import pytest

from aann.vis.stimuli.arcs import arcs
from aann.vis.stimuli.gratings import gratings
from aann.vis.stimuli.paint import paint

COVERS = arcs((20, 24), [0.0, 90.0], 8.0)


def test_dark_is_light_the_other_way_round():
    light, dark = paint(COVERS), paint(COVERS, contrast=-80.0)
    assert light.shape == (2, 20, 24, 3)
    assert light.dtype == np.float32
    np.testing.assert_allclose(light + dark, 2 * 117.0)
    assert light.max() == 197
    assert light[0, 0, 0, 0] == 117


def test_colours_by_channel_and_by_picture():
    red = paint(COVERS, contrast=[80.0, -40.0, 0.0])
    np.testing.assert_allclose(red[..., 0] - 117, 80 * COVERS, atol=1e-4)
    np.testing.assert_allclose(red[..., 1] - 117, -40 * COVERS, atol=1e-4)
    each = paint(COVERS, contrast=np.array([[10.0], [-20.0]]), channels=1)
    assert each[0].max() == 127
    assert each[1].min() == 97


def test_waves_go_both_ways():
    shown = paint(gratings((16, 16), 0.0), background=0.5, contrast=0.25, channels=1, signed=True,
                  low_high=(0.0, 1.0))  # fmt: skip
    assert shown.min() >= 0.25 - 1e-6
    assert shown.max() <= 0.75 + 1e-6
    assert shown.mean() == pytest.approx(0.5, abs=0.01)


def test_problems_are_told_together(unchecked):
    with pytest.raises(ValueError, match=r"\(n, y, x\), got \(20, 24\); background is one numb"):
        paint(COVERS[0], background=[1.0, 2.0])
    with pytest.raises(ValueError, match=r"covers are in \[0, 1\], got 0 to 2"):
        paint(2 * COVERS)
    with pytest.raises(ValueError, match="colours go from 117 to 317, out of the model's range 0"):
        paint(COVERS, contrast=200.0)
    assert paint(COVERS, contrast=200.0, low_high=None).max() == 317


def test_colours_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match=r"channels are at least 1, got 0"):
        paint(np.ones((1, 3, 3)), channels=0)
    with pytest.raises(ValueError, match="contrast has values that are not finite"):
        paint(np.ones((1, 3, 3)), contrast=np.nan)
