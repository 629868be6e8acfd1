"""Folds keep groups whole."""

import dataclasses

import noisy_toy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.residuals.folds import folds

DESIGN = noisy_toy.design(60)


@given(st.integers(3, 20), st.integers(0, 9), st.integers(20, 60))
def test_parts_are_even_and_groups_are_whole(count, seed, groups):
    design = dataclasses.replace(DESIGN, groups=tuple(i % groups for i in range(60)))
    part = folds(design, count, seed)
    assert sorted(set(part)) == list(range(count))
    for g in range(groups):
        assert len({p for p, i in zip(part, range(60), strict=True) if i % groups == g}) == 1
    np.testing.assert_array_equal(part, folds(design, count, seed))


@pytest.mark.parametrize("count", [2, 61, 2.5, True, "3"])
def test_too_few_or_too_many_are_refused(count, unchecked):
    with pytest.raises(ValueError, match=r"folds is a whole number from 3 .* to 20, got"):
        folds(DESIGN, count, 0)
