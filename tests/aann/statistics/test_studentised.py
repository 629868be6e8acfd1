"""Fieller's interval and the bootstrap-t, each against a reference of its own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from aann.statistics.bootstrap import mean_interval, recovered
from aann.statistics.interval import Setting, rerank
from aann.statistics.parts import Parts
from aann.statistics.resample import draw_means
from aann.statistics.studentised import bounded, fieller, pivots, student


def losses(seed, n):
    rng = np.random.default_rng(seed)
    damage = rng.lognormal(0, 0.7, n)
    return damage, 0.2 * damage * rng.lognormal(0, 0.8, n)


def test_fielles_ends_are_where_students_test_is_just_not_significant():
    damage, gap = losses(0, 30)
    estimate = np.asarray([gap.mean() / damage.mean()])
    parts = Parts((gap - estimate * damage)[None], damage[None])
    ends = fieller(estimate, parts, student(30, 0.95))[0]

    def excess(ratio):
        return stats.ttest_1samp(gap - ratio * damage, 0).pvalue - 0.05

    expected = [
        optimize.brentq(excess, estimate[0] - 0.3, estimate[0]),
        optimize.brentq(excess, estimate[0], estimate[0] + 0.5),
    ]
    assert ends == pytest.approx(expected, rel=1e-8)


def test_fieller_of_a_mean_is_students_interval():
    values = np.random.default_rng(1).normal(2, 1, 25)
    found = mean_interval(values, Setting(method="fieller", draws=100, confidence=0.9))
    expected = stats.t.interval(0.9, 24, values.mean(), stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9)


def test_a_denominator_that_may_be_zero_bounds_nothing():
    bottom = np.random.default_rng(2).normal(0.1, 1, (1, 30))
    parts = Parts(bottom - bottom.mean(), bottom)
    assert not bounded(parts, 0.95)[0]
    assert np.isinf(fieller(np.ones(1), parts, student(30, 0.95))).all()
    assert bounded(Parts(parts.residual, bottom + 10), 0.95)[0]


def test_the_bootstrap_t_is_that_of_a_plain_loop():
    n, draws = 15, 300
    damage, gap = losses(3, n)
    setting = Setting(draws=draws, seed=5, method="bootstrap-t")
    found = recovered(np.zeros(n), gap, damage, setting).ratio
    counts = np.rint(draw_means(np.eye(n), draws=draws, seed=5) * n).astype(int)

    def ratio_and_error(at):
        ratio = 1 - gap[at].mean() / damage[at].mean()
        influence = (damage[at] - gap[at] - ratio * damage[at]) / damage[at].mean()
        return ratio, influence.std() / np.sqrt(n)

    estimate, error = ratio_and_error(np.arange(n))
    off = []
    for draw in range(draws):
        ratio, own = ratio_and_error(np.repeat(np.arange(n), counts[draw]))
        off.append((ratio - estimate) / own)
    high, low = np.quantile(off, [0.025, 0.975])
    expected = estimate - low * error, estimate - high * error
    assert (found.low, found.high) == pytest.approx(expected, rel=2e-3)


def test_the_default_is_as_wide_as_the_further_of_the_two():
    damage, gap = losses(4, 40)
    found = recovered(np.zeros(40), np.stack([gap, 0.5 * damage + gap]), damage).ratio
    one, other = rerank(found, "bootstrap-t"), rerank(found, "fieller")
    np.testing.assert_array_equal(found.low, np.minimum(one.low, other.low))
    np.testing.assert_array_equal(found.high, np.maximum(one.high, other.high))
    assert (one.low != other.low).all()


def test_without_spread_a_pivot_is_nought():
    found = pivots(np.ones(1), np.asarray([[1.0, 2.0]]), np.asarray([[0.0, 0.5]]))
    np.testing.assert_array_equal(found, [[0.0, 2.0]])


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**6), st.floats(1e-3, 1e3), st.floats(-10, 10), st.floats(0.05, 20),
)  # fmt: skip
def test_scaling_shifting_and_swapping_move_intervals_along(seed, scale, constant, part):
    n, setting = 40, Setting(draws=300, seed=1)
    damage, gap = losses(seed, n)
    plain = recovered(np.zeros(n), gap, damage, setting)
    if not plain.ratio.identified:
        return
    scaled = recovered(
        np.full(n, constant), scale * gap + constant, scale * damage + constant, setting
    )
    for name in ("estimate", "low", "high"):
        expected = getattr(plain.ratio, name)
        assert getattr(scaled.ratio, name) == pytest.approx(expected, rel=1e-3, abs=1e-3)
    # A part of the gap: what is left shrinks by it, and the interval of what is left too.
    less = recovered(np.zeros(n), part * gap, damage, setting).ratio
    assert 1 - less.low == pytest.approx(part * (1 - plain.ratio.low), rel=2e-2)
    # Half-way between intact and zero, mirrored: recovered becomes 1 less recovered.
    other = recovered(np.zeros(n), damage - gap, damage, setting).ratio
    assert other.high == pytest.approx(1 - plain.ratio.low, rel=1e-2, abs=1e-3)


@pytest.mark.parametrize("wrong", [1, 2, 3, 12, 199, 200])
def test_error_rates_of_few_mistakes_have_finite_ends(wrong):
    values = np.zeros(200)
    values[:wrong] = 1.0
    found = mean_interval(values, Setting(draws=1000))
    assert found.low <= found.estimate <= found.high
    assert np.isfinite([found.low, found.high]).all()
    assert (found.high > found.low) == (wrong < 200)
    if 3 <= wrong < 199:
        exact = stats.binomtest(wrong, 200).proportion_ci(method="exact")
        assert found.high > exact.low + 0.6 * (exact.high - exact.low)
