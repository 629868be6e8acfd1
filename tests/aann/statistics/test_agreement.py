import math
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aann.statistics.agreement import DISTORTION, Part, agreement, residual_bits
from aann.statistics.each import each, kept, together
from aann.statistics.moments import agreement as pooled

RNG = np.random.default_rng(0)


def part(y, p, present=None, coordinates=0):
    sums = each(y, p, present, coordinates)
    return Part(kept(sums, y.shape[-1]), together(sums), y.shape[-1])


def found(y, p, groups=None, **more):
    return agreement([part(y, p, **more)], groups, 0.95)


def maps(n=200, units=2, *, share=0.7):
    """Natural maps of 5 x 5 positions, and a program that correlates with them by about 0.7."""
    y = RNG.normal(size=(n, 5, 5, units))
    return y, share * y + math.sqrt(1 - share**2) * RNG.normal(size=y.shape)


def test_one_example_of_200_decides_the_pooled_numbers_alone_and_the_interval_says_so():
    """A hundred times as loud as all others, where a program of noise happens to be right."""
    y, noise = maps(share=0.0)
    loud, right = maps(1, share=0.77)
    y[0], noise[0] = 100 * loud[0], 100 * right[0]
    correlation, r2, robust = found(y, noise).means
    assert correlation[0] > 0.55
    assert correlation[1] < 0
    assert correlation[2] > 0.95
    assert r2[1] < 0
    assert r2[2] > 0.9
    assert abs(robust[0]) < 0.03
    assert robust[1] < 0.01 < robust[2] + 0.03
    assert robust[2] - robust[1] < 0.06


def test_with_one_value_an_example_the_robust_one_is_spearmans():
    y, p = (x[:, 0, 0] for x in maps())
    y[0], p[0] = 1e3, 1e3
    units = found(y, p).units
    for i in range(2):
        assert units[2, i, 0] == pytest.approx(stats.spearmanr(y[:, i], p[:, i]).statistic)
    assert units[0, :, 0].min() > 0.99
    assert units[2, :, 0].max() < 0.8


def test_within_examples_it_is_the_mean_of_their_correlations():
    """Examples without anything to explain do not count, those that the program misses as 0."""
    y, p = maps(30)
    y[:5], p[5:10] = 0.25, 0.5
    each_of = [
        0.0 if i < 10 else np.corrcoef(y[i, ..., 0].ravel(), p[i, ..., 0].ravel())[0, 1]
        for i in range(5, 30)
    ]
    assert found(y, p).units[2, 0, 0] == pytest.approx(np.mean(each_of), abs=1e-6)


