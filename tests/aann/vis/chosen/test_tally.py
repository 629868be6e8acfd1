import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.vis.chosen import tally as of_tally
from aann.vis.chosen.edges import BINS, bins_of
from aann.vis.chosen.pool import priorities
from aann.vis.chosen.tally import Tally

EXAMPLES, POSITIONS, COLUMNS = 9, 6, 2


def numbers(seed):
    """Many are zero, and many alike."""
    rng = np.random.default_rng(seed)
    return np.maximum(rng.integers(-4, 4, (EXAMPLES, POSITIONS, COLUMNS)), -2).astype(np.float32)


NAMES = [f"example {i}" for i in range(EXAMPLES)]


def gone_through(values, sizes, n=4, per_example=1, present=None, order=None):
    tally = Tally(COLUMNS, n, per_example, seed=3)
    order = list(range(EXAMPLES)) if order is None else order
    start = 0
    for size in sizes:
        at = order[start : start + size]
        tally.add(values[at], [NAMES[i] for i in at], at, None if present is None else present[at])
        start += size
    return tally.arrays()


def same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 50), st.integers(1, 4), st.integers(1, EXAMPLES), st.integers(1, 5))
def test_batches_and_their_order_change_nothing(seed, per_example, size, n):
    values = numbers(seed)
    whole = gone_through(values, [EXAMPLES], n, per_example)
    sizes = [size] * (EXAMPLES // size) + [EXAMPLES % size] * bool(EXAMPLES % size)
    same(gone_through(values, sizes, n, per_example), whole)
    order = np.random.default_rng(seed).permutation(EXAMPLES).tolist()
    same(gone_through(values, sizes, n, per_example, order=order), whole)


def test_the_strongest_are_those_of_sorting():
    values = np.random.default_rng(0).normal(size=(EXAMPLES, POSITIONS, COLUMNS))
    values = values.astype(np.float32)
    found = gone_through(values, [4, 5])
    for column in range(COLUMNS):
        best = values[:, :, column].max(axis=1)
        order = np.argsort(-best)[:4]
        here = found["top/group"] == column
        assert found["top/example"][here].tolist() == order.tolist()
        np.testing.assert_array_equal(found["top/value"][here], best[order])
        at = values[order, :, column].argmax(axis=1)
        assert found["top/position"][here].tolist() == at.tolist()
        worst = np.sort(values[:, :, column].min(axis=1))[:4]
        np.testing.assert_array_equal(found["bottom/value"][found["bottom/group"] == column], worst)


def test_counts_and_moments_are_exact():
    values = numbers(1)
    found = gone_through(values, [2, 7])
    for column in range(COLUMNS):
        here = values[:, :, column]
        np.testing.assert_array_equal(
            found["counts"][column], np.bincount(bins_of(here).ravel(), minlength=BINS)
        )
        assert (found["low"][column], found["high"][column]) == (here.min(), here.max())
        assert found["total"][column] == here.sum()


def test_padding_is_left_out():
    values, present = numbers(2), np.arange(POSITIONS) < np.arange(1, EXAMPLES + 1)[:, None]
    found = gone_through(np.where(present[:, :, None], values, 99), [3, 6], present=present)
    assert found["counts"].sum(axis=1).tolist() == [present.sum()] * COLUMNS
    assert found["high"].max() < 99
    for pool in ("top", "bottom", "sample"):
        assert present[found[f"{pool}/example"], found[f"{pool}/position"]].all()


def test_a_sample_of_a_bin_is_the_first_by_priority():
    values = numbers(4)
    found = gone_through(values, [EXAMPLES], n=100, per_example=100)
    assert len(found["sample/value"]) == values.size  # everything fits
    few = gone_through(values, [EXAMPLES], n=2, per_example=100)
    drawn = priorities("3 sample", NAMES, POSITIONS)
    zeros = np.sort(drawn[values[:, :, 0] == 0])[:2]
    here = (few["sample/value"] == 0) & (few["sample/group"] < BINS)
    np.testing.assert_array_equal(few["sample/priority"][here], zeros)


def test_parts_of_the_data_are_put_together():
    values = numbers(5)
    halves = [Tally(COLUMNS, 4, 1, seed=3) for _ in range(2)]
    halves[0].add(values[:4], NAMES[:4], range(4))
    halves[1].add(values[4:], NAMES[4:], range(4, EXAMPLES))
    whole = Tally(COLUMNS, 4, 1, seed=3)
    for half in halves:
        whole.merge(half.arrays())
    same(whole.arrays(), gone_through(values, [EXAMPLES]))


def test_large_batches_are_taken_in_pieces(monkeypatch):
    values = numbers(6)
    whole = gone_through(values, [EXAMPLES])
    monkeypatch.setattr(of_tally, "CHUNK", 2 * POSITIONS * COLUMNS)
    same(gone_through(values, [EXAMPLES]), whole)


@pytest.mark.parametrize("pools", [("top",), ("sample",), ("top", "bottom")])
def test_only_what_is_wanted_is_kept(pools):
    tally = Tally(COLUMNS, 3, 1, seed=0, pools=pools)
    tally.add(numbers(0), NAMES, range(EXAMPLES))
    kept = {name.partition("/")[0] for name in tally.arrays() if "/" in name}
    assert kept == set(pools)
