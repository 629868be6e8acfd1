import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.statistics.bootstrap import recovered
from aann.statistics.interval import Setting
from aann.statistics.wider import wider

SIZES = st.floats(0, 1)


@given(SIZES, SIZES, SIZES, st.integers(0, 9))
def test_it_holds_the_given_interval_and_grows_with_the_spread(below, above, scale, seed):
    draws = np.random.default_rng(seed).normal(size=12)
    found = wider(0.8, 0.8 - below, 0.8 + above, 0.8 + scale * draws)
    more = wider(0.8, 0.8 - below, 0.8 + above, 0.8 + 2 * scale * draws)
    assert more.low <= found.low <= 0.8 - below + 1e-12
    assert 0.8 + above - 1e-12 <= found.high <= more.high
    np.testing.assert_allclose(found.deviation, np.std(scale * draws, ddof=1), atol=1e-12)


def test_equal_fits_add_nothing():
    assert wider(0.8, 0.5, 0.9, [0.7] * 6)[:2] == (pytest.approx(0.5), pytest.approx(0.9))
    assert wider(0.8, 0.5, 0.9, [0.9441] * 6).deviation == 0


def test_without_chance_in_examples_it_is_students():
    found = wider(0.8, 0.8, 0.8, np.arange(20.0))
    assert found.high - 0.8 == pytest.approx(2.093 * np.std(np.arange(20.0), ddof=1), rel=1e-3)


def test_few_fits_are_refused():
    with pytest.raises(ValueError, match="the spread of fits needs at least 5 of them, got 4"):
        wider(0.8, 0.7, 0.9, [0.7] * 4)


def test_it_covers_what_the_procedure_recovers_and_the_narrow_one_does_not():
    """A regression on 30 design examples of five numbers each, reported on 300 others."""
    rng = np.random.default_rng(0)
    truth = np.ones(5) / np.sqrt(5)

    def examples(n):
        x = rng.normal(size=(n, 5))
        return x, x @ truth + 0.7 * rng.normal(size=n)

    def fit(x, y):
        return np.linalg.lstsq(x, y, rcond=None)[0]

    fits = np.asarray([fit(*examples(30)) for _ in range(4000)])
    # Of a fit w the mean loss is the noise's and |w - truth|^2, as inputs are independent.
    recovers = 1 - (0.49 + ((fits - truth) ** 2).sum(1).mean()) / (1 + 0.49)
    narrow, wide, n = 0, 0, 200
    for seed in range(n):
        (x, y), (at, answer) = examples(30), examples(300)
        losses = [(answer - at @ fit(x[i], y[i])) ** 2
                  for i in (np.arange(30), *rng.integers(30, size=(20, 30)))]  # fmt: skip
        zero = answer**2
        ratio = recovered(0 * zero, losses[0], zero, Setting(draws=300, seed=seed)).ratio
        given_fit = float(ratio.low), float(ratio.high)
        draws = [1 - x.mean() / zero.mean() for x in losses[1:]]
        found = wider(float(ratio.estimate), *given_fit, draws)
        narrow += given_fit[0] <= recovers <= given_fit[1]
        wide += found.low <= recovers <= found.high
    assert narrow / n < 0.85
    assert wide / n > 0.93
