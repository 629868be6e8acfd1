import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.evaluation.strangers import strangers


@settings(deadline=None)
@given(st.integers(2, 5), st.integers(0, 100))
def test_no_other_permutation_without_fixed_points_is_less_alike(units, seed):
    """Against all of them."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(30, 2, units)) @ rng.normal(size=(units, units))
    p = y + rng.normal(size=y.shape)
    flat = [v.reshape(-1, units) for v in (y, p)]
    alike = np.corrcoef(*flat, rowvar=False)[:units, units:] ** 2
    order = strangers(y, p, seed)
    own = np.arange(units)
    assert sorted(order) == list(own)
    others = [o for o in map(np.asarray, itertools.permutations(own)) if (o != own).all()]
    assert (order != own).all()
    assert alike[own, order].sum() <= min(alike[own, o].sum() for o in others) + 1e-6


def test_twins_do_not_meet():
    rng = np.random.default_rng(0)
    base = rng.normal(size=(200, 3))
    y = np.stack([base[:, i // 2] + 0.1 * rng.normal(size=200) for i in range(6)], axis=1)
    order = strangers(y, y, seed=0)
    assert all(i // 2 != j // 2 for i, j in enumerate(order))


def test_of_one_unit_there_is_no_other_and_constants_are_like_nothing():
    assert strangers(np.ones((4, 1)), np.ones((4, 1)), 0).tolist() == [0]
    assert sorted(strangers(np.ones((4, 3)), np.ones((4, 3)), 0)) == [0, 1, 2]


@pytest.mark.parametrize("units", [2, 40])
def test_the_seed_picks_among_what_is_equally_good(units):
    values = np.ones((4, units))
    orders = {tuple(strangers(values, values, seed).tolist()) for seed in range(20)}
    assert (len(orders) > 1) == (units > 2)
