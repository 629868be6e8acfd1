"""The rows that the linear prediction is fitted on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.evaluation import linear_rows as linear
from aann.evaluation.linear_rows import Rows


def one_batch_after_the_other(examples, batch, each, width, seed):
    """The definition: from every batch its part of the rows, with one generator for all."""
    rng = np.random.default_rng(seed)
    for start in range(0, examples, batch):
        n = min(batch, examples - start)
        enough = int(np.ceil(linear.ROWS_PER_FEATURE * width / (examples / n)))
        rows = np.arange(n * each)
        if enough < len(rows):
            rows = np.sort(rng.choice(len(rows), enough, replace=False))
        yield range(start, start + n), rows


@given(
    st.integers(1, 60), st.integers(1, 20), st.integers(1, 40), st.integers(1, 9), st.integers(0, 3)
)
def test_a_batch_that_is_a_stratum_has_its_part(examples, batch, each, width, seed):
    rows = Rows(examples, batch, seed)
    for indices, expected in one_batch_after_the_other(examples, batch, each, width, seed):
        (found,) = rows.of(indices, each, width)
        np.testing.assert_array_equal(found, expected)


@given(st.integers(1, 60), st.integers(1, 20), st.integers(1, 20), st.integers(0, 3))
def test_other_batches_have_the_same_rows(examples, stratum, batch, seed):
    each, width = 9, 3
    rows = Rows(examples, stratum, seed)
    whole = np.concatenate(rows.of(range(examples), each, width))
    found = []
    for start in range(0, examples, batch):
        indices = range(start, min(start + batch, examples))
        parts = rows.of(indices, each, width)
        assert len(parts) == len({i // stratum for i in indices})
        found.append(np.concatenate(parts) + start * each)
    np.testing.assert_array_equal(np.concatenate(found), whole)
    assert len(whole) >= min(examples * each, linear.ROWS_PER_FEATURE * width)


def test_rows_depend_on_the_seed():
    first, same, other = (Rows(50, 5, seed).of(range(50), 40, 2) for seed in (0, 0, 1))
    np.testing.assert_array_equal(np.concatenate(first), np.concatenate(same))
    assert not np.array_equal(np.concatenate(first), np.concatenate(other))
    assert len(np.concatenate(first)) == pytest.approx(2 * linear.ROWS_PER_FEATURE, abs=10)
