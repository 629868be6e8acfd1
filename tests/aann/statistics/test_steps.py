import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aann.statistics.steps import best_steps, class_sums, gains, place_of, threshold

EXAMPLES = st.lists(st.tuples(st.integers(-4, 4), st.integers(0, 2)), min_size=1, max_size=14)


def right(values, labels, places, classes, distinct):
    steps = [threshold(distinct, p) for p in places]
    given_labels = np.asarray(classes)[np.searchsorted(steps, values, side="left")]
    return int((given_labels == labels).sum())


def by_brute_force(labels, inverse, m, most):
    """The most examples that any places of at most ``most`` steps and any classes label right."""
    best = 0
    for k in range(most + 1):
        for places in itertools.combinations(range(m + 1), k):
            interval = np.searchsorted(np.asarray(places), inverse, side="right")
            counts = [np.bincount(labels[interval == i], minlength=1).max() for i in range(k + 1)]
            best = max(best, int(sum(counts)))
    return best


@given(EXAMPLES, st.integers(1, 3))
def test_steps_are_the_best_of_all(examples, most):
    values, labels = np.array(examples).T
    distinct, sums = class_sums(values.astype(np.float32), labels, 3)
    places, classes = best_steps(sums, most)
    _, inverse = np.unique(values, return_inverse=True)
    best = by_brute_force(labels, inverse, len(distinct), most)
    assert right(values, labels, places, classes, distinct) == best
    assert list(places) == sorted({*places})
    assert all(0 < p < len(distinct) for p in places)
    assert all(a != b for a, b in itertools.pairwise(classes))


@given(EXAMPLES, st.integers(1, 3))
def test_no_step_is_there_without_need(examples, most):
    values, labels = np.array(examples).T
    _, sums = class_sums(values, labels, 3)
    places, _ = best_steps(sums, most)
    if places:
        fewer = best_steps(sums, len(places) - 1)
        assert _total(sums, *fewer) < _total(sums, *best_steps(sums, most))


def _total(sums, places, classes):
    return int(
        sums[-1, classes[-1]] + sum(gains(sums, classes)[i, p] for i, p in enumerate(places))
    )


@given(EXAMPLES, st.integers(1, 3))
def test_gains_add_up_to_what_is_right(examples, most):
    values, labels = np.array(examples).T
    distinct, sums = class_sums(values, labels, 3)
    places, classes = best_steps(sums, most)
    assert _total(sums, places, classes) == right(values, labels, places, classes, distinct)


@given(
    st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, unique=True)
)
def test_a_threshold_parts_values_in_their_own_dtype(values):
    ascending = np.unique(np.asarray(values, np.float32))
    for place in range(1, len(ascending) + 1):
        at = np.float32(threshold(ascending, place))
        assert ascending[place - 1] <= at
        assert place == len(ascending) or at < ascending[place]
        assert place_of(ascending, [float(at)]).tolist() == [place]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64])
def test_ends_lie_outside(dtype):
    values = np.asarray([2, 3], dtype)
    assert place_of(values, [threshold(values, p) for p in range(3)]).tolist() == [0, 1, 2]


def test_neighbouring_numbers_are_told_apart():
    low = np.float32(1)
    values = np.asarray([low, np.nextafter(low, np.float32(2))])
    assert threshold(values, 1) == 1.0
    assert threshold(np.asarray([-3, -2]), 1) == -3.0
