import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from aann.vis.stimuli.arcs import arcs

FINE = 8


@pytest.mark.parametrize("filled", [False, True])
def test_arcs_are_those_of_pillow_drawn_large_and_made_small(filled):
    row, column, radius, stroke = 30.0, 24.0, 15.0, 4.0
    cover = arcs((61, 61), 90.0, radius, place=(row, column), filled=filled, half_length=1e3)[0]
    image = Image.new("L", (61 * FINE, 61 * FINE))
    middle = np.array([column + 0.5, row - radius + 0.5])
    for grown, ink in ((stroke / 2, 255), (-stroke / 2, 0)) if not filled else ((0.0, 255),):
        box = [*(middle - radius - grown), *(middle + radius + grown)]
        ImageDraw.Draw(image).ellipse([FINE * x for x in box], fill=ink)
    drawn = np.asarray(image, float).reshape(61, FINE, 61, FINE).mean((1, 3)) / 255
    assert np.abs(cover - drawn).max() < 0.2
    assert np.abs(cover - drawn).mean() < 0.004
    assert cover.sum() == pytest.approx(drawn.sum(), rel=0.03)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 360), st.floats(12, 40), st.floats(2, 6), st.floats(8, 15))
def test_cover_is_the_area(direction, radius, stroke, half_length):
    line = arcs((96, 96), direction, radius, half_length=half_length, stroke=stroke)
    assert line.sum() == pytest.approx(2 * half_length * stroke, rel=0.05)
    disc = arcs((121, 121), direction, 20.0, filled=True).sum()
    assert disc == pytest.approx(np.pi * 20**2, rel=0.01)


def test_many_are_as_one_by_one():
    direction, radius = np.array([0.0, 50.0, 200.0]), np.array([10.0, 20.0, 30.0])
    filled = [True, False, False]
    many = arcs((40, 50), direction, radius, place=(20.0, [9.0, 25.0, 31.5]), filled=filled)
    for k, column in enumerate((9.0, 25.0, 31.5)):
        one = arcs((40, 50), direction[k], radius[k], place=(20.0, column), filled=filled[k])
        np.testing.assert_array_equal(one[0], many[k])


def test_problems_are_told_together():
    with pytest.raises(ValueError, match=r"radius is a positive number, got -1; .*stroke") as found:
        arcs((9, 9), [0.0, np.inf], -1.0, stroke=0.0)
    assert "direction has values that are not finite" in str(found.value)
