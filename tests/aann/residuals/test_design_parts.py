"""Design examples in parts."""

import numpy as np
import pytest
import residual_toy as toy

import aann
from aann.residuals.design_parts import check_design, folds_of


def test_parts_are_all_examples_once():
    parts = folds_of(toy.examples(), 5, 0)
    assert sorted(np.concatenate(parts)) == list(range(48))
    assert {len(p) for p in parts} == {9, 10}


def test_groups_are_kept_whole():
    groups = [i % 7 for i in range(48)]
    parts = folds_of(toy.examples(groups=groups), 3, 1)
    for group in range(7):
        assert sum(group in {groups[i] for i in part} for part in parts) == 1


def test_nothing_but_design_is_fitted_on():
    with pytest.raises(TypeError, match="upstream fits .* got the 'heldout' part of 'x'"):
        check_design(aann.held_out(aann.from_arrays("x", np.zeros((3, 2)))), "upstream")


@pytest.mark.parametrize(
    ("folds", "seed", "message"),
    [(1, 0, "at least 2, got 1"), (2, -1, "seed is a whole number"), (50, 0, "at least 50 exam")],
)
def test_numbers_out_of_range(folds, seed, message):
    with pytest.raises(ValueError, match=message):
        folds_of(toy.examples(), folds, seed)
