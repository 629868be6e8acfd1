from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from aann.statistics.bootstrap import difference, mean_interval, recovered
from aann.statistics.interval import Method, Setting, rerank

METHODS = get_args(Method)


def losses(seed, n, mean=0.5):
    """Skewed losses of an intact, a spliced and an ablated model, correlated by example."""
    generator = np.random.default_rng(seed)
    intact = generator.exponential(size=n)
    hurt = generator.gamma(0.5, 2 * mean, size=n)
    spliced = intact + 0.3 * hurt + 0.1 * generator.normal(size=n)
    return intact, spliced, intact + hurt


def ratio(intact, spliced, zero, axis=-1):
    return 1 - (spliced - intact).mean(axis=axis) / (zero - intact).mean(axis=axis)


@pytest.mark.parametrize("method", ["percentile", "bca"])
@pytest.mark.parametrize("n", [40, 400])
def test_intervals_agree_with_scipy(method, n):
    arrays = losses(0, n)
    theirs = stats.bootstrap(
        arrays,
        ratio,
        paired=True,
        vectorized=True,
        n_resamples=40_000,
        method=method,
        rng=np.random.default_rng(1),
    )
    ours = recovered(*arrays, setting=Setting(draws=40_000, method=method)).ratio
    assert ours.estimate == pytest.approx(ratio(*arrays), rel=1e-12)
    # Ends of 40,000 draws have a standard error of about 1.3% of the draws' standard deviation.
    tolerance = 0.08 * theirs.standard_error
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=tolerance)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=tolerance)
    assert ours.draws.std() == pytest.approx(theirs.standard_error, rel=0.03)


def test_bca_and_percentile_differ_on_skewed_data():
    damage = np.random.default_rng(3).lognormal(0, 1.5, 60)
    bca, percentile = (
        mean_interval(damage, Setting(method=m, draws=40_000)) for m in ("bca", "percentile")
    )
    theirs = stats.bootstrap(
        (damage,), np.mean, n_resamples=40_000, method="bca", rng=np.random.default_rng(1)
    )
    assert bca.high > percentile.high + 0.3 * theirs.standard_error
    # Here the upper end is the 99.8% quantile of the draws, which 40,000 know but roughly.
    assert bca.high == pytest.approx(
        theirs.confidence_interval.high, abs=0.4 * theirs.standard_error
    )


@pytest.mark.parametrize("method", METHODS)
def test_nominal_95_percent_covers_the_truth(method):
    truth, n, repeats = 0.7, 200, 1500
    generator = np.random.default_rng(11)
    hurt = generator.gamma(2.0, 1.0, (repeats, n))
    left = 0.3 * hurt + 0.5 * generator.normal(size=(repeats, n))
    found = recovered(np.zeros((repeats, n)), left, hurt, Setting(draws=1000, method=method)).ratio
    covered = ((found.low <= truth) & (truth <= found.high)).mean()
    assert 0.93 <= covered <= 0.97


def test_groups_that_move_together_are_covered_too():
    repeats, groups, size = 400, 60, 5
    generator = np.random.default_rng(12)
    shared = np.repeat(generator.normal(size=(repeats, groups)), size, axis=1)
    values = shared + 0.2 * generator.normal(size=(repeats, groups * size))
    labels = np.repeat(np.arange(groups), size)

    def coverage(setting):
        found = mean_interval(values, setting)
        return ((found.low <= 0) & (found.high >= 0)).mean()

    assert 0.90 <= coverage(Setting(draws=500, groups=labels.tolist())) <= 0.98
    assert coverage(Setting(draws=500)) < 0.75


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 300), st.sampled_from(METHODS))
def test_identity_recovers_exactly_one_and_zero_exactly_none(seed, n, method):
    intact, spliced, zero = losses(seed, n)
    found = recovered(
        intact, np.stack([intact, zero, spliced]), zero, Setting(draws=300, method=method)
    ).ratio
    if found.identified.all():
        for row, value in ((0, 1.0), (1, 0.0)):
            assert found.estimate[row] == found.low[row] == found.high[row] == value
            assert (found.draws[row] == value).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 200), st.floats(1e-6, 1e6))
