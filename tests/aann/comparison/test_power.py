"""Sample sizes: the formula, the simulation, and experiments on data that neither has seen.

Serves ``pilot``, ``sample_size`` too.
"""

import dataclasses
import json
import math

import numpy as np
import pytest
import report_files
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import aann
from aann.comparison import power
from aann.comparison.power import plan, power_by_formula, power_by_simulation, size_by_formula
from aann.statistics.bootstrap import difference, recovered
from aann.statistics.interval import Setting


def population(rng, shape):
    """Damage, and the gaps of two rows that share half of their errors."""
    damage = rng.gamma(4.0, 0.25, shape)
    shared, one, two = rng.normal(size=(3, *shape))
    gaps = 0.2 * damage + 0.2 * np.stack([shared + one, 0.7 * (shared + two)])
    return damage, gaps


@pytest.fixture(scope="module")
def pilot():
    return plan(*population(np.random.default_rng(0), (20_000,)), (0.8, 0.84))


def test_targets_are_met_exactly_on_the_pilot(pilot):
    ratio = 1 - pilot.left.mean(axis=1) / pilot.damage.mean()
    assert ratio == pytest.approx([0.8, 0.84], rel=1e-12)
    assert pilot.influence.mean(axis=1) == pytest.approx([0, 0], abs=1e-12)
    assert pilot.correlation == pytest.approx(0.5, abs=0.03)
    same_errors = plan(pilot.damage, pilot.left[[0, 0]], pilot.targets)
    assert same_errors.correlation == pytest.approx(1, abs=0.01)
    assert same_errors.spread(paired=True) < 0.5 * pilot.spread(paired=True)


def test_the_same_seed_gives_the_same_power(pilot):
    found = [
        power_by_simulation(pilot, 50, 0.05, paired=True, experiments=50, seed=s) for s in (0, 0, 1)
    ]
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("paired", [True, False])
def test_experiments_on_fresh_data_have_the_power_that_was_planned(pilot, paired):
    n = math.ceil(size_by_formula(pilot, 0.8, 0.05, paired=paired))
    rng, repeats = np.random.default_rng(1), 1000
    known = dict(zip(("damage", "gaps"), population(rng, (2, repeats, n))))
    factor = pilot.left.mean(axis=1) / (0.2 * pilot.damage.mean())
    left = known["gaps"] * factor[:, None, None, None]
    damage = known["damage"]
    if paired:
        found = recovered(np.zeros(n), left[:, 0], damage[0], Setting(draws=300)).ratio
        low = difference(found[1], found[0]).low
    else:  # each on its own examples: the bootstrap's normal interval
        one, two = (
            recovered(np.zeros(n), left[i, i], damage[i], Setting(draws=300, seed=i)).ratio
            for i in (0, 1)
        )
        spread = np.hypot(one.draws.std(axis=1), two.draws.std(axis=1))
        low = two.estimate - one.estimate - 1.96 * spread
    error = 3.5 * math.sqrt(0.8 * 0.2 / repeats)
    assert abs((low > 0).mean() - 0.8) < error + 0.02  # 0.02: the pilot, and 300 draws
    simulated = power_by_simulation(pilot, n, 0.05, paired=paired)
    assert abs(simulated - 0.8) < 3.5 * math.sqrt(0.8 * 0.2 / power._EXPERIMENTS) + 0.02


def test_formula_and_simulation_agree_where_losses_are_tame(pilot):
    formula = size_by_formula(pilot, 0.9, 0.1, paired=True)
    drawn = power.size_by_simulation(pilot, 0.9, 0.1, paired=True, least=10)
    assert drawn == pytest.approx(formula, rel=0.12)
    assert power_by_formula(pilot, formula, 0.1, paired=True) == pytest.approx(0.9)


def test_without_a_difference_the_level_is_what_is_found(pilot):
    same = dataclasses.replace(
        pilot, left=pilot.left * np.asarray([[1.0], [0.2 / 0.16]]), targets=(0.8, 0.8 + 1e-12)
    )
    found = power_by_simulation(same, 100, 0.1, paired=True, experiments=1000)
    assert found == pytest.approx(0.05, abs=0.025)  # of two sides one


def test_the_formula_of_independent_means_is_the_textbook_one():
    rng = np.random.default_rng(3)
    damage = np.ones(100_000)  # then recovered is 1 less a mean
    gaps = rng.normal([[0.3], [0.2]], [[0.5], [0.5]], (2, 100_000))
    found = size_by_formula(plan(damage, gaps, (0.7, 0.8)), 0.8, 0.05, paired=False)
    expected = 2 * (0.5 / 0.1) ** 2 * (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) ** 2
    assert found == pytest.approx(expected, rel=0.02)


