import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.vis.tuning.ranking import rank

ORIENTATIONS = tuple(180 * k / 24 for k in range(24))


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 179), st.floats(1, 8), st.floats(0.1, 5))
def test_orientations_repeat_after_half_a_turn(peak, sharpness, second):
    curve = np.exp(sharpness * np.cos(np.deg2rad(2 * (np.array(ORIENTATIONS) - peak))))
    found = rank(np.stack([curve, second * curve])[:, None], ORIENTATIONS, 180.0)
    assert abs((found.preferred[0] - peak + 90) % 180 - 90) < 1
    assert found.apart[0] < 1e-6
    assert 0 < found.selectivity[0] < 1


def test_kinds_that_disagree_are_apart_and_a_kind_without_answer_gives_no_score():
    a, b = (np.exp(4 * np.cos(np.deg2rad(np.arange(0, 360, 15) - p))) for p in (0, 90))
    kinds = np.stack([np.stack([a, a]), np.stack([b, 0 * b])])
    found = rank(kinds, tuple(np.arange(0, 360, 15.0)))
    assert found.apart[0] == pytest.approx(45, abs=1)
    assert found.scores[0] > 0
    assert found.scores[1] == 0


def test_values_on_a_line():
    values = (0.0, 1.0, 2.0, 4.0, 8.0)
    sharp = [0.0, 0, 0, 3, 0]
    flat = [2.0] * 5
    silent = [-1.0] * 5
    two = [0.0, 2, 2, 0, 0]
    found = rank(np.array([[sharp, flat, silent, two]]), values, None)
    np.testing.assert_allclose(found.preferred, [4, 3, 3, 1.5])
    np.testing.assert_allclose(found.selectivity, [1, 0, 0, 0.75], atol=1e-12)
    np.testing.assert_allclose(found.apart, 0)
