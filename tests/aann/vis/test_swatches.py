import numpy as np
import pytest

from aann.vis.swatches import SwatchRow, swatches


def row(n=3, title="row"):
    return SwatchRow(np.random.default_rng(0).random((n, 4, 4)), [f"p{i}" for i in range(n)], title)


def test_rows_of_different_length():
    drawing = swatches([row(), row(2), row(0, "empty")], title="pictures")
    shown = [axes for axes in drawing.get_axes() if axes.images]
    assert [axes.get_xlabel() for axes in shown] == ["p0", "p1", "p2", "p0", "p1"]
    np.testing.assert_allclose(shown[1].images[0].get_array(), row().maps[1])
    assert any(text.get_text() == "none" for axes in drawing.get_axes() for text in axes.texts)


def test_maps_are_white_at_zero():
    (image,) = swatches([row(1)._replace(maps=np.full((1, 2, 2), -3.0))]).axes[0].images
    assert image.get_clim() == (-3, 3)


def test_all_wrong_rows_are_named():
    wrong = [row()._replace(captions=["one"]), row(2, "b")._replace(maps=np.ones((2, 3)))]
    with pytest.raises(ValueError, match=r"'row'.*1 captions; 'b'.*\(2, 3\)"):
        swatches(wrong)
    with pytest.raises(ValueError, match="at least one row"):
        swatches([])
