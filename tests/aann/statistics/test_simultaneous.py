"""Simultaneous intervals: laws, the normal case by theory, and coverage in simulation."""

import numpy as np
import pytest
from scipy import stats

from aann.statistics.bootstrap import mean_interval, recovered
from aann.statistics.interval import Setting
from aann.statistics.simultaneous import simultaneous


def test_of_one_row_they_are_about_its_own_and_of_equal_rows_too():
    values = np.random.default_rng(0).normal(size=(1, 200))
    one = simultaneous(mean_interval(values))
    alone = mean_interval(values)
    assert one.low[0] <= alone.low[0] < alone.high[0] <= one.high[0]
    assert one.high[0] - one.low[0] == pytest.approx(alone.high[0] - alone.low[0], rel=0.05)
    many = simultaneous(mean_interval(np.repeat(values, 20, axis=0)))
    np.testing.assert_array_equal(many.low, np.full(20, one.low[0]))


def test_of_independent_normal_rows_they_are_sidaks():
    values = np.random.default_rng(1).normal(size=(12, 2000))
    found = simultaneous(mean_interval(values))
    reach = (found.high - found.low) / 2 / (values.std(axis=1) / np.sqrt(2000))
    sidak = stats.norm.ppf((1 + 0.95 ** (1 / 12)) / 2)
    np.testing.assert_allclose(reach, sidak, rtol=0.03)


def test_they_hold_for_all_rows_together():
    rows, n, repeats = 8, 100, 300
    rng = np.random.default_rng(2)
    shared = rng.normal(size=(1, repeats, n))
    values = shared + rng.normal(size=(rows, repeats, n))
    alone = mean_interval(values, Setting(draws=500))
    together = simultaneous(alone)

    def all_hold(found):
        return ((found.low <= 0) & (found.high >= 0)).all(axis=0).mean()

    assert all_hold(alone) < 0.85
    assert 0.92 <= all_hold(together) <= 0.985


def test_what_is_not_identified_stays_so_and_disturbs_nobody():
    rng = np.random.default_rng(3)
    hurt = np.stack([rng.gamma(4.0, size=100), rng.normal(size=100)])
    left = 0.2 * hurt + 0.1 * rng.normal(size=(3, 2, 100))
    found = recovered(np.zeros((2, 100)), left, hurt).ratio
    many = simultaneous(found)
    np.testing.assert_array_equal(many.identified, found.identified)
    assert found.identified[:, 0].all()
    assert not found.identified[:, 1].any()
    assert (many.low[:, 0] <= found.low[:, 0]).all()
    with pytest.raises(ValueError, match="several rows, got one"):
        simultaneous(found[0, 0])
