"""Each unit beside the program; also what tables say first and their intervals: ``about``,
``spread``."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed_made import observed, smooth

import aann
from aann.residuals.peeking import PEEKED
from aann.residuals.spread import spread
from aann.residuals.units import units


def test_numbers_are_those_of_numpy():
    rng = np.random.default_rng(0)
    y = np.float32(smooth())
    p = np.float32(0.5 * y + rng.normal(size=y.shape) + 1)
    found = units(observed(y, p, units=(7, 2, 5)))
    for i in range(3):
        a, b = (x[..., i].ravel().astype(np.float64) for x in (y, p))
        np.testing.assert_allclose(found.correlation[i, 0], np.corrcoef(a, b)[0, 1])
        np.testing.assert_allclose(found.r2[i, 0], 1 - ((a - b) ** 2).sum() / a.var() / len(a))
        np.testing.assert_allclose(found.slope[i, 0], np.polyfit(b, a, 1)[0])
        np.testing.assert_allclose(found.slope_back[i, 0], np.polyfit(a, b, 1)[0])
        np.testing.assert_allclose(found.bias[i, 0], (a - b).mean())
        np.testing.assert_allclose(found.squared[i, 0], ((a - b) ** 2).mean())
        np.testing.assert_allclose(found.fires[i, 0], (a > 0).mean())
        np.testing.assert_allclose(found.fires_artificially[i, 0], (b > 0).mean())
    for x in (found.correlation, found.r2, found.slope, found.bias, found.fires):
        assert (x[:, 1] < x[:, 0]).all()
        assert (x[:, 0] < x[:, 2]).all()
    assert "7" in str(found)
    assert "slope back" in str(found)


def test_padding_counts_nowhere():
    rng = np.random.default_rng(1)
    y, p = rng.normal(size=(2, 20, 6, 2))
    present = rng.random((20, 6)) < 0.7
    wild = np.where(present[..., None], 0, 1e6)
    with_padding = units(observed(y + wild, p - wild, present=present))
    few = units(observed(y[present][:, None], p[present][:, None]))
    np.testing.assert_allclose(with_padding.r2[:, 0], few.r2[:, 0], rtol=1e-5)
    np.testing.assert_allclose(with_padding.slope[:, 0], few.slope[:, 0], rtol=1e-5)


def test_coordinates_of_a_unit_are_one_unit():
    rng = np.random.default_rng(2)
    y, p = rng.normal(size=(2, 20, 5, 4, 2)) + np.arange(4)[None, None, None, :, None]
    found = units(observed(y, p, coordinates=1))
    dy, dp = (x - x.mean(axis=(0, 1), keepdims=True) for x in (y, p))
    expected = (dy * dp).sum((0, 1, 2)) / (dp**2).sum((0, 1, 2))
    np.testing.assert_allclose(found.slope[:, 0], expected, rtol=1e-4)
    assert found.r2.shape == (2, 3)


def test_constant_units_have_no_numbers():
    y = np.ones((12, 4, 2))
    y[..., 1] = np.random.default_rng(0).normal(size=(12, 4))
    found = units(observed(y, 0 * y + 0.1))
    assert np.isnan(found.r2[0]).all()
    assert np.isnan(found.correlation).all()
    assert np.isnan(found.slope).all()
    assert np.isfinite(found.bias).all()
    assert " - " in str(found)


@given(n=st.integers(1, 12), grouped=st.booleans())
@settings(max_examples=10, deadline=None)
def test_few_examples_have_no_interval(n, grouped):
    rng = np.random.default_rng(n)
    y, p = rng.normal(size=(2, n, 3, 1))
    groups = tuple(i // 2 for i in range(n)) if grouped else None
    found = units(observed(y, p, groups=groups))
    known = (n if not grouped else -(-n // 2)) >= 10
    assert np.isfinite(found.squared[:, 1:]).all() == known
    assert np.isfinite(found.squared[:, 0]).all()


def test_groups_widen_intervals():
    rng = np.random.default_rng(0)
    level = np.repeat(rng.normal(size=20), 10)
    y = level[:, None, None] + 0.1 * rng.normal(size=(200, 4, 1))
    groups = tuple(np.repeat(np.arange(20), 10).tolist())
    alone, together = (units(observed(y, 0 * y, groups=g)).bias[0] for g in (None, groups))
    assert together[2] - together[1] > 2 * (alone[2] - alone[1])


def test_an_interval_of_a_mean_is_that_of_its_standard_error():
    values = np.random.default_rng(0).normal(size=(400, 1, 1))
    sums = np.concatenate([np.ones_like(values), values], axis=1)
    ((middle, low, high),) = spread(sums, lambda x: x[1] / x[0], None)
    assert middle == pytest.approx(values.mean())
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.1)


def test_held_out_examples_are_named_first():
    y = np.random.default_rng(0).normal(size=(12, 1))
    assert str(units(observed(y, y, half=aann.held_out))).startswith(PEEKED)
    assert PEEKED not in str(units(observed(y, y)))
