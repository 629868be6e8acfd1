"""Draws have the distribution that they claim, and do not depend on how they are asked for."""

import numpy as np
import pytest
from scipy.stats import chisquare

from aann.scrubbing import donors
from aann.scrubbing.donors import FAR, Near, Weighted
from aann.scrubbing.equivalence import Related, Same, Within

RNG = np.random.default_rng(0)
VALUES = np.round(RNG.normal(size=40), 1)


def gaussian(values, width):
    return np.exp(-np.square(values[:, None] - values[None]) / (2 * width**2))


def steps(a, b):
    return np.abs(a[:, None] - b[None]) * (a[:, None] < b[None] + 0.3)


KINDS = {
    "same": (Same(), VALUES[:, None] == VALUES[None]),
    "within": (Within(0.35), np.abs(VALUES[:, None] - VALUES[None]) <= 0.35),
    "gaussian": (Within(0.2, "gaussian"), gaussian(VALUES, 0.2)),
    "weights": (Related(steps), steps(VALUES, VALUES)),
}


@pytest.mark.parametrize("chunk", [donors.CHUNK, 100])
@pytest.mark.parametrize("kind", KINDS)
def test_draws_have_their_weights(kind, chunk, monkeypatch):
    """Chi-square against the weights of all pairs; seeds are fixed."""
    monkeypatch.setattr(donors, "CHUNK", chunk)
    equivalence, weights = KINDS[kind]
    drawn, each = equivalence.of(VALUES), 3000
    rows = np.repeat(np.arange(len(VALUES)), each)
    found = drawn.draw(rows, np.random.default_rng(1).random(len(rows))).reshape(-1, each)
    for i, given in enumerate(weights.astype(float)):
        mine = given if given.sum() else np.eye(len(VALUES))[i]
        expected = each * mine / mine.sum()
        counts = np.bincount(found[i], minlength=len(VALUES))
        often = expected >= 5
        rare = counts[~often].sum()
        assert abs(rare - expected[~often].sum()) < 5 * np.sqrt(expected[~often].sum()) + 1
        if often.sum() > 1:
            p = chisquare(
                counts[often], expected[often] * counts[often].sum() / expected[often].sum()
            )
            assert p.pvalue > 1e-5


@pytest.mark.parametrize("kind", KINDS)
def test_a_draw_depends_on_its_own_row_and_number_alone(kind, monkeypatch):
    drawn = KINDS[kind][0].of(VALUES)
    rows = RNG.integers(0, len(VALUES), 300)
    uniform = RNG.random(300)
    together = drawn.draw(rows, uniform)
    order = RNG.permutation(300)
    np.testing.assert_array_equal(drawn.draw(rows[order], uniform[order]), together[order])
    monkeypatch.setattr(donors, "CHUNK", 100)
    np.testing.assert_array_equal(drawn.draw(rows, uniform), together)


def test_a_gaussian_of_few_neighbours_is_that_of_all():
    near = Within(0.1, "gaussian").of(VALUES)
    assert isinstance(near, Near)
    whole = Weighted(VALUES[:, None], Within(0.1, "gaussian")._weights)
    np.testing.assert_allclose(near.counts(), whole.counts(), rtol=1e-6)
    assert 2 * 40 * np.exp(-(FAR**2) / 2) < 1e-5


def test_equal_donors_on_a_large_set_in_a_moment():
    """No pair is looked at that is not near: 200,000 examples."""
    values = RNG.normal(size=200_000)
    for kind in (Same(), Within(0.01), Within(1e-4, "gaussian")):
        drawn = kind.of(values)
        rows = np.arange(len(values))
        found = drawn.draw(rows, RNG.random(len(values)))
        assert np.abs(values[found] - values).max() < 0.011
