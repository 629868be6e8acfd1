import hypothesis.extra.numpy as npst
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.statistics.each import each, kept, together, width
from aann.statistics.moments import moments

RNG = np.random.default_rng(0)
Y = (RNG.normal(size=(30, 4, 2, 3)) + np.asarray([0.0, 5.0, -100.0])).astype(np.float32)
P = (0.3 * Y + RNG.normal(size=Y.shape)).astype(np.float32)


def columns(values, here=None):
    """Rows of values that count, (coordinates, units) as columns, in double precision."""
    known = values.reshape(-1, 6) if here is None else values[here].reshape(-1, 6)
    return known.astype(np.float64)


@given(npst.arrays(bool, (30, 4)) | st.none())
def test_together_they_are_the_sums_of_all_values(here):
    """Also where examples have nothing, or padding that is not finite."""
    y, p = Y.copy(), P.copy()
    if here is not None:
        y[~here], p[~here] = np.nan, np.inf
    sums = together(each(y, p, here, 1))
    np.testing.assert_allclose(
        sums, moments(columns(Y, here), columns(P, here)), rtol=1e-9, atol=1e-6
    )


def test_each_example_has_the_sums_of_its_own_positions():
    sums = each(Y, P, None, 1)
    np.testing.assert_allclose(sums[7], moments(columns(Y[7]), columns(P[7])), rtol=1e-9)


def test_what_is_kept_is_the_spread_within_an_example_and_its_means():
    found = kept(each(Y, P, None, 1), 3)
    assert found.shape == (30, width(6, 3))
    count, yy, pp, yp, squares, y, p = np.split(found, [1, 4, 7, 10, 13, 19], axis=1)
    np.testing.assert_array_equal(count, 4)
    np.testing.assert_allclose(yy, 4 * Y.astype(np.float64).var(1).sum(1), rtol=1e-5)
    np.testing.assert_allclose(pp, 4 * P.astype(np.float64).var(1).sum(1), rtol=1e-5)
    products = ((Y - Y.mean(1, keepdims=True)) * (P - P.mean(1, keepdims=True))).sum((1, 2))
    np.testing.assert_allclose(yp, products, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(squares, ((Y - P) ** 2).sum((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(y, Y.mean(1).reshape(30, 6), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(p, P.mean(1).reshape(30, 6), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("constant", [0.0, 1e4])
def test_rounding_of_what_does_not_vary_is_no_spread(constant):
    y = np.float32(constant) * (1 + 1e-8 * RNG.normal(size=(5, 9, 2)))
    _, yy, pp, yp, _ = np.split(kept(each(y, P[:5, :3, :, :].reshape(5, 9, 2), None, 0), 2),
                                [1, 3, 5, 7], axis=1)[:5]  # fmt: skip
    np.testing.assert_array_equal(yy, 0)
    np.testing.assert_array_equal(yp, 0)
    assert (pp > 0).all()
