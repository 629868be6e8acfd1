import hypothesis.extra.numpy as npst
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.statistics.moments import affine, agreement, mean, moments

RNG = np.random.default_rng(0)
Y = RNG.normal(size=(50, 3, 4)) + np.asarray([0.0, 5.0, -100.0, 1e4])
P = 0.3 * Y + RNG.normal(size=Y.shape)


def flat(values):
    return values.reshape(-1, values.shape[-1]).T


def test_they_are_what_numpy_says():
    sums = moments(Y, P)
    np.testing.assert_allclose(mean(sums), flat(Y).mean(1), rtol=1e-12)
    r2, correlation = agreement(sums)
    expected = [np.corrcoef(y, p)[0, 1] for y, p in zip(flat(Y), flat(P), strict=True)]
    np.testing.assert_allclose(correlation, expected, atol=1e-6)
    np.testing.assert_allclose(
        r2, 1 - ((flat(Y) - flat(P)) ** 2).mean(1) / flat(Y).var(1), rtol=1e-5
    )
    lines = [np.polyfit(p, y, 1) for y, p in zip(flat(Y), flat(P), strict=True)]
    np.testing.assert_allclose(np.stack(affine(sums), axis=1)[:3], lines[:3], rtol=1e-6, atol=1e-6)


@given(st.integers(1, 49))
def test_sums_of_parts_are_the_sums_of_the_whole(cut):
    parts = moments(Y[:cut], P[:cut]) + moments(Y[cut:], P[cut:])
    np.testing.assert_allclose(parts, moments(Y, P), rtol=1e-10, atol=1e-10)


def test_rows_are_treated_each_for_itself():
    rows = np.stack([moments(Y, P), moments(Y, Y), moments(Y, -Y)])
    r2, correlation = agreement(rows)
    np.testing.assert_allclose(correlation[1:], [[1.0] * 4, [-1.0] * 4], atol=1e-9)
    np.testing.assert_allclose(r2[1], 1.0)
    np.testing.assert_array_equal(affine(rows)[0][0], affine(rows[0])[0])


constants = npst.arrays(np.float32, (4,), elements=st.floats(-1e6, 1e6, width=32))


@given(constants, st.floats(0, 1e-8))
def test_what_hardly_varies_has_no_correlation_and_no_slope(values, noise):
    """Neither a constant nor rounding around one: their slope could be anything."""
    p = (values + noise * np.abs(values) * RNG.normal(size=Y.shape)).astype(np.float64)
    _, correlation = agreement(moments(Y, p))
    slope, offset = affine(moments(Y, p))
    assert np.isnan(correlation).all()
    np.testing.assert_array_equal(slope, 0.0)
    np.testing.assert_allclose(offset, flat(Y).mean(1))


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_what_does_vary_has_both_at_any_scale(scale):
    sums = moments(Y[..., :2], scale * P[..., :2])
    np.testing.assert_allclose(agreement(sums)[1], agreement(moments(Y, P))[1][:2], rtol=1e-9)
    np.testing.assert_allclose(affine(sums)[0] * scale, affine(moments(Y, P))[0][:2], rtol=1e-9)
