"""Experiments drawn from a population of losses whose truth is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.planted import trials


def population(spread, n=4_000, seed=0):
    """A report with zeroing at 1 nat, and rows that leave 0.2 and 0.4 of it."""
    rng = np.random.default_rng(seed)
    zero = 1 + spread * rng.normal(size=n)
    rows = [zero, np.zeros(n), *(left + spread * rng.normal(size=n) for left in (0.2, 0.4))]
    names = ("zero", "exact", "near", "far")
    return SimpleNamespace(
        rows=[SimpleNamespace(name=name) for name in names],
        arrays={"losses/kl": np.stack([*rows, np.zeros(n)])},
    )


@pytest.fixture(scope="module")
def found():
    return trials.trials(population(0.5), ["exact", "near", "far"], 100, 60, 0)


def test_intervals_cover_what_all_examples_give(found):
    assert (found.rows, found.intervals, found.pairs) == (120, 120, 60)
    assert 0.85 < found.covered / found.intervals <= 1
    assert abs(found.bias / found.intervals) < 0.03


def test_neighbours_are_told_apart_where_examples_suffice(found):
    assert found.told / found.pairs > 0.5
    assert found.misled == 0
    few = trials.trials(population(3.0), ["exact", "near", "far"], 30, 20, 0)
    assert few.told / few.pairs < 0.5


def test_the_wrong_order_is_seen(found):
    turned = trials.trials(population(0.5), ["exact", "far", "near"], 100, 60, 0)
    assert (turned.misled, turned.told) == (found.told, 0)
