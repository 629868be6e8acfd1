import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.evaluation.orders import orders


def drawn(lengths, n, seed=0, **more):
    return orders(lengths, n, np.random.default_rng(seed), **more)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=2), st.integers(1, 60), st.integers(0, 9))
def test_they_differ_from_each_other_and_from_what_is(lengths, n, seed):
    found, every = drawn(lengths, n, seed)
    others = math.prod(map(math.factorial, lengths)) - 1
    assert len(found) == len(set(found)) == min(n, others)
    assert every == (others <= n)
    assert tuple(tuple(range(k)) for k in lengths) not in found
    assert all(
        sorted(o) == list(range(k)) for combo in found for o, k in zip(combo, lengths, strict=True)
    )


def test_all_are_listed_where_they_are_few():
    found, every = drawn([3], 5)
    assert every
    assert [o for (o,) in found] == list(itertools.permutations(range(3)))[1:]


def test_more_draws_begin_with_the_same_ones_and_a_seed_says_which():
    assert drawn([10, 9], 30)[0][:7] == drawn([10, 9], 7)[0]
    assert drawn([10], 7)[0] != drawn([10], 7, seed=1)[0]


@pytest.mark.parametrize("length", [4, 9], ids=["listed", "drawn"])
def test_what_looks_alike_is_taken_once(length):
    """One entry differs from all others, so that there are as many as entries."""
    value = np.eye(1, length)[0]
    found, every = drawn([length], 50, key=lambda combo: value[list(combo[0])].tobytes())
    places = {int(np.argmax(value[list(order)])) for (order,) in found}
    assert len(found) == len(places) == length - 1
    assert 0 not in places
    assert every == (length == 4)
