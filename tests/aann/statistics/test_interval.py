"""Ends of intervals, against NumPy's quantiles of each estimate's own draws."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aann.statistics.interval import Setting, interval, rerank


@given(st.integers(0, 10**6), st.integers(2, 40), st.floats(0.01, 0.99))
def test_percentiles_are_those_of_the_draws_that_have_a_value(seed, draws, confidence):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(2, 3, draws))
    values[rng.random(values.shape) < 0.3] = np.nan
    values[..., 0] = rng.normal(size=(2, 3))
    known = rng.random((2, 3)) < 0.8
    setting = Setting(confidence=confidence, method="percentile")
    found = interval(np.zeros((2, 3)), values, values, known, setting)
    for index in np.ndindex(2, 3):
        kept = values[index][~np.isnan(values[index])]
        levels = (1 - confidence) / 2, 1 - (1 - confidence) / 2
        expected = np.quantile(kept, levels) if known[index] else [np.nan, np.nan]
        np.testing.assert_array_equal([found.low[index], found.high[index]], expected)


@given(st.integers(0, 10**6), st.sampled_from([0.0, 1.0, 0.1]))
def test_draws_that_do_not_vary_have_intervals_without_width(seed, value):
    rng = np.random.default_rng(seed)
    draws = np.stack([np.full(200, value), rng.normal(size=200)])
    found = interval(np.asarray([value, 0.0]), draws, draws[:, :20], [True, True], Setting())
    assert found.low[0] == found.high[0] == value
    assert found.low[1] < found.high[1]


def test_another_method_ranks_the_same_draws():
    rng = np.random.default_rng(0)
    draws = rng.lognormal(size=(1, 4000))
    bca = interval(np.median(draws, axis=1), draws, draws[:, :50], [True], Setting())
    flat = rerank(bca, "percentile")
    assert flat.draws is bca.draws
    assert (flat.low, flat.high) != (bca.low, bca.high)
    again = rerank(flat, "bca")
    assert (again.low, again.high) == (bca.low, bca.high)
