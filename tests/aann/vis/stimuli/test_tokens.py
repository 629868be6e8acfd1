import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aann.vis.stimuli.tokens import previous, repeated


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(2, 9), st.integers(2, 4), st.booleans(), st.integers(0, 9))
def test_what_is_predictable_has_been_seen(n, block, times, begins, seed):
    found = repeated(n, block, 12, times=times, first=3 if begins else None, seed=seed)
    assert found.tokens.shape == (n, begins + block * times)
    for row in found.tokens:
        for p in found.predictable:
            seen = np.nonzero(row[:p] == row[p])[0]
            assert len(seen)
            assert row[p + 1] == row[seen[-1] + 1]
        assert len(set(row[begins : begins + block])) == block
        if begins:
            assert list(np.nonzero(row == 3)[0]) == [0]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(3, 9), st.integers(2, 6), st.booleans(), st.integers(0, 9))
def test_sets_differ_in_one_token(n, length, choices, begins, seed):
    found = previous(n, length, 12, choices=choices, first=0 if begins else None, seed=seed)
    assert found.tokens.shape == (n, choices, length)
    for tokens, at, shown in zip(found.tokens, found.changed, found.choices, strict=True):
        differ = (tokens != tokens[:1]).any(0)
        assert list(np.nonzero(differ)[0]) == [at]
        np.testing.assert_array_equal(tokens[:, at], shown)
        assert len(set(shown)) == choices
        assert begins <= at < length - 1


def test_seeds_decide():
    assert (repeated(3, 8, 50, seed=1).tokens == repeated(3, 8, 50, seed=1).tokens).all()
    assert (repeated(3, 8, 50, seed=1).tokens != repeated(3, 8, 50, seed=2).tokens).any()


def test_problems_are_told_together():
    with pytest.raises(ValueError, match=r"n is at least 1, got 0; times is at least 2.*; a bl"):
        repeated(0, 20, 10, times=1)
    with pytest.raises(ValueError, match=r"length is at least 3.*first is a token from 0 to 9"):
        previous(1, 2, 10, first=10)
    with pytest.raises(ValueError, match="20 different choices need as many tokens, there are 10"):
        previous(1, 5, 10, choices=20)
