import itertools

import hypothesis.extra.numpy as npst
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.statistics.moments import affine, agreement, empty, mean, merge, moments, pooled

RNG = np.random.default_rng(0)
Y = RNG.normal(size=(150, 4)) + np.asarray([0.0, 5.0, -100.0, 1e4])
P = 0.3 * Y + RNG.normal(size=Y.shape)


def test_they_are_what_numpy_says():
    sums = moments(Y, P)
    np.testing.assert_allclose(mean(sums), Y.mean(0), rtol=1e-12)
    r2, correlation = agreement(sums, 4)
    expected = [np.corrcoef(y, p)[0, 1] for y, p in zip(Y.T, P.T, strict=True)]
    np.testing.assert_allclose(correlation, expected, rtol=1e-10)
    np.testing.assert_allclose(r2, 1 - ((Y - P) ** 2).mean(0) / Y.var(0), rtol=1e-10)
    lines = [np.polyfit(p, y, 1) for y, p in zip(Y.T, P.T, strict=True)]
    np.testing.assert_allclose(np.stack(affine(sums), axis=1)[:3], lines[:3], rtol=1e-6, atol=1e-6)


@given(st.lists(st.integers(0, 150), max_size=4))
def test_sums_of_parts_are_the_sums_of_the_whole(cuts):
    """In any number of parts, some of them empty."""
    ends = [0, *sorted(cuts), 150]
    parts = [moments(Y[a:b], P[a:b]) for a, b in itertools.pairwise(ends)]
    np.testing.assert_allclose(merge(parts), moments(Y, P), rtol=1e-10, atol=1e-10)


def test_a_large_mean_costs_no_digits():
    """Sums of squares of the values themselves would leave none of this variance."""
    y, p = (np.stack([x + 1e6 for x in values.T], axis=1) for values in (Y[:, :1], P[:, :1]))
    parts = merge([moments(y[:70], p[:70]), moments(y[70:], p[70:])])
    np.testing.assert_allclose(
        agreement(parts, 1)[1], agreement(moments(Y, P), 4)[1][:1], rtol=1e-6
    )


def test_rows_are_treated_each_for_itself():
    rows = np.stack([moments(Y, P), moments(Y, Y), moments(Y, -Y)])
    r2, correlation = agreement(rows, 4)
    np.testing.assert_allclose(correlation[1:], [[1.0] * 4, [-1.0] * 4], atol=1e-9)
    np.testing.assert_allclose(r2[1], 1.0)
    np.testing.assert_array_equal(affine(rows)[0][0], affine(rows[0])[0])
    np.testing.assert_array_equal(merge([empty((3,), 4), rows]), rows)


def test_coordinates_of_a_unit_are_compared_about_the_mean_of_each():
    """Two units of two coordinates: that coordinates differ in their means is no agreement."""
    y, p = RNG.normal(size=(2, 500, 4)) + np.asarray([0.0, 0.0, 50.0, 50.0])
    r2, correlation = agreement(moments(y, p), 2)
    assert (np.abs(correlation) < 0.1).all()
    assert (r2 < -0.5).all()
    centred = [v - v.mean(0) for v in (y, p)]
    own = [np.concatenate([v[:, :2], v[:, 2:]]) for v in centred]  # (coordinates x values, units)
    expected = [np.corrcoef(a, b)[0, 1] for a, b in zip(own[0].T, own[1].T, strict=True)]
    np.testing.assert_allclose(correlation, expected, rtol=1e-9)
    together = pooled(moments(y, p), 2)
    joined = [np.concatenate([v[:, :2], v[:, 2:]]) for v in (y, p)]
    np.testing.assert_allclose(together, moments(*joined), rtol=1e-10)


constants = npst.arrays(np.float32, (4,), elements=st.floats(-1e6, 1e6, width=32))


@given(constants, st.floats(0, 1e-8))
def test_what_hardly_varies_has_no_correlation_and_no_slope(values, noise):
    """Neither a constant nor rounding around one: their slope could be anything."""
    p = (values + noise * np.abs(values) * RNG.normal(size=Y.shape)).astype(np.float64)
    _, correlation = agreement(moments(Y, p), 4)
    slope, offset = affine(moments(Y, p))
    assert np.isnan(correlation).all()
    np.testing.assert_array_equal(slope, 0.0)
    np.testing.assert_allclose(offset, Y.mean(0))


@given(constants, st.floats(0, 1e-8), st.integers(1, 149))
def test_units_that_hardly_vary_have_neither_r2_nor_correlation(values, noise, cut):
    """Rounding was divided by rounding: an R2 of -2e15."""
    y = (values + noise * np.abs(values) * RNG.normal(size=P.shape)).astype(np.float32)
    for sums in (moments(y, P), merge([moments(y[:cut], P[:cut]), moments(y[cut:], P[cut:])])):
        assert np.isnan(agreement(sums, 4)).all()


def test_nothing_is_known_of_nothing():
    assert np.isnan(agreement(empty((), 4), 4)).all()
    assert np.isnan(mean(empty((), 4))).all()
    np.testing.assert_array_equal(moments(Y[:0], P[:0]), empty((), 4))


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_what_does_vary_has_both_at_any_scale(scale):
    sums = moments(Y[..., :2], scale * P[..., :2])
    np.testing.assert_allclose(agreement(sums, 2)[1], agreement(moments(Y, P), 4)[1][:2], rtol=1e-9)
    np.testing.assert_allclose(affine(sums)[0] * scale, affine(moments(Y, P))[0][:2], rtol=1e-9)
