"""Quantiles of draws against NumPy's; BCa against SciPy's is in ``test_bootstrap``."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aann.statistics.quantiles import bca, percentile, quantiles


@given(st.integers(0, 10**6), st.integers(1, 30), st.floats(0, 1))
def test_quantiles_leave_out_what_has_no_value(seed, draws, level):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(3, draws))
    values[:, 1:][rng.random((3, draws - 1)) < 0.4] = np.nan
    found = quantiles(values, np.full((3, 1), level))
    for row in range(3):
        assert found[row, 0] == np.quantile(values[row][~np.isnan(values[row])], level)


def test_without_bias_and_skewness_bca_is_the_percentile_interval():
    rng = np.random.default_rng(0)
    half = rng.normal(size=(1, 500))
    draws, without = np.concatenate([half, -half], axis=1), np.asarray([[-1.0, 1.0, -2.0, 2.0]])
    np.testing.assert_allclose(
        bca(np.zeros(1), draws, without, 0.9), percentile(draws, 0.9), rtol=1e-12
    )


def test_bca_moves_towards_the_longer_tail():
    rng = np.random.default_rng(1)
    draws, values = rng.gamma(4.0, size=(1, 2000)), rng.exponential(size=(1, 50))
    without = (values.mean() - values) / 49
    low, high = bca(draws.mean(axis=1), draws, without, 0.95)[0]
    plain = percentile(draws, 0.95)[0]
    assert low > plain[0]
    assert high > plain[1]
