import numpy as np
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from aann.vis.stimuli.digits import digits, outlines

DIGITS = np.arange(10.0)


def area(digit, height):
    """Of the outline, by the formula of the polygon; holes run the other way."""
    path = TextPath((0, 0), str(digit), size=100, prop=FontProperties("DejaVu Sans"))
    total = 0.0
    for polygon in path.to_polygons(closed_only=True):
        x, y = polygon.T
        total += (x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2
    assert isinstance(path, Path)
    return abs(total) * (height / path.get_extents().height) ** 2


@pytest.mark.parametrize("height", [18.0, 40.0])
def test_cover_is_the_area_of_the_outline(height):
    covers = digits((64, 64), DIGITS, height=height)
    expected = [area(d, height) for d in range(10)]
    np.testing.assert_allclose(covers.sum((1, 2)), expected, rtol=0.05)


def test_turned_moved_and_thickened():
    for first, second in zip(
        digits((61, 61), DIGITS), digits((61, 61), DIGITS, angle=90.0), strict=True
    ):
        np.testing.assert_allclose(np.rot90(first), second, atol=1e-3)
    here, there = digits((61, 61), 4.0, place=([30.0, 35.0], [30.0, 22.0]), height=20.0)
    np.testing.assert_allclose(np.roll(here, (5, -8), (0, 1)), there, atol=1e-5)
    thin, thick = digits((61, 61), 8.0, thicker=[-1.0, 1.0])
    assert (thick >= thin).all()
    assert thick.sum() > thin.sum() + 100


def test_a_slant_moves_the_head_right():
    cover = digits((61, 61), 1.0, slant=0.4)[0]
    x = np.arange(61)
    head, foot = ((c * x).sum() / c.sum() for c in (cover[12:20].sum(0), cover[40:48].sum(0)))
    assert head > foot + 5


def test_a_hole_is_no_part_of_a_digit():
    middle = tuple(s // 2 for s in outlines().shape[1:])
    assert outlines()[0][middle] < 0 < outlines()[8][middle]


def test_only_digits():
    with pytest.raises(ValueError, match="digit is a whole number from 0 to 9, got 10; height is"):
        digits((9, 9), [1.0, 10.0], height=-1.0)
