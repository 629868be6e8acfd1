import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.vis.stimuli import curves as stimuli
from aann.vis.stimuli.curves import Variant, arc

directions = st.floats(0.0, 360.0)
radii = st.floats(12.0, 40.0)


def centroid(cover):
    y, x = np.mgrid[: cover.shape[0], : cover.shape[1]]
    return (cover * y).sum() / cover.sum(), (cover * x).sum() / cover.sum()


@settings(max_examples=40, deadline=None)
@given(directions, radii, st.booleans())
def test_a_curve_lies_on_the_side_of_its_circles_centre(direction, radius, filled):
    cover = arc(
        (161, 161), (80.0, 80.0), direction, Variant(True, filled, radius), half_length=radius
    )
    row, column = centroid(cover)
    right, up = column - 80, 80 - row
    angle = np.rad2deg(np.arctan2(up, right))
    assert abs((angle - direction + 180) % 360 - 180) < 3


@settings(max_examples=40, deadline=None)
@given(directions, radii)
def test_a_line_passes_through_its_centre_and_keeps_its_distance(direction, radius):
    cover = arc((161, 161), (80.0, 80.0), direction, Variant(True, False, radius))
    assert cover[80, 80] == 1
    y, x = np.nonzero(cover)
    angle = np.deg2rad(direction)
    distance = np.hypot(x - 80 - radius * np.cos(angle), 80 - y - radius * np.sin(angle))
    assert np.abs(distance - radius).max() <= 2.5 + 1e-6


def test_a_filled_curve_is_its_disc():
    cover = arc((161, 161), (80.0, 80.0), 90.0, Variant(True, True, 20.0))
    assert cover.sum() == pytest.approx(np.pi * 20**2, rel=0.01)
    assert cover[60, 80] == 1
    assert cover[100, 80] == 0


@settings(max_examples=20, deadline=None)
@given(directions, radii, st.booleans())
def test_turning_the_direction_turns_the_picture(direction, radius, filled):
    kind = Variant(True, filled, radius)
    first = arc((101, 101), (50.0, 50.0), direction, kind)
    second = arc((101, 101), (50.0, 50.0), direction + 90.0, kind)
    np.testing.assert_allclose(np.rot90(first), second, atol=1e-4)


def test_pictures_differ_in_light_only_by_sign():
    kinds = (Variant(True, False, 20.0), Variant(False, False, 20.0))
    light, dark = stimuli.pictures((64, 64, 3), (32.0, 32.0), (0.0, 90.0), kinds, contrast=80.0)
    assert light.shape == (2, 64, 64, 3)
    np.testing.assert_allclose(light + dark, 2 * 117.0)
    assert light.max() == pytest.approx(197)


def test_variants_cover_both_signs_and_kinds_with_radii_together():
    kinds = stimuli.variants((10.0, 20.0))
    assert len(set(kinds)) == 8
    assert [k.radius for k in kinds] == [10.0, 20.0] * 4


@pytest.mark.parametrize("radius", [0.0, -3.0, float("nan")])
def test_a_radius_is_positive(radius):
    with pytest.raises(ValueError, match="positive number of pixels"):
        Variant(True, True, radius)


def test_sizes_are_positive():
    with pytest.raises(ValueError, match="stroke is a positive number, got 0"):
        arc((64, 64), (32.0, 32.0), 0.0, Variant(True, False, 9.0), stroke=0.0)
