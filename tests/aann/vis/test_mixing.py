import numpy as np
import pytest

from aann.vis.mixing import along

POINTS = [(0.0, 1.0, 1.0, 1.0), (0.5, 0.8, 0.85, 0.9), (1.0, 0.4, 0.5, 0.6)]


def test_the_line_stands_beside_both_references():
    (axes,) = along(POINTS, metric="KL").axes
    square, straight, measured = axes.lines[:3]
    assert square.get_ydata()[50] == pytest.approx(1 - 0.5 * 0.25)
    assert straight.get_ydata()[50] == pytest.approx(0.75)
    np.testing.assert_allclose(measured.get_ydata(), [1, 0.85, 0.5])
    for line in (square, straight):
        assert (line.get_ydata()[0], line.get_ydata()[-1]) == (1, 0.5)


@pytest.mark.parametrize("points", [[], POINTS[:1], POINTS[:2], POINTS[1:], POINTS[::-1]])
def test_a_line_runs_from_end_to_end(points):
    with pytest.raises(ValueError, match="shares are in order and run from 0 to 1, got"):
        along(points)
