from benchmarks.correlations import covered


def test_robust_intervals_hold_where_pooled_ones_of_loud_examples_fall_short():
    (alike, lognormal, _) = covered((60,), 200)
    assert all(90 < x < 99 for x in alike.values())
    pooled, _, robust = lognormal.values()
    assert pooled < robust
    assert 90 < robust < 99
