import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.vis.stimuli.angles import angles
from aann.vis.stimuli.arcs import arcs


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 360), st.floats(40, 150))
def test_all_the_way_bent_it_is_an_arc(direction, opening):
    arm = 20.0
    half = np.deg2rad(opening) / 2
    radius = arm * np.tan(half)
    bent = angles((81, 81), direction, opening, bend=1.0, arm=arm)[0]
    arc = arcs((81, 81), direction, radius, half_length=radius * (np.pi / 2 - half))[0]
    assert np.abs(bent - arc).max() < 0.6  # only the ends differ, by their slant
    assert np.abs(bent - arc).sum() < 0.06 * arc.sum()


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 360), st.floats(30, 150), st.floats(0, 1), st.booleans())
def test_turning_the_direction_turns_the_picture(direction, opening, bend, filled):
    first, second = angles(
        (61, 61), [direction, direction + 90], opening, bend=bend, filled=filled, arm=20.0
    )
    np.testing.assert_allclose(np.rot90(first), second, atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 360), st.floats(30, 150), st.floats(0, 1))
def test_the_middle_of_the_stroke_stays_and_the_rest_is_where_it_faces(direction, opening, bend):
    cover = angles((81, 81), direction, opening, bend=bend, arm=25.0)[0]
    assert cover[40, 40] > 0.99
    y, x = np.mgrid[:81, :81]
    right, up = (cover * (x - 40)).sum(), (cover * (40 - y)).sum()
    angle = np.rad2deg(np.arctan2(up, right))
    assert abs((angle - direction + 180) % 360 - 180) < 3


def test_a_filled_angle_is_its_triangle():
    cover = angles((101, 101), 90.0, 90.0, filled=True, arm=40.0)
    assert cover.sum() == pytest.approx(40 * 40 / 2, rel=0.02)


def test_bending_goes_steadily_from_the_angle_to_the_arc():
    morph = angles((61, 61), 30.0, 80.0, bend=np.linspace(0, 1, 9), arm=25.0)
    away = np.abs(morph - morph[0]).sum((1, 2))
    assert (np.diff(away) > -0.02 * away.max()).all()
    assert away[-1] > 0.5 * morph[0].sum()
    assert np.abs(np.diff(morph, axis=0)).sum((1, 2)).max() < 0.5 * morph[0].sum()


def test_wrong_openings_and_bends_are_told_together():
    with pytest.raises(ValueError, match=r"opening is between 0 and 180 .*; bend is from 0 to 1"):
        angles((9, 9), 0.0, [90.0, 180.0], bend=1.5)