@settings(max_examples=40, deadline=None)
@given(st.floats(-2, 0.95), st.floats(0.01, 2.0), st.floats(0.2, 0.98), st.floats(0.001, 0.15))
def test_harder_questions_take_more_examples(first, apart, chance, level):
    damage, gaps = population(np.random.default_rng(4), (300,))
    near = plan(damage, gaps, (first, first - apart))
    n = size_by_formula(near, chance, level, paired=True)
    assert n > 0
    assert size_by_formula(near, chance + 0.01, level, paired=True) > n
    assert size_by_formula(near, chance, level / 2, paired=True) > n
    assert power_by_formula(near, n, level, paired=True) == pytest.approx(chance, abs=1e-6)


def test_a_report_is_a_pilot():
    report = report_files.report(400)
    found = aann.sample_size(report, 0.85, 0.9, at=200, seed=1)
    assert (found.row, found.pilot, found.metric) == ("ours", 400, "kl")
    assert found.like == "ours, recalibrated"
    # Gaps are cut off at zero, hence skewed, and n is small: the formula is but roughly right.
    assert 0.5 < found.paired.simulated / found.paired.formula < 1.5
    assert found.unpaired.simulated > found.paired.simulated
    assert 0 < found.power_at[1] < found.power_at[0] <= 1
    assert [x.row for x in found.likes] == ["ours", "ours, recalibrated"]
    assert found.likes[0].correlation == pytest.approx(1)
    for words in ("80% power at 0.05 (paired)", "to tell 0.85 from 0.9 of kl", "n = 200 would"):
        assert words in str(found)
    assert json.loads(found.to_json(), parse_constant=pytest.fail)["paired"]["simulated"] > 9


def test_large_experiments_are_left_to_the_formula():
    found = aann.sample_size(report_files.report(100), 0.85, 0.8501, at=50_000)
    assert found.paired.simulated is None
    assert found.paired.formula > power.LARGEST
    assert f"n = {found.paired} examples" in str(found)
    quick = aann.sample_size(report_files.report(100), 0.85, 0.3, simulate=False)
    assert quick.paired.simulated is None
    assert 10 <= quick.paired.formula < 50


def test_all_numbers_out_of_range_are_listed():
    report = report_files.report()
    with pytest.raises(ValueError, match="power lies between 0 and 1, got 80") as error:
        aann.sample_size(
            report, 1.0, math.nan, power=80.0, level=0.0, at=9, row="a", like="b", metric="top1"
        )
    for line in (
        "level lies between 0 and 1, got 0",
        "a number below 1 here, got 1: what is left is scaled",
        "a number below 1 here, got nan",
        "an interval needs at least 10 examples, got 9",
        "no row 'a'; rows are zero, ours",
        "no row 'b'",
        "no losses of metric 'top1'; there are kl, nll",
    ):
        assert line in str(error.value)
    with pytest.raises(ValueError, match="nothing tells 0.5 from 0.5: the two must differ"):
        aann.sample_size(report, 0.5, 0.5)
    with pytest.raises(ValueError, match="power 0.05 is no more than level 0.1"):
        aann.sample_size(report, 0.5, 0.6, power=0.05, level=0.1)


def changed(report, row, losses):
    arrays = {k: x.copy() for k, x in report.arrays.items()}
    arrays["losses/kl"][row] = losses
    return dataclasses.replace(report, arrays=arrays)


def test_pilots_that_know_nothing_are_refused():
    report = report_files.report()
    intact = report.arrays["losses/kl"][-1]
    with pytest.raises(ValueError, match="is not clearly above zero: what is recovered is not id"):
        aann.sample_size(changed(report, 0, intact), 0.85, 0.9)
    with pytest.raises(ValueError, match=r"'ours': the gap to the intact model is not clearly"):
        aann.sample_size(changed(report, 1, intact), 0.85, 0.9)
    alone = changed(report, 2, intact)
    with pytest.raises(ValueError, match="no other program or fit than 'ours': name the row"):
        aann.sample_size(alone, 0.85, 0.9)
    same = aann.sample_size(alone, 0.85, 0.9, like="ours", simulate=False)
    assert same.correlation == pytest.approx(1)
    arrays = {"losses/kl": report.arrays["losses/kl"][:, :8]}
    short = dataclasses.replace(report, arrays=arrays)
    with pytest.raises(ValueError, match="at least 10 examples, got 8"):
        aann.sample_size(short, 0.85, 0.9)
