import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from aann.statistics.ranks import distribution, rank_correlation

RNG = np.random.default_rng(1)
Y = RNG.normal(size=(200, 1, 3))
P = Y + RNG.normal(size=Y.shape)


@pytest.mark.parametrize("decimals", [9, 0], ids=["no ties", "ties"])
def test_it_is_scipys(decimals):
    y, p = np.round(Y, decimals), np.round(P, decimals)
    expected = [spearmanr(y[:, 0, i], p[:, 0, i]).statistic for i in range(3)]
    np.testing.assert_allclose(rank_correlation(y, p).estimate, expected, rtol=1e-12)


@pytest.mark.parametrize("decimals", [9, 0], ids=["no ties", "ties"])
def test_influences_are_what_leaving_an_example_out_does(decimals):
    """Ranks of all the others are anew each time."""
    y, p = np.round(Y[..., :1], decimals), np.round(P[..., :1], decimals)
    found = rank_correlation(y, p)
    n = len(y)
    left = np.asarray(
        [spearmanr(np.delete(y.ravel(), i), np.delete(p.ravel(), i)).statistic for i in range(n)]
    )
    moved = (n - 1) * (found.estimate - left)
    np.testing.assert_allclose(found.influence[:, 0], moved - moved.mean(), atol=0.05)
    assert np.corrcoef(found.influence[:, 0], moved)[0, 1] > 0.999
    np.testing.assert_allclose(found.influence.mean(0), 0, atol=1e-12)


@given(st.floats(1, 1e3), st.floats(-1e3, 1e3))
def test_only_the_order_counts(scale, shift):
    same = rank_correlation(np.exp(Y), scale * P + shift)
    np.testing.assert_allclose(same.estimate, rank_correlation(Y, P).estimate, atol=1e-3)


def test_coordinates_are_pooled_and_constants_have_none():
    both = np.concatenate([Y, Y], axis=1)
    found = rank_correlation(both, np.concatenate([Y, -Y], axis=1))
    np.testing.assert_allclose(found.estimate, 0, atol=1e-12)
    none = rank_correlation(Y, np.ones_like(Y))
    assert np.isnan(none.estimate).all()
    np.testing.assert_array_equal(none.influence, 0)


def test_ranks_are_about_their_mean():
    np.testing.assert_allclose(distribution(Y).mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(distribution(np.asarray([3.0, 1.0, 3.0])), [1 / 6, -1 / 3, 1 / 6])
