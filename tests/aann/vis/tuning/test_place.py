import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.vis.tuning.place import looks_at, place_problems

NOISE = np.random.default_rng(0).uniform(0, 255, (8, 30, 40, 3)).astype(np.float32)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 22), st.integers(0, 32))
def test_the_middle_of_what_is_read(row, column):
    found = looks_at(
        lambda p, x: jnp.tanh(x[:, row : row + 7, column : column + 7].sum((1, 2)) * p),
        np.float32(1e-5),
        NOISE,
    )
    assert found == pytest.approx((row + 3, column + 3))


def test_what_reads_nothing_looks_nowhere():
    assert looks_at(lambda p, x: 0 * x[:, 0, 0] * p, np.float32(1), NOISE) is None


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("place", [(30.0, 0.0), (-1.0, 0.0), (np.nan, 0.0), (3.0,)])
def test_a_place_beyond_the_picture_is_refused(place):
    (told,) = place_problems(place, (30, 40, 3))
    assert told.startswith("place is a row and a column of 30 x 40 pixels, got")


def test_a_place_within_the_picture_and_none_are_fine():
    assert place_problems((29.0, 39.5), (30, 40, 3)) == []
    assert place_problems(None, (30, 40, 3)) == []
