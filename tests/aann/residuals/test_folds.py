"""Folds keep groups whole, and do not depend on the order of examples."""

import dataclasses

import noisy_toy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.residuals.folds import folds, rows_of

DESIGN = noisy_toy.design(60)


@given(st.integers(2, 20), st.integers(0, 9), st.integers(20, 60))
def test_parts_are_even_and_groups_are_whole(count, seed, groups):
    design = dataclasses.replace(DESIGN, groups=tuple(i % groups for i in range(60)))
    part = folds(design, count, seed)
    assert sorted(set(part)) == list(range(count))
    for g in range(groups):
        assert len({p for p, i in zip(part, range(60), strict=True) if i % groups == g}) == 1
    np.testing.assert_array_equal(part, folds(design, count, seed))


@given(st.permutations(range(60)), st.integers(2, 7))
def test_order_does_not_matter_and_parts_have_as_many(order, count):
    part = folds(DESIGN, count)
    np.testing.assert_array_equal(folds(DESIGN.take(order), count), part[order])
    sizes = [len(rows) for rows in rows_of(part)]
    assert sum(sizes) == 60
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("count", [2, 2.5, True, "3"])
def test_too_few_parts_are_refused(count, unchecked):
    with pytest.raises(ValueError, match="folds is how many parts there are, at least 3, got"):
        folds(DESIGN, count, fewest=3)


def test_numbers_out_of_range_are_told_together():
    with pytest.raises(ValueError, match=r"seed is a whole number, 0 or more, got -1; folds is"):
        folds(DESIGN, 1, -1)
    with pytest.raises(ValueError, match="61 folds need at least 61 examples, got 60"):
        folds(DESIGN, 61)
    grouped = dataclasses.replace(DESIGN, groups=tuple(i % 4 for i in range(60)))
    with pytest.raises(ValueError, match="5 folds need at least 5 groups, got 4"):
        folds(grouped, 5)
