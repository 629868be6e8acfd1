import numpy as np
import pytest

from aann.vis.stimuli import canvas
from aann.vis.stimuli.lines import lines


def test_all_problems_are_told_at_once():
    with pytest.raises(ValueError, match="size is two positive whole") as found:
        canvas.checked(
            (0, 5), {"radius": -1.0, "angle": [0.0, np.nan], "width": [1.0, 2.0, 3.0]},
            positive=("radius",), extra=("and more",),
        )  # fmt: skip
    for text in ("and more", "radius is a positive number, got -1", "angle has values that are not",
                 "one entry for all stimuli or one for each, got angle 2, width 3"):  # fmt: skip
        assert text in str(found.value)


def test_settings_have_one_axis():
    with pytest.raises(ValueError, match=r"angle is one number, or .* array of shape \(2, 2\)"):
        canvas.checked((5, 5), {"angle": np.zeros((2, 2))})


def test_chunks_change_nothing(monkeypatch):
    def how(rows, columns, s):
        return canvas.soft(s["a"] - canvas.distance(rows - s["row"], columns - s["column"]))

    given = {"a": np.linspace(1, 4, 7)}
    whole = canvas.draw((8, 9), how, given)
    monkeypatch.setattr(canvas, "CHUNK", 100)
    np.testing.assert_array_equal(canvas.draw((8, 9), how, given), whole)
    assert whole.shape == (7, 8, 9)
    assert whole.dtype == np.float32


def test_no_stimuli_are_no_covers():
    assert canvas.draw((4, 4), lambda r, c, s: r + c + s["a"], {"a": []}).shape == (0, 4, 4)


@pytest.mark.usefixtures("unchecked")
def test_sizes_and_places_of_another_length_are_refused():
    with pytest.raises(ValueError, match="size is two positive whole numbers, .*got 9"):
        lines(9, 0.0)
    with pytest.raises(ValueError, match=r"place is a row and a column, got \(1, 2, 3\)"):
        lines((9, 13), 0.0, place=(1, 2, 3))
    np.testing.assert_array_equal(lines([9, 13], 0.0), lines((9, 13), 0.0))
