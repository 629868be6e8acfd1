import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from aann.statistics.equivalence import (
    equivalence,
    power_by_simulation,
    size_by_formula,
    size_by_simulation,
)
from aann.statistics.interval import Setting

RNG = np.random.default_rng(0)
QUICK = Setting(draws=2000)


def flat(gap, margin):
    return equivalence(gap, np.full_like(gap, margin), QUICK)


def p_values(gap, margin):
    """Of a one-sample t-test on either side: above -margin, below margin, and above margin."""
    return (
        stats.ttest_1samp(gap, -margin, axis=1, alternative="greater").pvalue,
        stats.ttest_1samp(gap, margin, axis=1, alternative="less").pvalue,
        stats.ttest_1samp(gap, margin, axis=1, alternative="greater").pvalue,
    )


def test_on_normal_gaps_they_are_two_t_tests():
    """But for p-values so near to 5% that resampling decides."""
    gap = RNG.normal(size=(200, 100)) + RNG.uniform(-0.8, 0.8, (200, 1))
    found, (below, above, worse) = flat(gap, 0.4), p_values(gap, 0.4)
    clear = np.all([np.abs(p - 0.05) > 0.015 for p in (below, above, worse)], axis=0)
    assert clear.sum() > 150
    np.testing.assert_array_equal(found.non_inferior[clear], (above < 0.05)[clear])
    both = (above < 0.05) & (below < 0.05)
    np.testing.assert_array_equal(found.equivalent[clear], both[clear])
    np.testing.assert_array_equal(found.worse[clear], (worse < 0.05)[clear])
    assert both.any()
    assert (worse < 0.05).any()


@pytest.mark.parametrize("share", [False, True], ids=["loss", "share of the damage"])
def test_at_the_margin_they_err_in_one_of_twenty(share):
    rng = np.random.default_rng(1)
    damage = 2.0 + rng.normal(size=(1500, 100))
    gap = 0.5 * (damage if share else 2.0) + rng.normal(size=damage.shape)
    found = equivalence(gap, 0.5 * damage if share else np.full_like(gap, 1.0), Setting(draws=1000))
    assert found.non_inferior.mean() == pytest.approx(0.05, abs=0.02)
    assert found.worse.mean() == pytest.approx(0.05, abs=0.02)


def test_a_margin_that_is_not_known_well_makes_the_test_more_careful():
    """Of the damage's two kinds of noise, the one that gaps do not share widens the bound."""
    rng = np.random.default_rng(2)
    gap = 0.05 + 0.2 * rng.normal(size=(400, 60))
    damage = 1.0 + 4.0 * rng.normal(size=gap.shape)
    careful = equivalence(gap, 0.1 * damage, QUICK).non_inferior.mean()
    assert careful < flat(gap, 0.1).non_inferior.mean() - 0.1


@settings(deadline=None, max_examples=25)
@given(st.floats(1e-6, 1e3), st.integers(10, 80))
def test_a_program_identical_to_the_units_is_equivalent_at_every_margin(margin, n):
    gap = np.zeros((1, n))
    damage = np.random.default_rng(n).normal(size=gap.shape)
    for found in (flat(gap, margin), equivalence(gap, margin * damage, QUICK)):
        assert found.equivalent.all()
        assert found.non_inferior.all()
        assert not found.worse.any()


@settings(deadline=None, max_examples=25)
@given(st.floats(-3, 3), st.floats(0.01, 2), st.integers(0, 99))
def test_verdicts_agree_with_each_other(middle, margin, seed):
    gap = middle + np.random.default_rng(seed).normal(size=(1, 30))
    found, wider = flat(gap, margin), flat(gap, 2 * margin)
    assert not (found.worse & found.non_inferior).any()
    assert not (found.equivalent & ~found.non_inferior).any()
    assert not (found.non_inferior & ~wider.non_inferior).any()
    assert not (found.equivalent & ~wider.equivalent).any()


def test_below_a_share_of_no_damage_a_program_that_is_better_is_not_worse():
    rng = np.random.default_rng(3)
    gap = np.stack([-0.05 + 0.02 * rng.normal(size=200), 0.05 + 0.02 * rng.normal(size=200)])
    found = equivalence(gap, np.full_like(gap, -0.1), QUICK)
    assert found.worse.tolist() == [False, True]
    assert not found.equivalent.any()


