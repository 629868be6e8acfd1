"""Which values agree, by brute force; ``donors`` has tests of draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from aann.scrubbing.donors import Donors
from aann.scrubbing.equivalence import (
    Anything,
    Classes,
    Equivalence,
    Nearest,
    Related,
    Same,
    Shuffled,
    Within,
)

NUMBERS = st.integers(-6, 6).map(lambda i: i / 4)
VALUES = hnp.arrays(np.float32, st.integers(1, 30), elements=NUMBERS)
PAIRS = hnp.arrays(np.float32, st.tuples(st.integers(1, 20), st.just(2)), elements=NUMBERS)


def less(a, b):
    """Not symmetric, and no value is related to itself."""
    return a[:, None] < b[None]


def weight(a, b):
    apart = np.abs(a[:, None].astype(float) - b[None])
    return (1 + apart) * 1e-200  # sums of squares would underflow


def halves(values):
    return np.floor(values)


def distance(a, b):
    return np.sqrt(
        np.square(a[:, None].astype(float) - b[None]).reshape(len(a), len(b), -1).sum(-1)
    )


KINDS = {
    "same": (Same(), lambda v: distance(v, v) == 0),
    "anything": (Anything(), lambda v: np.ones((len(v), len(v)), bool)),
    "classes": (Classes(halves), lambda v: distance(halves(v), halves(v)) == 0),
    "within": (Within(0.5), lambda v: distance(v, v) <= 0.5),
    "width 0": (Within(0.0), lambda v: distance(v, v) == 0),
    "gaussian": (Within(0.3, "gaussian"), lambda v: np.exp(-(distance(v, v) ** 2) / 2 / 0.09)),
    "related": (Related(less), lambda v: less(v, v)),
    "weighted": (Related(weight), lambda v: 1 + distance(v, v)),
}


def expected(kind, values):
    """(n, n) weights by brute force; who has nobody stands in for itself."""
    weights = np.asarray(KINDS[kind][1](values), float)
    alone = weights.max(1) == 0
    weights[alone] = np.eye(len(values))[alone]
    return weights


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(VALUES, st.integers(0, 9))
def test_every_donor_is_equivalent(kind, values, seed):
    donors, weights = KINDS[kind][0].of(values), expected(kind, values)
    rows = np.random.default_rng(seed).integers(0, len(values), 200)
    for uniform in (np.zeros(200), np.full(200, np.nextafter(1, 0)), np.linspace(0, 0.999, 200)):
        found = donors.draw(rows, uniform)
        assert (weights[rows, found] > 0).all()
    counts = np.square(weights.sum(1)) / np.square(weights).sum(1)
    np.testing.assert_allclose(donors.counts(), counts, rtol=1e-6)


@pytest.mark.parametrize("kind", [Same(), Within(0.5), Within(0.3, "gaussian")])
@settings(max_examples=15, deadline=None)
@given(PAIRS)
def test_arrays_agree_as_a_whole(kind, values):
    donors = kind.of(values)
    rows = np.repeat(np.arange(len(values)), 20)
    found = donors.draw(rows, np.tile(np.linspace(0.01, 0.99, 20), len(values)))
    apart = distance(values, values)
    reach = {"same": 0.0, "within 0.5": 0.5, "gaussian, 0.3": 1.8}[str(kind)]
    assert (apart[rows, found] <= reach).all()


@pytest.mark.parametrize(
    "values",
    [
        np.array([True, False, True]),
        np.array([2**62, 2**62 + 1, 2**62]),
        np.array(["far", "near", "far"]),
        np.array([0.0, 1.0, -0.0], np.float32),
        np.array([[1, 2], [2, 1], [1, 2]], np.int8),
    ],
    ids=["booleans", "large integers", "words", "zeros", "arrays"],
)
def test_the_same_is_the_same_in_any_dtype(values):
    np.testing.assert_array_equal(Same().of(values).counts(), [2, 1, 2])
    named = Classes(lambda v: values).of(np.zeros(3))
    np.testing.assert_array_equal(named.counts(), [2, 1, 2])


def test_an_example_is_within_its_own_window_however_numbers_round():
    values = np.array([1e8, 1e8 + 8, 0.1, 0.3], np.float32)
    np.testing.assert_array_equal(Within(1e-9).of(values).counts(), 1)
    np.testing.assert_array_equal(Within(0.2).of(np.array([1, 2], np.int64)).counts(), 1)


@settings(max_examples=15, deadline=None)
@given(hnp.arrays(np.float32, st.integers(4, 30), elements=NUMBERS), st.integers(1, 3))
def test_the_nearest_are_others_and_none_is_nearer(values, k):
    donors = Nearest(k).of(values)
    apart = distance(values, values)
    np.fill_diagonal(apart, np.inf)
    rows = np.repeat(np.arange(len(values)), 50)
    found = donors.draw(rows, np.tile(np.linspace(0, 0.99, 50), len(values)))
    assert (found != rows).all()
    assert (apart[rows, found] <= np.sort(apart, 1)[rows, k - 1]).all()
    for i in range(len(values)):
        assert len(set(found[rows == i])) == k
    np.testing.assert_array_equal(donors.counts(), k)


def test_shuffled_is_as_fine_and_knows_nothing():
    values = np.repeat(np.arange(5), np.arange(1, 6))
    kind = Shuffled(Same(), seed=1)
    assert sorted(kind.of(values).counts()) == sorted(Same().of(values).counts())
    found = kind.of(values).draw(np.tile(np.arange(15), 50), np.linspace(0, 0.99, 750))
    assert 0.1 < (values[found] == np.tile(values, 50)).mean() < 0.7
    assert str(kind) == "same, shuffled"


def test_they_say_what_they_are():
    kinds = [
        Same(),
        Anything(),
        Within(0.5),
        Within(2.0, "gaussian"),
        Classes(halves),
        Related(less),
        Nearest(),
    ]
    assert [str(k) for k in kinds] == [
        "same", "anything", "within 0.5", "gaussian, 2", "same halves", "by less", "5 nearest",
    ]  # fmt: skip
    assert all(isinstance(k, Equivalence) for k in kinds)
    assert all(isinstance(k.of(np.arange(6.0)), Donors) for k in kinds)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("width", "kernel", "message"),
    [
        (-1, "uniform", "a width is positive, got -1; Same"),
        (0, "gaussian", "a width is positive, got 0"),
        (np.nan, "uniform", "a width is a finite number, got nan"),
        (np.inf, "uniform", "a width is a finite number, got inf"),
        ("wide", "uniform", "a width is a finite number, got 'wide'"),
        (1j, "uniform", "a width is a finite number"),
        (0.1, "cosine", "kernel is 'uniform' or 'gaussian', got 'cosine'"),
        (-1, "cosine", "a width is positive.*kernel is"),
    ],
)
def test_widths_that_are_none(width, kernel, message):
    with pytest.raises(ValueError, match=message):
        Within(width, kernel)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("k", [0, 1.5, True, "3"])
def test_how_many_are_nearest(k):
    with pytest.raises(ValueError, match="the nearest are a whole number from 1 up, got"):
        Nearest(k)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (Within(1.0), np.array(["a"]), "a width needs real numbers, got <U1"),
        (Within(1.0), np.array([1j]), "a width needs real numbers, got complex128"),
        (Nearest(4), np.zeros(4), "4 examples have no 4 others to be nearest"),
        (Nearest(1), np.array(["a", "b"]), "distances need real numbers, got <U1"),
        (Classes(lambda v: 3), np.zeros(4), r"one entry an example, \(4, ...\), got shape \(\)"),
        (Classes(lambda v: v[:2]), np.zeros(4), r"got shape \(2,\)"),
        (Related(lambda a, b: a == b), np.zeros(4), r"returns shape \(4, 4\), got \(4,\)"),
        (Related(lambda a, b: -np.ones((4, 4))), np.zeros(4), "booleans or finite weights from 0"),
        (Related(lambda a, b: np.full((4, 4), np.nan)), np.zeros(4), "booleans or finite weights"),
    ],
)
def test_values_that_do_not_suit(kind, values, message):
    with pytest.raises(ValueError, match=message):
        kind.of(values).counts()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Same(), [False, True, False, True]),
        (Within(0.5), [False, False, False, True]),
        (Within(0.01, "gaussian"), [False, True, False, True]),
        (Within(0.3, "gaussian"), [False, False, False, True]),
        (Nearest(1), [False] * 4),
        (Anything(), [False] * 4),
        (Related(lambda a, b: a[:, None] == b[None] + 9), [True, True, True, False]),
    ],
)
def test_who_stands_alone(kind, expected):
    """The last relation has one stand-in for the last example, who is somebody else."""
    values = np.array([1.0, 1.5, 1.0, 10.0])
    np.testing.assert_array_equal(kind.of(values).alone(), expected)


def test_classes_that_are_nan_are_refused():
    kind = Classes(lambda values: np.where(values > 1, np.nan, 1.0))
    with pytest.raises(ValueError, match="a class is NaN, which equals nothing"):
        kind.of(np.arange(4.0))