def test_order_and_scale_of_the_losses_do_not_matter(seed, n, scale):
    arrays = losses(seed, n)
    order = np.random.default_rng(seed).permutation(n)
    setting = Setting(draws=500)
    plain = recovered(*arrays, setting=setting).ratio
    moved = recovered(*(a[order] for a in arrays), setting=setting).ratio
    scaled = recovered(*(a * scale for a in arrays), setting=setting).ratio
    np.testing.assert_allclose(moved.estimate, plain.estimate, rtol=1e-10)
    np.testing.assert_allclose(scaled.estimate, plain.estimate, rtol=1e-10)
    np.testing.assert_allclose(scaled.low, plain.low, rtol=1e-3, atol=1e-3)


def test_same_seed_same_report_and_rows_share_resamples():
    intact, spliced, zero = losses(5, 100)
    first, again = recovered(intact, spliced, zero), recovered(intact, spliced, zero)
    np.testing.assert_array_equal(first.ratio.draws, again.ratio.draws)
    other = recovered(intact, spliced, zero, Setting(seed=1))
    assert (first.ratio.draws != other.ratio.draws).any()
    rows = recovered(intact, np.stack([zero, spliced]), zero).ratio
    np.testing.assert_allclose(rows.draws[1], first.ratio.draws, atol=1e-5)


def test_metrics_and_rows_broadcast():
    metrics = [losses(seed, 50) for seed in range(3)]
    intact, spliced, zero = (np.stack(part) for part in zip(*metrics, strict=True))
    found = recovered(intact, np.stack([spliced, zero, intact, spliced]), zero)
    assert found.ratio.estimate.shape == (4, 3)
    assert found.ratio.draws.shape == (4, 3, 10_000)
    assert found.damage.estimate.shape == (3,)
    np.testing.assert_allclose(found.damage.estimate, (zero - intact).mean(axis=1))
    one = found.ratio[0, 2]
    assert one.estimate.shape == ()
    assert one.estimate == pytest.approx(ratio(*metrics[2]))
    assert str(one).startswith(f"{one.estimate:.3f} [")
    assert len(str(found.ratio[:, 0]).splitlines()) == 4


def test_recovered_is_not_clipped():
    intact, _, zero = losses(6, 100)
    found = recovered(intact, np.stack([intact - 0.2, zero + 0.2]), zero).ratio
    assert found.estimate[0] > 1.1
    assert found.estimate[1] < -0.1


def test_without_damage_nothing_is_identified():
    generator = np.random.default_rng(7)
    intact = generator.normal(size=200)
    zero = intact + generator.normal(size=200)
    found = recovered(intact, intact + 0.1, zero)
    assert not found.ratio.identified
    assert np.isnan([found.ratio.estimate, found.ratio.low, found.ratio.high]).all()
    assert str(found.ratio) == "not identified"
    assert found.damage.estimate == pytest.approx((zero - intact).mean())
    assert found.gap.estimate == pytest.approx(0.1)
    assert not recovered(intact, intact, intact).ratio.identified
    assert not recovered(intact, intact, intact - 1).ratio.identified


def test_a_damage_of_few_examples_is_not_identified():
    hurt = np.zeros(100)
    hurt[:4] = 1.0  # resamples without any of the four occur: their ratio is undefined
    assert not recovered(np.zeros(100), hurt / 2, hurt).ratio.identified


@pytest.mark.parametrize(("damaged", "known"), [(9, False), (10, True), (40, True)])
def test_what_is_identified_does_not_depend_on_the_draws(damaged, known):
    hurt = np.zeros(100)
    hurt[:damaged] = 1.0
    hurt[damaged:] = 1e-9  # rounding
    for draws, seed in [(100, 0), (20_000, 0), (20_000, 1)]:
        found = recovered(np.zeros(100), hurt / 2, hurt, Setting(draws=draws, seed=seed)).ratio
        assert found.identified == known
        if known:
            assert found.estimate == pytest.approx(0.5)
            assert (found.low, found.high) == pytest.approx((0.5, 0.5))


