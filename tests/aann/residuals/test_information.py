"""``information`` and ``codes``: bits that are known, against those of Gaussians."""

import numpy as np
import pytest

from aann.residuals.information import gaussian_bits, known_bits
from aann.statistics.agreement import DISTORTION

N = 6000


def known(y, p, groups=None, folds=3):
    y, p = (np.asarray(x, np.float32).reshape(len(x), -1, 1) for x in (y, p))
    fold = np.arange(len(y)) % folds
    return known_bits(y, p, np.ones(y.shape[:2], bool), fold, 1, groups, 0.95)


@pytest.mark.parametrize("r2", [0.0, 0.5, 0.9, 0.97])
def test_gaussians_have_shannons_bits_and_no_more(r2):
    rng = np.random.default_rng(0)
    p = rng.normal(size=N)
    y = np.sqrt(r2) * p + np.sqrt(1 - r2) * rng.normal(size=N)
    found = known(y, p)
    true = -0.5 * np.log2(1 - r2)
    (estimate, low, high) = found.bits[0]
    assert low <= estimate <= high
    lost = 0.3 if r2 > 0.95 else 0.12  # by rounding to steps, and by what codes have to learn
    assert true - lost < estimate < true + 0.03
    assert float(gaussian_bits(np.asarray(r2))) == pytest.approx(true, abs=1e-6)
    step = np.sqrt(12 * DISTORTION)
    assert found.entropy[0] == pytest.approx(
        0.5 * np.log2(2 * np.pi * np.e) - np.log2(step), abs=0.03
    )


def test_a_unit_that_is_mostly_silent_has_few_bits():
    rng = np.random.default_rng(0)
    y = np.maximum(rng.normal(size=10 * N) - 2.0, 0.0)
    found = known(y, y)
    assert found.entropy[0] < 0.5
    assert 0.8 * found.entropy[0] < found.bits[0, 0] <= found.entropy[0] + 1e-9
    assert float(gaussian_bits(np.asarray(1.0))) > found.entropy[0]  # no bound: more than there is


def test_what_is_not_the_value_itself_may_tell_all():
    y = np.random.default_rng(0).normal(size=N)
    assert known(y, np.exp(-y)).bits[0, 0] > 2.5
    assert known(y, y**2).bits[0, 0] > 1.5  # all but the sign


def test_a_useless_prediction_costs_little():
    rng = np.random.default_rng(0)
    bits = known(rng.normal(size=300), rng.normal(size=300)).bits[0]
    assert -0.3 < bits[0] < 0.1


def test_constants_and_padding_have_no_bits():
    assert known(np.ones(50), np.ones(50)).bits[0, 0] == 0
    rng = np.random.default_rng(0)
    y = rng.normal(size=(200, 4, 1)).astype(np.float32)
    here = np.ones((200, 4), bool)
    here[:, 2:] = False
    p = y.copy()
    p[:, 2:] = 1e6
    fold = np.arange(200) % 3
    one = known_bits(y, p, here, fold, 1, None, 0.95)
    two = known_bits(y[:, :2], p[:, :2], here[:, :2], fold, 1, None, 0.95)
    np.testing.assert_allclose(one.bits, two.bits)


def test_groups_widen_the_interval():
    rng = np.random.default_rng(0)
    p = np.repeat(rng.normal(size=60), 10)
    y = p + np.repeat(0.5 * rng.normal(size=60), 10)
    alone, grouped = known(y, p), known(y, p, tuple(range(60)) and tuple(np.repeat(range(60), 10)))
    assert np.ptp(grouped.bits[0]) > 1.5 * np.ptp(alone.bits[0])
    few = known(y, p, tuple(np.arange(600) % 5))
    assert np.isnan(few.bits[0, 1:]).all()
