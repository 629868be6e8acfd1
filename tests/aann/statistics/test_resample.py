import numpy as np
import pytest

from aann.statistics.resample import _pair_table, draw_counts, draw_means, group_sums


def rng(seed=0):
    return np.random.Generator(np.random.SFC64(seed))


@pytest.mark.parametrize(("n", "rows"), [(2, 200_000), (7, 100_000), (40, 40_000), (501, 8_000)])
def test_counts_have_the_moments_of_a_multinomial(n, rows):
    counts = draw_counts(rng(), rows, n).astype(np.float64)
    assert (counts.sum(axis=1) == n).all()
    assert (counts >= 0).all()
    error = 5 / np.sqrt(rows)  # five standard errors of a mean of variance about 1
    np.testing.assert_allclose(counts.mean(axis=0), 1.0, atol=error)
    covariance = np.cov(counts.T)
    expected = np.eye(n) - 1 / n
    np.testing.assert_allclose(covariance, expected, atol=2.5 * error)
    assert abs(np.trace(covariance) / n - (1 - 1 / n)) < 2.5 * error / np.sqrt(n)


def test_counts_are_distributed_like_those_of_numpy():
    n, rows = 300, 20_000
    ours = np.bincount(draw_counts(rng(), rows, n).astype(int).ravel(), minlength=12)[:7]
    theirs = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), rows)
    expected = np.bincount(theirs.ravel(), minlength=12)[:7]
    # Two samples of 6e6 counts; counts of one row hardly depend on each other.
    np.testing.assert_array_less(np.abs(ours - expected), 6 * np.sqrt(2 * expected) + 6)


@pytest.mark.parametrize("n", [9, 100, 50_000])
def test_the_table_is_poisson_up_to_its_rounding(n):
    rate = max(0.0, 1 - 3 / np.sqrt(n))
    pairs = _pair_table(rate).view(np.float32).reshape(-1, 2).astype(np.float64)
    assert pairs.shape == (65536, 2)
    np.testing.assert_allclose(pairs.mean(axis=0), rate, rtol=5e-4)
    np.testing.assert_allclose(pairs.var(axis=0), rate, rtol=5e-4)
    assert abs(np.cov(pairs.T)[0, 1]) < 5e-4
    np.testing.assert_array_equal(np.sort(pairs[:, 0]), np.sort(pairs[:, 1]))


def test_drawn_means_are_those_of_resampled_rows():
    values = np.random.default_rng(1).normal(3, 2, (200, 4)) ** 3
    drawn = draw_means(values, draws=1000, seed=5)
    # The same counts, multiplied out in float64.
    (stream,) = np.random.SeedSequence(5).spawn(1)
    counts = draw_counts(np.random.Generator(np.random.SFC64(stream)), 1000, 200)
    exact = counts.astype(np.float64) @ values / 200
    tolerance = 1e-4 * values.std(axis=0) / np.sqrt(200)
    assert (np.abs(drawn - exact) < tolerance[None, :]).all()


def test_means_of_draws_and_their_spread():
    values = np.random.default_rng(2).exponential(size=(5000, 2))
    drawn = draw_means(values, draws=4000)
    error = values.std(axis=0) / np.sqrt(5000)
    np.testing.assert_allclose(drawn.mean(axis=0), values.mean(axis=0), atol=5 * error.max() / 63)
    np.testing.assert_allclose(drawn.std(axis=0), error, rtol=0.06)
    assert abs(np.corrcoef(drawn.T)[0, 1] - np.corrcoef(values.T)[0, 1]) < 0.06


def test_seed_threads_and_other_columns_do_not_matter():
    values = np.random.default_rng(3).normal(size=(20_000, 3))
    one = draw_means(values, draws=500, seed=7, threads=1)
    np.testing.assert_array_equal(one, draw_means(values, draws=500, seed=7, threads=3))
    alone = draw_means(values[:, :1], draws=500, seed=7)
    np.testing.assert_allclose(one[:, :1], alone, atol=1e-6)
    assert (one != draw_means(values, draws=500, seed=8)).any()


def test_equal_columns_have_equal_draws():
    column = np.random.default_rng(4).normal(size=1001)
    other = np.random.default_rng(5).normal(size=1001)
    drawn = draw_means(np.stack([column, other, column, 0 * column, 3 + 0 * column], 1), draws=300)
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 2])
    assert (drawn[:, 1] != drawn[:, 0]).any()
    np.testing.assert_array_equal(drawn[:, 3], 0)
    np.testing.assert_array_equal(drawn[:, 4], 3)


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_extreme_scales_survive_single_precision(scale):
    values = np.random.default_rng(6).normal(size=(100, 1))
    plain = draw_means(values, draws=200)
    np.testing.assert_allclose(draw_means(values * scale, draws=200) / scale, plain, rtol=1e-3)


def test_groups_are_resampled_whole():
    generator = np.random.default_rng(8)
    labels = np.repeat(np.arange(60), generator.integers(1, 9, 60))
    effect = generator.normal(size=60)
    values = (effect[labels] + 0.01 * generator.normal(size=len(labels)))[:, None]
    drawn = draw_means(values, draws=4000, groups=labels)
    sums, sizes = group_sums(values, labels)
    picks = np.random.default_rng(9).integers(0, 60, (20_000, 60))
    reference = sums[picks, 0].sum(axis=1) / sizes[picks].sum(axis=1)
    assert abs(drawn.std() / reference.std() - 1) < 0.06
    assert abs(drawn.mean() - reference.mean()) < 5 * reference.std() / np.sqrt(4000)
    assert drawn.std() > 1.5 * draw_means(values, draws=4000).std()


def test_groups_of_one_are_no_groups():
    values = np.random.default_rng(10).normal(size=(50, 2))
    np.testing.assert_allclose(
        draw_means(values, draws=200, groups=np.arange(50)),
        draw_means(values, draws=200),
        atol=1e-6,
    )


def test_labels_that_python_tells_apart_are_apart():
    values = np.arange(8.0)[:, None]
    pairs = [(0, 1), (1, 1), (0, 1), (0, 2), (1, 1), (0, 2), (0, 1), (1, 1)]
    sums, sizes = group_sums(values, pairs)
    np.testing.assert_array_equal(sums[:, 0], [0 + 2 + 6, 1 + 4 + 7, 3 + 5])
    np.testing.assert_array_equal(sizes, [3, 3, 2])
    sums, _ = group_sums(values, [1, "1", True, 1.0, 1, "1", True, 1.0])
    np.testing.assert_array_equal(sums[:, 0], [4, 6, 8, 10])


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match=r"one example a row.*got shape \(0, 3\)"):
        draw_means(np.zeros((0, 3)))
    with pytest.raises(ValueError, match=r"matrix.*got shape \(4,\)"):
        draw_means(np.zeros(4))
    with pytest.raises(ValueError, match=r"expected shape \(20,\), got \(19,\)"):
        draw_means(np.zeros((20, 1)), groups=range(19))
