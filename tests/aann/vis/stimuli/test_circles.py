import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.vis.stimuli.circles import circles, spirals


@settings(max_examples=20, deadline=None)
@given(st.floats(8, 25), st.floats(2, 6))
def test_cover_is_the_area(radius, stroke):
    ring, disc = circles((64, 64), radius, stroke=stroke, filled=[0.0, 1.0])
    assert ring.sum() == pytest.approx(2 * np.pi * radius * stroke, rel=0.02)
    assert disc.sum() == pytest.approx(np.pi * radius**2, rel=0.02)


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 360), st.booleans())
def test_turning_and_mirroring_spirals(direction, clockwise):
    first, second, mirrored = spirals(
        (61, 61), [direction, direction + 90, 180 - direction], radius=25.0,
        clockwise=[clockwise, clockwise, not clockwise],
    )  # fmt: skip
    np.testing.assert_allclose(np.rot90(first), second, atol=1e-3)
    np.testing.assert_allclose(first[:, ::-1], mirrored, atol=1e-3)


def test_a_spiral_has_the_area_of_its_length():
    cover = spirals((121, 121), pitch=12.0, radius=54.0, stroke=4.0)
    angle = np.linspace(0, 54 / 12 * 2 * np.pi, 10001)
    length = np.trapezoid(12 / (2 * np.pi) * np.hypot(angle, 1), angle)
    assert cover.sum() == pytest.approx(4 * length, rel=0.03)


def test_turns_do_not_overlap():
    with pytest.raises(ValueError, match=r"pitch 4 is to be more than stroke 5"):
        spirals((9, 9), pitch=4.0, stroke=5.0)
