import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.statistics.confusion import balanced, kappa, pair_counts

PAIRS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30)


@given(PAIRS)
def test_counts_are_those_of_pairs(pairs):
    first, second = np.array(pairs).T
    counts = pair_counts(first, second, 3)
    assert all(counts[i, j] == pairs.count((i, j)) for i in range(3) for j in range(3))
    np.testing.assert_array_equal(counts.T, pair_counts(second, first, 3))


def test_kappa_is_that_of_the_example_in_the_literature():
    counts = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])  # Cohen (1960), table 1, n = 200
    assert kappa(counts) == pytest.approx(0.492, abs=5e-4)


@given(PAIRS)
def test_a_labelling_agrees_wholly_with_itself_and_a_constant_knows_nothing(pairs):
    labels = np.array(pairs)[:, 0]
    same, always = pair_counts(labels, labels, 3), pair_counts(labels * 0, labels, 3)
    assert balanced(same) == 1
    assert kappa(same) == (None if len({*labels}) == 1 else pytest.approx(1))
    if len({*labels}) > 1:
        assert kappa(always) == pytest.approx(0, abs=1e-12)
        assert balanced(always) == pytest.approx((0 in labels) / len({*labels}))
