import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from aann.vis.stimuli.lines import edges, lines

FINE = 8


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 180), st.floats(6, 20), st.floats(2, 6))
def test_a_stroke_is_pillows_polygon_drawn_large(orientation, half_length, stroke):
    cover = lines((64, 64), orientation, half_length=half_length, stroke=stroke)[0]
    along = np.deg2rad(orientation)
    unit = np.array([np.cos(along), -np.sin(along)])  # right, down
    side = np.array([-unit[1], unit[0]])
    corners = [
        FINE * (32 + a * half_length * unit + b * stroke / 2 * side)
        for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1))
    ]
    image = Image.new("L", (64 * FINE, 64 * FINE))
    ImageDraw.Draw(image).polygon([tuple(c) for c in corners], fill=255)
    drawn = np.asarray(image, float).reshape(64, FINE, 64, FINE).mean((1, 3)) / 255
    assert np.abs(cover - drawn).mean() < 0.004
    assert cover.sum() == pytest.approx(2 * half_length * stroke, rel=0.05)


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 360))
def test_a_quarter_turn_turns_the_picture_and_half_a_turn_nothing(angle):
    first, quarter, half = lines((41, 41), [angle, angle + 90, angle + 180], half_length=12.0)
    np.testing.assert_allclose(np.rot90(first), quarter, atol=1e-4)
    np.testing.assert_allclose(first, half, atol=1e-4)
    edge = edges((41, 41), [angle, angle + 90, angle + 180])
    np.testing.assert_allclose(np.rot90(edge[0]), edge[1], atol=1e-4)
    np.testing.assert_allclose(edge[0] + edge[2], 1, atol=1e-4)


def test_edges_are_filled_where_they_point_to():
    right, up = edges((20, 20), [0.0, 90.0])
    assert right[:, -1].min() == 1
    assert right[:, 0].max() == 0
    assert up[0].min() == 1
    assert up[-1].max() == 0


def test_a_line_lies_where_it_is_put():
    cover = lines((50, 50), 0.0, place=(10.0, 30.0), half_length=5.0, stroke=3.0)[0]
    y, x = np.mgrid[:50, :50]
    assert (cover * y).sum() / cover.sum() == pytest.approx(10)
    assert (cover * x).sum() / cover.sum() == pytest.approx(30)


def test_lengths_are_positive():
    with pytest.raises(ValueError, match="half_length is a positive number, got 0; stroke is a po"):
        lines((9, 9), 0.0, half_length=0.0, stroke=-1.0)
