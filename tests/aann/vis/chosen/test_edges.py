import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aann.vis.chosen.edges import BINS, EDGES, ZERO, bins_of, ends_of, quantile_bins

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False)


def test_edges_ascend_and_are_alike_on_both_sides():
    assert (np.diff(EDGES) > 0).all()
    np.testing.assert_array_equal(EDGES[: ZERO - 1], -EDGES[ZERO + 1 :][::-1])
    assert EDGES.dtype == np.float32


@given(FLOATS)
def test_a_value_lies_between_the_ends_of_its_bin(value):
    (at,) = bins_of(np.asarray([value], np.float32)).tolist()
    low, high = ends_of(at, at)
    assert low <= value < high
    assert (at == ZERO) == (value == 0)
    assert 0 <= at < BINS


@given(st.lists(FLOATS, min_size=1, max_size=60), st.integers(1, 6))
def test_parts_hold_all_but_zeros_once_and_in_order(values, parts):
    found = bins_of(np.asarray(values, np.float32))
    counts = np.bincount(found, minlength=BINS)
    bins = quantile_bins(counts, parts)
    assert len(bins) <= parts
    held = [at for low, high in bins for at in range(low, high + 1) if at != ZERO]
    assert len(held) == len(set(held))
    assert held == sorted(held)
    assert counts[held].sum() == (np.asarray(values, np.float32) != 0).sum()


def test_parts_are_even_where_values_are_spread():
    values = np.random.default_rng(0).lognormal(0, 2, 20_000).astype(np.float32)
    counts = np.bincount(bins_of(values), minlength=BINS)
    bins = quantile_bins(counts, 5)
    shares = [counts[low : high + 1].sum() / len(values) for low, high in bins]
    np.testing.assert_allclose(shares, 0.2, atol=0.02)


def test_where_all_is_zero_there_are_no_parts():
    assert quantile_bins(np.bincount([ZERO] * 7, minlength=BINS), 5) == []
