"""The variance of noise from near points, where it is known."""

import numpy as np
import pytest

from aann.residuals.gamma import nearest, noise

N = 2000


def points(dims=2, seed=0):
    return np.random.default_rng(seed).normal(size=(N, dims))


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("kind", [lambda x: x[:, 0], lambda x: np.sin(2 * x[:, 0]) * x[:, 1]])
def test_the_share_of_noise_is_found(kind, share):
    x = points()
    y = kind(x)
    y = np.sqrt(1 - share) * y / y.std() + np.sqrt(share) * np.random.default_rng(1).normal(size=N)
    found = noise(y[:, None], nearest(x, np.arange(N), 10), np.arange(N), 0.95)
    (estimate, low, high) = found.share[0]
    assert estimate == pytest.approx(share, abs=0.05)
    assert low <= estimate <= high
    assert found.first[0] > estimate - 0.06  # before it is taken to distance 0


def test_neighbours_are_of_other_groups_and_nearest_first():
    x, groups = points(), np.arange(N) // 4
    near = nearest(x, groups, 5)
    assert (groups[near.at] != groups[:, None]).all()
    assert (np.diff(near.squares, axis=1) >= 0).all()
    far = np.square(x[:100, None] - x[None]).sum(-1)
    far[groups[:100, None] == groups[None]] = np.inf
    np.testing.assert_array_equal(np.sort(near.at[:100], 1), np.sort(np.argsort(far, 1)[:, :5], 1))
    with pytest.raises(ValueError, match="5 neighbours of other groups: there are 0"):
        nearest(x[:4], np.zeros(4, int), 5)


def test_columns_of_a_unit_are_summed_and_residuals_are_about_zero():
    x = points()
    rng = np.random.default_rng(3)
    known, unknown = x[:, :1], rng.normal(size=(N, 1))
    near = nearest(x, np.arange(N), 10)
    both = noise(np.concatenate([known, unknown], 1), near, np.arange(N), 0.95, units=1)
    assert both.share.shape == (1, 3)
    assert both.share[0, 0] == pytest.approx(0.5, abs=0.05)
    off = noise(unknown + 3.0, near, np.arange(N), 0.95, about=0.0)
    assert off.share[0, 0] == pytest.approx(0.1, abs=0.02)


def test_what_does_not_vary_has_no_share():
    x = points()
    found = noise(np.ones((N, 1)), nearest(x, np.arange(N), 5), np.arange(N), 0.95)
    assert np.isnan(found.share).all()
    same = nearest(0 * x, np.arange(N), 5)
    everywhere = same._replace(at=np.random.default_rng(0).integers(0, N, same.at.shape))
    blind = noise(x[:, :1], everywhere, np.arange(N), 0.95)
    assert blind.share[0, 0] == pytest.approx(1, abs=0.1)  # all points are one: nothing is known
