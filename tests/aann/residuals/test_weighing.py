"""Least-squares weights with their standard errors."""

import numpy as np
import pytest

from aann.residuals.weighing import weighed


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    term = rng.normal(size=(200, 5, 2))
    left = 0.7 * term + rng.normal(size=term.shape)
    return (term * left).sum(1), (term * term).sum(1)


HALVES = [np.arange(0, 200, 2), np.arange(1, 200, 2)]


def test_weights_are_least_squares(data):
    products, squares = data
    found = weighed(products, squares, HALVES, None, per_unit=True)
    np.testing.assert_allclose(found.all, products.sum(0) / squares.sum(0))
    np.testing.assert_allclose(found.crossed[0], found.halves[1])
    np.testing.assert_allclose(found.crossed[1], found.halves[0])
    assert (np.abs(found.all - 0.7) < 4 * found.errors).all()
    np.testing.assert_allclose(found.errors, 1 / np.sqrt(1000), rtol=0.2)


def test_one_weight_for_all(data):
    products, squares = data
    found = weighed(products, squares, HALVES, None, per_unit=False)
    assert found.all.shape == found.errors.shape == (2,)
    assert found.all[0] == products.sum() / squares.sum()


def test_copies_in_one_group_do_not_count_twice(data):
    products, squares = (np.concatenate([x, x]) for x in data)
    halves = [np.arange(0, 400, 2), np.arange(1, 400, 2)]
    groups = [*range(200), *range(200)]
    once = weighed(*data, HALVES, None, per_unit=True)
    twice = weighed(products, squares, halves, groups, per_unit=True)
    np.testing.assert_allclose(twice.errors, once.errors)


def test_a_term_that_is_nothing_has_no_weight(data):
    products, squares = data
    found = weighed(products * 0, squares * 0, HALVES, None, per_unit=True)
    assert (found.all == 0).all()
    assert np.isnan(found.errors).all()