def test_damage_of_few_groups_is_not_identified():
    hurt = np.zeros(100)
    hurt[:20] = 1.0
    groups = np.arange(100) // 4
    assert recovered(np.zeros(100), hurt / 2, hurt).ratio.identified
    of_groups = recovered(np.zeros(100), hurt / 2, hurt, Setting(groups=groups.tolist()))
    assert not of_groups.ratio.identified  # five of 25


def test_a_higher_confidence_identifies_less():
    generator = np.random.default_rng(0)
    hurt = generator.normal(0.25, 1.0, 100)
    found = [
        recovered(np.zeros(100), hurt / 2, hurt, Setting(confidence=c)).ratio.identified
        for c in (0.8, 0.95, 0.999)
    ]
    assert found == [True, True, False]


def test_paired_differences():
    intact, spliced, zero = losses(8, 300)
    noise = np.random.default_rng(0).normal(size=300)
    found = recovered(intact, np.stack([spliced, spliced + 0.01 + 0.02 * noise]), zero).ratio
    gap = difference(found[0], found[1])
    assert gap.estimate == pytest.approx(found.estimate[0] - found.estimate[1])
    assert gap.low > 0
    width = gap.high - gap.low
    assert width < 0.5 * min(found.high - found.low)  # pairing removes what both share
    same = difference(found[0], found[0])
    assert same.estimate == same.low == same.high == 0


def test_differences_need_the_same_resamples():
    intact, spliced, zero = losses(9, 100)
    first = recovered(intact, spliced, zero).ratio
    with pytest.raises(ValueError, match=r"same resamples.*seed=0.*seed=1"):
        difference(first, recovered(intact, spliced, zero, Setting(seed=1)).ratio)
    with pytest.raises(ValueError, match=r"over 100 .* over 60 examples"):
        difference(first, recovered(intact[:60], spliced[:60], zero[:60]).ratio)


def test_bad_losses_are_all_named():
    intact, spliced, zero = (np.ones(9) * i for i in range(3))
    spliced[[2, 5]] = np.nan, np.inf
    with pytest.raises(ValueError, match="at least 10 examples, got 9: add examples") as error:
        recovered(intact, spliced, zero)
    assert "spliced is NaN or infinite for 2 of 9 examples: 2, 5 (" in str(error.value)
    with pytest.raises(ValueError, match=r"intact \(9,\), spliced \(9,\), zero \(8,\)"):
        recovered(intact, spliced, zero[:8])
    with pytest.raises(ValueError, match=r"must broadcast, got intact \(2, 9\)"):
        recovered(np.ones((2, 9)), np.ones((3, 9)), zero)
    with pytest.raises(ValueError, match="at least 10 groups, got 2"):
        mean_interval(np.arange(20.0), Setting(groups=[0, 1] * 10))
    with pytest.raises(ValueError, match="at least 10 examples, got 1"):
        mean_interval(np.array(3.0))


def test_bad_settings_are_all_named(unchecked):
    with pytest.raises(ValueError, match=r"at least 100; confidence.*got 95; .*got 'basic'"):
        Setting(draws=50, confidence=95, method="basic")


def test_skewed_losses_are_covered_where_bca_falls_short():
    rng = np.random.default_rng(21)
    hurt = rng.lognormal(0, 1.5, (600, 100))
    left = np.asarray([0.13, 0.1])[:, None, None] * hurt * rng.lognormal(-0.32, 0.8, (2, 600, 100))
    found = recovered(np.zeros(100), left, hurt, Setting(draws=400)).ratio
    gap = difference(found[0], found[1])

    def covered(interval, truth):
        known = interval.identified
        return ((interval.low <= truth) & (interval.high >= truth))[known].mean()

    for interval, truth in ((found[0], 0.87), (gap, -0.03)):
        assert 0.91 <= covered(interval, truth) <= 0.985
        assert covered(rerank(interval, "bca"), truth) < 0.91


def test_a_damage_of_zero_is_seldom_identified():
    rng = np.random.default_rng(22)
    harm = np.exp(1.125) - rng.lognormal(0, 1.5, (1000, 100))  # few examples are helped a lot
    found = recovered(np.zeros(100), np.zeros(100), harm, Setting(draws=400))
    assert found.ratio.identified.mean() < 0.05
    assert (rerank(found.damage, "bca").low > 0).mean() > 0.07
