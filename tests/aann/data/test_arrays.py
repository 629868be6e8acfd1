"""Serves ``check`` too."""

import math
import re

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import aann
from aann.data.arrays import exactly

DTYPES = [
    np.bool_, np.uint8, np.int8, np.int32, np.int64, np.uint64, np.float16, np.float32, np.float64,
    ml_dtypes.bfloat16,
]  # fmt: skip


@given(st.sampled_from(DTYPES[:-1]).flatmap(lambda d: npst.arrays(d, 5)), st.sampled_from(DTYPES))
def test_a_cast_keeps_every_value_or_is_refused(values, dtype):
    """Compared as Python's own numbers, which are exact."""
    wanted = np.dtype(dtype)
    with np.errstate(all="ignore"):
        cast = values.astype(wanted)
    pairs = zip(values.tolist(), cast.tolist(), strict=True)
    kept = all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in pairs)
    if kept and not (wanted.kind in "biu" and values.dtype.kind == "f"):
        found = exactly(values, dtype, "values")
        assert (found.dtype, found.tobytes()) == (cast.dtype, cast.tobytes())  # NaN and all
    else:
        with pytest.raises(ValueError, match=rf"the model takes {wanted}.*\.astype\(np.{wanted}\)"):
            exactly(values, dtype, "values")


def test_values_that_would_be_rounded_are_named():
    expected = "2 values such as np.float64(0.1) are not exact in float32: say that you mean it"
    with pytest.raises(ValueError, match=re.escape(expected)):
        exactly(np.asarray([0.1, 0.5, 0.2]), np.float32, "inputs")
    with pytest.raises(ValueError, match="the model takes int32, of another kind: say that"):
        exactly(np.asarray([1.0]), np.int32, "tokens")


def test_what_the_user_changes_later_does_not_change_the_data():
    inputs, labels = np.arange(8.0).reshape(4, 2), np.arange(4)
    mask = np.ones((4, 3), bool)
    data = aann.from_arrays("d", inputs, labels)
    masked = aann.from_arrays("d", inputs, mask=mask)
    before, hash_before = data.load(range(4)), data.hash
    inputs[:], labels[:], mask[:] = -1.0, 0, False
    np.testing.assert_array_equal(data.load(range(4)), before)
    assert data.hash == hash_before
    assert data.labels.tolist() == [0, 1, 2, 3]
    assert masked.mask.all()
    data.load([0, 1])[:] = 7.0  # what it hands out is the caller's own
    np.testing.assert_array_equal(data.load(range(4)), before)
    for array in (data.labels, masked.mask, masked.present, data.take([0, 2]).labels):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


def test_read_only_arrays_are_not_copied(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((4, 2)))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    data = aann.from_arrays("d", mapped)
    assert any(np.shares_memory(c.cell_contents, mapped) for c in data.load.__closure__)


def test_labels_that_are_whole_numbers_in_another_dtype_are_taken():
    assert aann.from_arrays("d", np.zeros((2, 1)), [0.0, 3.0]).labels.tolist() == [0, 3]
    with pytest.raises(ValueError, match="labels are integers, got float64"):
        aann.from_arrays("d", np.zeros((2, 1)), [0.5, 3.0])


def test_what_is_no_array_of_numbers_is_refused():
    with pytest.raises(TypeError, match=r"inputs of data set 'd' are no array: .* same shape"):
        aann.from_arrays("d", [[1, 2], [3]])
    with pytest.raises(TypeError, match="inputs of data set 'd' are an array of numbers, got"):
        aann.from_arrays("d", np.asarray(["a", "b"]))
    with pytest.raises(ValueError, match="are one number"):
        aann.from_arrays("d", np.asarray(3.0))


def test_what_does_not_fit_is_reported_together():
    inputs, labels = np.zeros((3, 4)), np.asarray([[0, -1], [1, 1], [-1, 2]])
    mask = [[True, True], [False, False], [True, True]]
    with pytest.raises(ValueError, match="2 labels where the mask says padding: 0000001") as error:
        aann.from_arrays("d", inputs, labels, mask=mask, groups=[0, 1])
    assert "3 names but 2 groups" in str(error.value)
    assert "the mask leaves nothing of 0000001: leave them out" in str(error.value)
    with pytest.raises(ValueError, match=r"a mask is \(3, positions\) booleans.*got int64"):
        aann.from_arrays("d", inputs, mask=np.ones((3, 2), int))
    with pytest.raises(ValueError, match=r"a mask of shape \(3, 4\) but labels of shape \(3, 2\)"):
        aann.from_arrays("d", inputs, labels, mask=np.ones((3, 4), bool))


def test_what_is_present_is_masked_or_scored():
    labels = np.asarray([[0, -1], [1, 1]])
    inputs = np.zeros((2, 3))
    everywhere = np.ones((2, 2), bool)
    np.testing.assert_array_equal(aann.from_arrays("d", inputs, labels).present, labels != -1)
    assert aann.from_arrays("d", inputs, labels, mask=everywhere).present.all()
    assert aann.from_arrays("d", inputs, [0, 1]).present is None
    hashes = {
        aann.from_arrays("d", inputs, labels, **more).hash
        for more in ({}, {"mask": everywhere}, {"groups": [0, 1]}, {"groups": [0, 0]})
    }
    assert len(hashes) == 4
