"""Ends of intervals: which method gives which, and how they are shown."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.statistics.interval import Method, Setting, interval, rerank
from aann.statistics.parts import Parts


def made(draws, estimate, units=20, **setting):
    """Intervals of draws (..., draws), with parts that vary where these do."""
    rng = np.random.default_rng(0)
    shape = draws.shape[:-1]
    varied = np.nanmax(draws, axis=-1) > np.nanmin(draws, axis=-1)
    residual = rng.lognormal(size=(*shape, units)) * varied[..., None]
    residual -= residual.mean(axis=-1, keepdims=True)
    parts = Parts(residual, np.ones((*shape, units)))
    errors = np.ones(draws.shape, dtype=np.float32) * parts.error()[..., None].astype(np.float32)
    known = np.ones(shape, dtype=bool)
    return interval(estimate, draws, errors, parts, known, Setting(**setting))


@given(st.integers(0, 10**6), st.integers(2, 40), st.floats(0.01, 0.99))
def test_percentiles_are_those_of_the_draws_that_have_a_value(seed, draws, confidence):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(2, 3, draws))
    values[rng.random(values.shape) < 0.3] = np.nan
    values[..., 0] = rng.normal(size=(2, 3))
    found = made(values, np.zeros((2, 3)), confidence=confidence, method="percentile")
    for index in np.ndindex(2, 3):
        kept = values[index][~np.isnan(values[index])]
        levels = (1 - confidence) / 2, 1 - (1 - confidence) / 2
        expected = np.quantile(kept, levels)
        np.testing.assert_array_equal([found.low[index], found.high[index]], expected)


@pytest.mark.parametrize("method", get_args(Method))
@pytest.mark.parametrize("value", [0.0, 1.0, 0.1])
def test_draws_that_do_not_vary_have_intervals_without_width(method, value):
    rng = np.random.default_rng(1)
    draws = np.stack([np.full(200, value), rng.normal(size=200)])
    found = made(draws, np.asarray([value, 0.0]), method=method)
    assert found.low[0] == found.high[0] == value
    assert found.low[1] < found.high[1]


def test_another_method_ranks_the_same_draws():
    rng = np.random.default_rng(0)
    draws = rng.lognormal(size=(1, 4000))
    first = made(draws, np.median(draws, axis=1))
    ends = {first.setting.method: (first.low, first.high)}
    for method in get_args(Method):
        other = rerank(first, method)
        assert other.draws is first.draws
        assert other.setting == Setting(method=method)
        ends[method] = (other.low, other.high)
    assert len({tuple(np.ravel(x)) for x in ends.values()}) >= len(ends) - 1
    again = rerank(rerank(first, "bca"), "studentised")
    assert (again.low, again.high) == (first.low, first.high)


def test_what_is_not_identified_has_no_ends():
    draws = np.random.default_rng(0).normal(size=(2, 200))
    parts = Parts(draws[:, :20] - draws[:, :20].mean(axis=1, keepdims=True), np.ones((2, 20)))
    errors = np.ones((2, 200), dtype=np.float32)
    found = interval(np.zeros(2), draws, errors, parts, [True, False], Setting())
    assert np.isfinite([found.low[0], found.high[0]]).all()
    assert np.isnan([found.estimate[1], found.low[1], found.high[1]]).all()
    assert str(found[1]) == "not identified"


def test_tiny_numbers_keep_digits():
    draws = np.random.default_rng(0).normal(3e-6, 1e-6, size=(1, 400))
    (line,) = str(made(draws, np.asarray([3.1e-6]), method="percentile")).splitlines()
    assert line.startswith("3.1e-06 [1.")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"draws": 1e3}, "draws is a whole number of resamples, got 1000.0"),
        ({"draws": 99}, "draws is 99: an interval needs at least 100"),
        ({"seed": -1}, "seed is a whole number, 0 or more, got -1"),
        ({"seed": 1.5, "confidence": "95%"}, "got 1.5; confidence lies between 0 and 1, got '95%'"),
    ],
    ids=["draws", "few", "seed", "several"],
)
def test_settings_that_mean_nothing_are_refused(unchecked, wrong, message):
    with pytest.raises(ValueError, match=message):
        Setting(**wrong)
    assert Setting(draws=np.int64(500), seed=np.int32(0), confidence=np.float32(0.5)).draws == 500
