"""The Pareto front by itself, and why it is chosen on other examples than it is reported on."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aann.statistics.bootstrap import recovered
from aann.statistics.interval import Setting
from aann.sweeps.front import front

values = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([-0.5, 0.0, 0.2, 0.5, 0.9, 1.1])), max_size=12
)


@given(values)
def test_a_setting_is_on_the_front_if_no_other_beats_it(points):
    bits, worth = (np.asarray([p[i] for p in points], dtype=float) for i in (0, 1))
    found = front(bits, worth)
    for i, (b, w) in enumerate(points):
        beaten = w <= 0 or any(
            (other <= b and v >= w and (other < b or v > w)) or (other == b and v == w and j < i)
            for j, (other, v) in enumerate(points)
        )
        assert found[i] == (not beaten)


@given(values, st.integers(0, 100))
def test_order_matters_between_equals_alone(points, seed):
    points = list(dict.fromkeys(points))
    order = np.random.default_rng(seed).permutation(len(points))
    bits, worth = (np.asarray([p[i] for p in points], dtype=float) for i in (0, 1))
    np.testing.assert_array_equal(front(bits[order], worth[order]), front(bits, worth)[order])


def test_nan_is_never_on_the_front():
    assert front(np.asarray([1.0, 2, 3]), np.asarray([np.nan, 0.5, np.nan])).tolist() == [
        False, True, False,
    ]  # fmt: skip


def test_the_winner_promises_too_much_where_it_was_chosen_and_not_where_it_is_reported():
    repeats, settings, n, truth = 300, 30, 40, 0.5
    rng = np.random.default_rng(2)

    def losses():
        damage = rng.gamma(2.0, 1.0, (repeats, 1, n))
        left = (1 - truth) * damage + rng.normal(size=(repeats, settings, n))
        return left, damage

    def ratio(left, damage):
        return 1 - left.mean(-1) / damage.mean(-1)

    promised = ratio(*losses())
    bits = np.full(settings, 7.0)
    picked = np.asarray([np.flatnonzero(front(bits, row)).item() for row in promised])
    left, damage = losses()
    mine = left[np.arange(repeats), picked]
    found = recovered(np.zeros(n), mine, damage[:, 0], Setting(draws=500)).ratio
    of_picked = promised[np.arange(repeats), picked]
    assert of_picked.mean() > truth + 0.1
    error = 4 * found.estimate.std() / np.sqrt(repeats)
    assert abs(found.estimate.mean() - truth) < error < 0.03
    assert 0.91 <= ((found.low <= truth) & (truth <= found.high)).mean() <= 0.98
