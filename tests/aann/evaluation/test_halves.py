"""Random halves of the units."""

import math

from hypothesis import given
from hypothesis import strategies as st

from aann.evaluation.halves import halves


@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 3))
def test_splits_differ_and_either_half_is_the_others_complement(units, pairs, seed):
    found = halves(units, pairs, seed)
    size = units // 2
    every = math.comb(units, size) // (2 if units == 2 * size else 1) if size else 0
    assert len(found) == min(pairs, every)
    for half, other in found:
        assert sorted((*half, *other)) == list(range(units))
        assert len(half) == size
        assert list(half) == sorted(half)
    assert len({frozenset(split) for split in found}) == len(found)
    assert found == halves(units, pairs, seed)


def test_one_unit_has_no_halves():
    assert halves(1, 5, 0) == []


def test_every_unit_is_in_the_first_half_equally_often():
    first = [half for seed in range(600) for half, _ in halves(5, 1, seed)]
    counts = [sum(i in half for half in first) for i in range(5)]
    assert max(abs(count - 240) for count in counts) < 50


def test_many_units_are_drawn_and_not_listed():
    assert len(halves(512, 4, 1)) == 4
