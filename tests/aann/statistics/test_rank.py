import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aann.statistics.rank import rank, wilson


@given(st.integers(1, 300), st.data(), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_the_interval_is_that_of_scipy(n, data, confidence):
    k = data.draw(st.integers(0, n))
    theirs = stats.binomtest(k, n).proportion_ci(confidence, method="wilson")
    np.testing.assert_allclose(wilson(k, n, confidence), theirs, atol=1e-12)


@given(st.integers(1, 50), st.data())
def test_p_counts_the_value_itself(n, data):
    k = data.draw(st.integers(0, n))
    found = rank(k, n)
    assert found.p == (1 + k) / (1 + n)
    assert found.quantile == 1 - k / n
    assert 0 <= found.low <= k / n <= found.high <= 1
    exact = rank(k, n, enumerated=True)
    assert exact.low == exact.p == exact.high


def test_equal_values_rank_uniformly():
    draws = np.random.default_rng(0).normal(size=(4000, 20))
    p = [rank(int((x[1:] <= x[0]).sum()), 19).p for x in draws]
    counts = np.bincount(np.round(20 * np.asarray(p)).astype(int), minlength=21)[1:]
    assert stats.chisquare(counts).pvalue > 0.01


@pytest.mark.parametrize(("k", "n"), [(0, 0), (3, 2), (-1, 2)])
def test_what_is_no_count_is_refused(k, n):
    with pytest.raises(ValueError, match=f"of at least one draw some are as good, got {k} of {n}"):
        rank(k, n)
