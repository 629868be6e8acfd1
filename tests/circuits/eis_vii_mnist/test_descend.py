import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circuits.eis_vii_mnist.descend import divergence, least_divergence

LOGITS = st.lists(st.floats(-30, 30), min_size=1, max_size=5)


@settings(deadline=None)
@given(LOGITS, st.floats(-5, 5))
def test_divergence_is_that_of_two_classes(natural, shift):
    q = np.asarray(natural)
    r = q + shift
    p, o = (1 / (1 + np.exp(-x)) for x in (q, r))
    expected = p * np.log(p / o) + (1 - p) * np.log((1 + np.exp(-q)) ** -1 * 0 + (1 - p) / (1 - o))
    found = divergence(jnp.asarray(q, jnp.float32), jnp.asarray(r, jnp.float32))
    np.testing.assert_allclose(found, expected, atol=2e-5)
    assert (np.asarray(found) > -1e-5).all()


def line(c, x):
    return c["slope"] * x + c["offset"] * 1e-3


def test_constants_of_very_different_kinds_are_found():
    x = np.random.default_rng(0).normal(size=500)
    start = {"slope": np.asarray(1.0), "offset": np.asarray(0.0)}
    found = least_divergence(line, start, 3 * x - 2, [x])
    assert found["slope"] == pytest.approx(3, rel=1e-3)
    assert found["offset"] == pytest.approx(-2000, rel=1e-3)


def test_a_penalty_pulls():
    x = np.random.default_rng(0).normal(size=500)
    start = {"slope": np.asarray(1.0), "offset": np.asarray(0.0)}
    found = least_divergence(line, start, 3 * x, [x], penalty=lambda c, x: c["slope"] ** 2)
    assert 0 < found["slope"] < 1


def test_a_start_that_is_not_finite_is_refused():
    start = {"slope": np.asarray(np.inf), "offset": np.asarray(0.0)}
    with pytest.raises(ValueError, match="at the start are not finite.*fit of slope, offset"):
        least_divergence(line, start, np.zeros(3), [np.ones(3)])
