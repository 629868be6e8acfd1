"""Error by quantiles of natural, and of artificial values (``calibration``)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed_made import observed, smooth

from aann.residuals.calibration import calibration
from aann.residuals.quantiles import by_quantile, in_bins


def test_bins_hold_everything_once():
    y = smooth()
    p = y + np.random.default_rng(0).normal(size=y.shape)
    part = observed(y, p)
    found = by_quantile(part, bins=5)
    assert found.count.shape == (4, 6)
    np.testing.assert_array_equal(found.count.sum(1), [y[..., 0].size] * 3 + [y.size])
    np.testing.assert_array_equal(found.count[:3, 0], (part.natural == 0).sum((0, 1, 2)))
    np.testing.assert_allclose(found.share.sum(1), 1)
    squared = (found.count * np.nan_to_num(found.squared)).sum(1) / found.count.sum(1)
    residual = np.square(part.natural - part.artificial, dtype=np.float64)
    np.testing.assert_allclose(squared[:3], residual.mean((0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(squared[3], residual.mean(), rtol=1e-5)
    np.testing.assert_allclose(found.bias, found.natural - found.artificial, rtol=1e-6, atol=1e-9)
    assert (np.diff(found.natural[:3, 1:]) > 0).all()
    assert np.ptp(found.count[:3, 1:], axis=1).max() < 10
    assert "silent" in str(found)


@given(
    values=st.lists(st.sampled_from([-2.0, 0.0, 1.0, 1.5, 3.0]), min_size=0, max_size=40),
    bins=st.integers(1, 12),
)
@settings(deadline=None)
def test_equal_values_share_a_bin(values, bins):
    values = np.asarray(values, np.float64)
    edges, of = in_bins(values, bins)
    for value in set(values.tolist()):
        assert len(set(of[values == value].tolist())) == 1
    assert (of[values == 0] == 0).all()
    assert ((of[values != 0] >= 1) & (of[values != 0] <= bins)).all()
    assert np.isnan(edges).all() == (not (values != 0).any())


def test_units_that_are_always_silent():
    found = by_quantile(observed(np.zeros((12, 3, 1)), np.zeros((12, 3, 1))))
    assert found.count[0, 0] == 36
    assert np.isnan(found.share).all()
    assert np.isnan(found.edges).all()
    assert str(found)


@pytest.mark.parametrize("bins", [0, -1, 1.5, True])
@pytest.mark.parametrize("measure", [by_quantile, calibration])
def test_there_is_a_bin(measure, bins, unchecked):
    with pytest.raises(ValueError, match="bins are a whole number from 1 up, got"):
        measure(observed(np.ones((12, 1)), np.ones((12, 1))), bins)


def test_a_program_that_is_too_loud_lies_below_the_diagonal():
    y = smooth()
    found = calibration(observed(y, 2 * y), bins=4)
    known = found.artificial[:, 1:]
    np.testing.assert_allclose(found.natural[:, 1:, 0], known / 2, rtol=1e-5)
    np.testing.assert_allclose(found.natural[:, 0, 0], 0, atol=1e-6)
    rms = np.sqrt((found.count[:, 1:] * (known / 2) ** 2).sum(1) / found.count.sum(1))
    np.testing.assert_allclose(found.gap, rms / y.std((0, 1, 2)), rtol=1e-5)
    assert (found.natural[:, 1:, 1] <= found.natural[:, 1:, 0]).all()
    right = calibration(observed(y, y), bins=4)
    np.testing.assert_allclose(right.gap, 0, atol=1e-6)


def test_noise_that_averages_out_is_calibrated():
    rng = np.random.default_rng(0)
    p = rng.normal(size=(200, 50, 1))
    found = calibration(observed(p + rng.normal(size=p.shape), p))
    inside = (found.natural[0, 1:, 1] <= found.artificial[0, 1:]) & (
        found.artificial[0, 1:] <= found.natural[0, 1:, 2]
    )
    assert inside.sum() >= 8


def test_few_examples_and_padding():
    y = np.random.default_rng(0).normal(size=(3, 4, 2))
    present = np.arange(4)[None] < np.array([1, 2, 3])[:, None]
    found = calibration(observed(y, y, present=present), bins=2)
    assert found.count.sum() == 12
    assert np.isnan(found.natural[..., 1:]).all()
    constant = calibration(observed(np.ones((3, 2)), np.zeros((3, 2))))
    assert np.isnan(constant.gap).all()
