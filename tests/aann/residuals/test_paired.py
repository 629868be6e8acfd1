"""Gains in correlation with their paired intervals."""

import numpy as np
import pytest

from aann.residuals.paired import gain
from aann.statistics.each import each
from aann.statistics.resample import draw_means


def made(n=60, seed=0, noise=1.0):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(n, 4, 2)) + 10
    first = y + rng.normal(size=y.shape)
    return y, first, first + noise * rng.normal(size=y.shape)


def test_correlations_are_pearsons_and_intervals_like_the_bootstraps():
    y, p, q = made()
    before, after, change = gain(
        each(y, p, None, 0), each(y, q, None, 0), 2, groups=None, confidence=0.95
    )
    for u in range(2):
        for mine, x in ((before, p), (after, q)):
            assert mine[u] == pytest.approx(np.corrcoef(y[..., u].ravel(), x[..., u].ravel())[0, 1])
        assert change[u].estimate == pytest.approx(after[u] - before[u])
        sums = [
            [a.sum(1), b.sum(1), (a * a).sum(1), (b * b).sum(1), (a * b).sum(1)]
            for a, b in ((y[..., u] - 10, x[..., u] - 10) for x in (p, q))
        ]
        drawn = draw_means(np.stack([*sums[0], *sums[1]], axis=1), draws=2000)
        both = [
            (5 * 0 + 4 * xy - x * z) / np.sqrt((4 * xx - x * x) * (4 * zz - z * z))
            for x, z, xx, zz, xy in (drawn[:, :5].T, drawn[:, 5:].T)
        ]
        low, high = np.quantile(both[1] - both[0], [0.025, 0.975])
        assert change[u].high - change[u].low == pytest.approx(high - low, rel=0.2)


def test_what_is_equal_gains_nothing_for_sure():
    y, p, _ = made()
    *_, change = gain(each(y, p, None, 0), each(y, p, None, 0), 2, groups=None, confidence=0.9)
    assert [(c.estimate, c.low, c.high) for c in change] == [(0.0, 0.0, 0.0)] * 2


def test_a_constant_has_no_correlation():
    y, p, _ = made()
    flat = np.ones_like(p)
    _, after, change = gain(
        each(y, p, None, 0), each(y, flat, None, 0), 2, groups=None, confidence=0.9
    )
    assert np.isnan(after).all()
    assert not change[0].identified


def test_copies_in_one_group_do_not_count_twice():
    y, p, q = made(30)
    once = gain(each(y, p, None, 0), each(y, q, None, 0), 2, groups=None, confidence=0.9)[2]
    twice = [np.concatenate([x, x]) for x in (y, p, q)]
    groups = [*range(30), *range(30)]
    found = gain(
        each(twice[0], twice[1], None, 0), each(twice[0], twice[2], None, 0), 2,
        groups=groups, confidence=0.9,
    )[2]  # fmt: skip
    assert found[0].low == pytest.approx(once[0].low, rel=1e-6)
