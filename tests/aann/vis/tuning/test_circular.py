import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.vis.tuning import circular

ANGLES = tuple(float(a) for a in range(0, 360, 15))


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 359), st.floats(0.1, 8))
def test_the_mean_vector_finds_the_peak(peak, sharpness):
    off = np.deg2rad(np.asarray(ANGLES) - peak)
    length, angle = circular.mean_vector(np.exp(sharpness * np.cos(off))[None], ANGLES)
    assert circular.angle_between(angle[0], peak) < 0.5
    assert 0 < length[0] < 1


def test_flat_and_silent_units_are_not_selective():
    length, _ = circular.mean_vector(np.stack([np.ones(24), np.zeros(24)]), ANGLES)
    np.testing.assert_allclose(length, 0, atol=1e-12)


def test_directions_and_responses_agree_in_number():
    with pytest.raises(ValueError, match="tuning has 3 directions, but 24"):
        circular.mean_vector(np.ones((2, 3)), ANGLES)


def test_angles_differ_by_at_most_half_a_turn():
    np.testing.assert_allclose(circular.angle_between([350, 10, 0], [10, 350, 180]), [20, 20, 180])
