import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aann.statistics.indices import as_indices, is_count

MASK = np.array([True, False, True, False])


@pytest.mark.parametrize(
    "form",
    [
        [0, 2], (0, 2), range(0, 4, 2), iter([0, 2]),
        {0: "a", 2: "b"},
        np.where(MASK), np.nonzero(MASK), np.argwhere(MASK), np.flatnonzero(MASK),
        jnp.where(MASK), jnp.asarray([0, 2]), np.array([0, 2], np.uint8), [[0], [2]],
        [0.0, 2.0], np.array([0, 2], np.float32), [np.int64(0), np.int32(2)],
        np.array([0, 2], object),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [None, 4])
def test_forms_that_say_the_same(form, size):
    if hasattr(form, "__next__"):
        form = iter([0, 2])  # one serves once
    found = as_indices(form, "units", size)
    assert found == (0, 2)
    assert all(type(i) is int for i in found)


@pytest.mark.parametrize("one", [3, 3.0, np.int16(3), np.array(3), np.where([0, 0, 0, 1]), [3]])
def test_one_index(one):
    assert as_indices(one, "units") == (3,)


def test_masks_slices_and_negative_ones_need_the_size():
    assert as_indices(MASK, "examples", 4) == (0, 2)
    assert as_indices(MASK.tolist(), "examples", 4) == (0, 2)
    assert as_indices(slice(1, None), "examples", 4) == (1, 2, 3)
    assert as_indices([-1, 0], "examples", 4) == (3, 0)
    assert as_indices([-1, 9, 9], "units") == (-1, 9, 9)
    assert as_indices([], "units", 4) == as_indices(np.array([]), "units") == ()
    assert as_indices(np.zeros(4, bool), "units", 4) == ()


@pytest.mark.parametrize(
    ("form", "size", "message"),
    [
        (MASK, None, r"got a mask of 4 booleans: pass np.flatnonzero\(mask\)"),
        ([False, True], 4, "a mask of units has one boolean each, 4, got 2"),
        ([True, 2], 4, "both integers and booleans"),
        (True, 4, r"got \[True\]: pass their numbers"),
        ([1.5, 2.7], 4, r"got \[1.5\]: pass their numbers"),
        ([np.nan], 4, r"got \[nan\]"),
        ([np.inf], None, r"got \[inf\]"),
        ([1j], None, "pass their numbers"),
        (["a"], None, r"got \['a'\]"),
        ("12", None, "got '12'"),
        (None, 4, "got None"),
        ({3, 1}, 4, r"sorted\(...\) of a set"),
        (slice(2), None, r"got a slice: use range\(start, stop\)"),
        ([[1, 2]], 4, r"got an array of shape \(1, 2\): pass one axis"),
        (np.where(np.ones((2, 2))), 4, r"shape \(2, 4\)"),
        ([[1], [1, 2]], 4, r"got \[\[1\]\]: pass their numbers"),
        ([4, -5, 0], 4, r"units are 0 to 3, got \[4, -5\]"),
        (object(), 4, "got"),
    ],
)
def test_what_could_mean_two_things_is_refused(form, size, message):
    with pytest.raises(ValueError, match=message):
        as_indices(form, "units", size)


@given(st.lists(st.integers(-(2**70), 2**70)))
@example([2**63 + 1, -1])
def test_any_integers_are_kept_as_they_are(given):
    assert as_indices(given, "units") == tuple(given)


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.integers(-n, n - 1)))))
def test_numpy_indexing_agrees(case):
    size, given = case
    rows = np.arange(size)
    assert as_indices(given, "units", size) == tuple(rows[np.asarray(given, int)].tolist())


@pytest.mark.parametrize("value", [1, 7, np.int64(3), np.uint8(200)])
def test_counts(value):
    assert is_count(value)


@pytest.mark.parametrize("value", [0, -1, True, "3", 2.5, 2.0, None, np.int64(0)])
def test_what_is_no_count(value):
    assert not is_count(value)
