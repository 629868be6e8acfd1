"""The share of a squared error that goes."""

import numpy as np
import pytest

from aann.residuals.squared import gone
from aann.statistics.bootstrap import recovered
from aann.statistics.interval import Setting


def test_it_is_what_recovered_says_where_both_are_known():
    rng = np.random.default_rng(0)
    before = 1 + rng.random((200, 2))
    after = before * rng.random((200, 2))
    found = gone(before, after, Setting())
    theirs = recovered(np.zeros(200), after.T, before.T).ratio
    for u in range(2):
        ends = (found[u].estimate, found[u].low, found[u].high)
        wanted = (theirs.estimate[u], theirs.low[u], theirs.high[u])
        assert ends == pytest.approx([float(x) for x in wanted])


def test_heavy_tails_have_a_share_too():
    before = np.random.default_rng(1).normal(size=(48, 1)) ** 8
    assert gone(before, 0.5 * before, Setting())[0].estimate == pytest.approx(0.5)
    assert gone(before, 0 * before, Setting())[0].low == 1.0


def test_no_error_has_no_share():
    assert not gone(np.zeros((20, 1)), np.ones((20, 1)), Setting())[0].identified


def test_groups_go_together():
    rng = np.random.default_rng(0)
    before = rng.random((30, 1))
    after = before * rng.random((30, 1))
    once = gone(before, after, Setting())[0]
    twice = gone(
        np.concatenate([before] * 2), np.concatenate([after] * 2),
        Setting(groups=[*range(30), *range(30)]),
    )[0]  # fmt: skip
    assert twice.low == pytest.approx(once.low, abs=1e-9)
