"""Parts of ratios: against leaving out by hand and the delta method by finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.statistics.parts import Parts, paired, unpaired


def ratio(top, bottom):
    return top.mean(axis=-1) / bottom.mean(axis=-1)


def made(rng, units):
    bottom = rng.gamma(2.0, 1.0, units)
    top = 0.3 * bottom + rng.normal(size=units)
    return top, bottom, Parts(top - ratio(top, bottom) * bottom, bottom)


def moved(rng, top, bottom, step=1e-6):
    """How much a ratio moves with the weight of each unit."""
    out = []
    for i in range(len(top)):
        weights = np.ones(len(top))
        weights[i] += step
        out.append(((weights * top).sum() / (weights * bottom).sum() - ratio(top, bottom)) / step)
    return np.asarray(out)


@given(st.integers(0, 10**6), st.integers(10, 40))
def test_leaving_out_and_the_standard_error_are_those_by_hand(seed, units):
    rng = np.random.default_rng(seed)
    top, bottom, parts = made(rng, units)
    without = [ratio(np.delete(top, i), np.delete(bottom, i)) for i in range(units)]
    np.testing.assert_allclose(parts.without() + ratio(top, bottom), without, rtol=1e-9)
    influence = moved(rng, top, bottom)
    assert float(parts.error()) == pytest.approx(np.sqrt((influence**2).sum()), rel=1e-3)


def test_spreads_are_variances_of_means():
    rng = np.random.default_rng(0)
    _, bottom, parts = made(rng, 50)
    mean, first, both, second = parts.spreads()
    assert mean == pytest.approx(bottom.mean())
    matrix = np.cov(parts.residual, bottom) / 50
    assert [first, both, second] == pytest.approx([matrix[0, 0], matrix[0, 1], matrix[1, 1]])


@pytest.mark.parametrize("same", [True, False])
def test_a_paired_difference_moves_as_its_ratios_do(same):
    rng = np.random.default_rng(1)
    top, bottom, one = made(rng, 30)
    other, below, two = made(rng, 30)
    if same:
        below = bottom
        two = Parts(other - ratio(other, bottom) * bottom, bottom)
    gap = paired(one, two)
    influence = moved(rng, top, bottom) - moved(rng, other, below)
    assert float(gap.error()) == pytest.approx(np.sqrt((influence**2).sum()), rel=1e-3)
    assert one.same(two) is same


def test_variances_of_an_unpaired_difference_add_up():
    rng = np.random.default_rng(2)
    (_, _, one), (_, _, two) = made(rng, 30), made(rng, 50)
    gap = unpaired(one, two)
    assert gap.units == 80
    assert float(gap.error()) == pytest.approx(np.hypot(one.error(), two.error()), rel=1e-9)
    assert gap.bottom.mean() == pytest.approx(1)


def test_a_damage_of_zero_makes_no_noise():
    flat = Parts(np.zeros((1, 12)), np.zeros((1, 12)))
    varied = Parts(np.ones((1, 12)) - np.arange(12) / 5.5, np.ones((1, 12)))
    for gap in (paired(flat, varied), unpaired(flat, varied)):
        assert np.isfinite(gap.residual).all()
        assert np.isfinite(gap.bottom).all()