@pytest.mark.parametrize("groups", [None, [i // 4 for i in range(200)]], ids=["alone", "groups"])
def test_intervals_are_those_of_a_jackknife_by_brute_force(groups):
    y, p = maps()
    labels = np.arange(200) if groups is None else np.asarray(groups)
    left = []
    for label in np.unique(labels):
        a, b = y[labels != label], p[labels != label]
        r = np.mean([np.corrcoef(a[..., i].ravel(), b[..., i].ravel())[0, 1] for i in range(2)])
        s = np.mean([1 - ((a - b)[..., i] ** 2).mean() / a[..., i].var() for i in range(2)])
        left.append((r, s))
    g = len(left)
    error = np.sqrt((g - 1) / g * ((np.asarray(left) - np.mean(left, 0)) ** 2).sum(0))
    reach = error * stats.t.ppf(0.975, g - 1)
    correlation, r2, _ = found(y, p, groups).means
    middle = correlation[0]
    ends = np.tanh(np.arctanh(middle) + np.asarray([-1, 1]) * reach[0] / (1 - middle**2))
    np.testing.assert_allclose(correlation[1:], ends, rtol=1e-3)
    np.testing.assert_allclose(r2[1:], r2[0] + np.asarray([-1, 1]) * reach[1], rtol=1e-3)


def test_estimates_are_the_pooled_ones_with_coordinates_and_padding():
    y, p = RNG.normal(size=(2, 60, 6, 3, 2))
    p += y
    present = RNG.random((60, 6)) < 0.6
    r2, correlation = pooled(together(each(y, p, present, 1)), 2)
    units = found(y, p, present=present, coordinates=1).units
    np.testing.assert_allclose(units[0, :, 0], correlation, rtol=1e-6)
    np.testing.assert_allclose(units[1, :, 0], r2, rtol=1e-6)


def test_several_replacements_stand_side_by_side():
    first, second = part(*maps(40)), part(*(x[:, 0, 0] for x in maps(40, 3)))
    both = agreement([first, second], None, 0.95)
    np.testing.assert_allclose(both.units[:, :2], agreement([first], None, 0.95).units)
    np.testing.assert_allclose(both.units[:, 2:], agreement([second], None, 0.95).units)
    np.testing.assert_allclose(both.means[:, 0], both.units[..., 0].mean(1))
    alone = [agreement([x], None, 0.95).residual[0] for x in (first, second)]
    assert both.residual[0] == pytest.approx(sum(alone))


def test_the_same_is_exactly_the_same():
    y, _ = maps(30)
    same = found(y, y)
    np.testing.assert_array_equal(same.means, 1.0)
    np.testing.assert_array_equal(same.residual, 0.0)


def test_what_cannot_be_known_has_no_numbers():
    y, p = maps(30)
    assert np.isnan(found(y, np.zeros_like(y)).means[[0, 2]]).all()
    few = np.where(np.arange(30)[:, None, None, None] < 9, y, 0.0)
    sparse = found(few, p)
    assert np.isnan(sparse.units).all()
    assert np.isnan(sparse.residual).all()
    y[..., 1] = 3.0
    half = found(y, p)
    assert np.isfinite(half.units[:, 0]).all()
    assert np.isnan(half.units[:, 1]).all()
    assert np.isnan(half.means).all()
    assert np.isfinite(half.residual).all()  # what does not vary has nothing to state


@pytest.mark.parametrize(("tail", "least"), [("normal", 0.92), ("lognormal", 0.83)])
def test_intervals_cover(tail, least):
    """The truth of 100,000 examples, at n = 60; examples of very different spread."""
    rng = np.random.default_rng(5)

    def draw(n):
        y = rng.normal(size=(n, 6, 1)) + rng.normal(size=(n, 1, 1))
        p = (0.9 + 0.3 * rng.normal(size=(n, 1, 1))) * y + 0.7 * rng.normal(size=y.shape)
        size = 1.0 if tail == "normal" else np.exp(rng.normal(size=(n, 1, 1)))
        return y * size, p * size

    truth = found(*draw(100_000)).means[:, 0]
    tries = np.stack([found(*draw(60)).means for _ in range(300)])
    hits = ((tries[..., 1] <= truth) & (truth <= tries[..., 2])).mean(0)
    assert hits.min() >= least


def coded(residual, step):
    """Bits a value of a uniform quantiser's symbols: their entropy, and what zlib makes of them."""
    symbols = np.round(residual / step).astype(int)
    counts = np.unique(symbols, return_counts=True)[1] / symbols.size
    packed = zlib.compress((symbols % 256).astype(np.uint8).tobytes(), 9)
    return float(-(counts * np.log2(counts)).sum()), 8 * len(packed) / symbols.size


@pytest.mark.parametrize(("share", "above"), [(0.0, 0.27), (0.5, 0.29), (0.8, 0.36)])
def test_a_coder_needs_about_as_many_bits(share, above):
    """Uniform steps of sqrt(12 D) leave D; at high rates their entropy lies 1/4 bit above."""
    y = RNG.normal(size=40_000)
    residual = y - share * y - math.sqrt(1 - share**2) * 0.3 * RNG.normal(size=y.size)
    bits = float(residual_bits((residual**2).sum(), y.var() * y.size))
    step = math.sqrt(12 * DISTORTION * y.var())
    entropy, packed = coded(residual, step)
    left = residual - step * np.round(residual / step)
    assert (left**2).mean() == pytest.approx(DISTORTION * y.var(), rel=0.1)
    assert bits < entropy + 1e-2
    assert entropy < bits + above
    assert entropy < packed < entropy + 1.0


def test_a_sparse_residual_takes_fewer_bits_than_its_gaussian():
    y = RNG.normal(size=40_000)
    residual = np.where(RNG.random(y.size) < 0.02, 5 * RNG.normal(size=y.size), 0.0)
    entropy, _ = coded(residual, math.sqrt(12 * DISTORTION * y.var()))
    assert entropy < residual_bits((residual**2).sum(), y.var() * y.size)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_worse_programs_leave_more_bits(a, b):
    assert residual_bits(min(a, b), 7.0) <= residual_bits(max(a, b), 7.0)
    assert residual_bits(a, 0.0) == 0
    assert residual_bits(7.0, 7.0) == pytest.approx(0.5 * math.log2(100))


def test_a_program_beyond_all_bounds_has_no_numbers_and_no_warnings():
    y, p = maps(n=20)
    assert np.isnan(found(y, 1e30 * p).means[:2]).all()