def test_few_examples_decide_nothing():
    gap = RNG.normal(size=(200, 10))
    found = flat(gap, 0.1)
    assert found.equivalent.mean() < 0.05


def test_sizes_by_the_delta_method_are_those_of_the_normal_test():
    gap = RNG.normal(size=5000)
    gap = (gap - gap.mean()) / gap.std(ddof=1) * 2 + 0.2
    n = size_by_formula(gap, np.full_like(gap, 0.5), 0.8, 0.95, both=False)
    z = stats.norm.ppf(0.95) + stats.norm.ppf(0.8)
    assert n == pytest.approx((z * 2 / 0.3) ** 2, abs=1)
    both = size_by_formula(gap - 0.2, np.full_like(gap, 0.5), 0.8, 0.95, both=True)
    reach = 0.5 * math.sqrt(both) / 2
    assert 2 * stats.norm.cdf(reach - stats.norm.ppf(0.95)) - 1 == pytest.approx(0.8, abs=0.01)
    assert size_by_formula(gap, np.full_like(gap, 0.1), 0.8, 0.95, both=False) is None
    assert size_by_formula(gap - 2, np.full_like(gap, 0.5), 0.8, 0.95, both=True) is None


def test_sizes_by_simulation_have_the_power_that_they_promise():
    gap = np.random.default_rng(3).normal(size=3000) + 0.1
    margin = np.full_like(gap, 0.4)
    formula = size_by_formula(gap, margin, 0.8, 0.95, both=False)
    drawn = size_by_simulation(gap, margin, 0.8, QUICK, both=False)
    assert drawn == pytest.approx(formula, rel=0.2)
    found = power_by_simulation(gap, margin, round(drawn), QUICK, both=False, experiments=1000)
    assert found == pytest.approx(0.8, abs=0.06)


def test_experiments_beyond_thousands_are_not_drawn():
    gap = RNG.normal(size=3000)
    assert size_by_simulation(gap, np.full_like(gap, 0.01), 0.8, QUICK, both=False) is None


@pytest.mark.parametrize("n", [40, 400])
def test_a_rate_that_never_changed_may_still_change(n):
    """Of n examples without a change the share is below 3 / n, no more."""
    gap, bound = np.zeros((1, n)), stats.beta.ppf(0.95, 1, n)
    assert bound == pytest.approx(3 / n, rel=0.05)
    for margin, shown in ((0.9 * bound, False), (1.1 * bound, True)):
        found = equivalence(gap, np.full_like(gap, margin), QUICK, np.asarray([True]))
        assert found.equivalent.item() is shown
        assert found.non_inferior.item() is shown
        assert (found.low.item(), found.high.item()) == pytest.approx((-bound, bound))
    needed = size_by_formula(gap[0], np.full(n, 0.01), 0.8, 0.95, both=True, rate=True)
    assert needed == pytest.approx(298.07, abs=0.1)


def test_no_number_of_examples_shows_that_a_rate_stays_below_none_at_all():
    """The program errs less than the model, and zeroing does no harm to take a share of."""
    gap = np.r_[np.full(4, -1.0), np.zeros(46)]
    for margin in (np.zeros(50), np.full(50, -0.02)):
        assert size_by_formula(gap, margin, 0.8, 0.95, both=False, rate=True) is None


def test_few_changes_have_the_bounds_of_a_binomial():
    """With many, they are those of other losses."""
    gap = np.zeros((2, 200))
    gap[0, :3], gap[0, 3:5], gap[1, :40] = 1.0, -1.0, 1.0
    found = equivalence(gap, np.full_like(gap, 0.05), QUICK, np.asarray([True, True]))
    assert found.high[0] == pytest.approx(stats.beta.ppf(0.95, 4, 197))
    assert found.low[0] == pytest.approx(-stats.beta.ppf(0.95, 3, 198))
    assert found.worse.tolist() == [False, True]
    assert found.high[1] < 0.3


@pytest.mark.parametrize("confidence", [0.5, 0.3])
def test_a_side_needs_more_than_half(confidence):
    with pytest.raises(ValueError, match=f"between 0.5 and 1, got {confidence}"):
        equivalence(np.zeros((1, 20)), np.ones((1, 20)), Setting(confidence=confidence))
