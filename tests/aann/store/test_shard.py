import errno
import os
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from aann.store import shard

ARRAYS = {
    "floats": np.arange(6, dtype=np.float32).reshape(2, 3),
    "none": np.zeros((0, 3), np.int32),
    "one": np.asarray(7),
    "yes": np.asarray([True, False]),
    "half": np.asarray(jnp.asarray([1.5, -2], jnp.bfloat16)),
    "turned": np.arange(6.0).reshape(2, 3).T,
}


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "below" / "x.shard"
    shard.write(place, "key", ARRAYS)
    return place


def test_what_is_read_is_what_was_written(path):
    found = shard.read(path, "key")
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)
        assert not found[name].flags.writeable
        assert found[name].flags.aligned
    assert [p.name for p in path.parent.iterdir()] == ["x.shard"]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_array_comes_back(tmp_path_factory, data):
    kinds = st.one_of(
        arrays_of.floating_dtypes(), arrays_of.integer_dtypes(), arrays_of.boolean_dtypes()
    )
    shapes = arrays_of.array_shapes(min_dims=0, min_side=0)
    found = data.draw(st.lists(arrays_of.arrays(kinds.map(_native), shapes), max_size=4))
    path = tmp_path_factory.mktemp("shards") / "x"
    shard.write(path, "k", {str(i): x for i, x in enumerate(found)})
    for array, again in zip(found, shard.read(path, "k").values(), strict=True):
        assert array.tobytes() == again.tobytes()
        assert (array.shape, array.dtype) == (again.shape, again.dtype)


def _native(dtype):
    return np.dtype(dtype).newbyteorder("=")


def test_a_missing_file_is_no_news(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert shard.read(tmp_path / "none", "key") is None


def test_a_truncated_file_is_left_out_wherever_it_ends(path):
    content = path.read_bytes()
    for end in [*range(0, len(content), 61), len(content) - 1]:
        path.write_bytes(content[:end])
        with pytest.warns(UserWarning, match=r"x.shard is truncated or altered: computed again"):
            assert shard.read(path, "key") is None
    path.write_bytes(content + b"\0")
    with pytest.warns(UserWarning, match="truncated or altered"):
        assert shard.read(path, "key") is None


def test_a_file_with_any_byte_altered_is_left_out(path):
    content = path.read_bytes()
    for place in range(0, len(content), 29):
        path.write_bytes(content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
        with pytest.warns(UserWarning, match="truncated or altered"):
            assert shard.read(path, "key") is None


def test_the_file_of_something_else_is_left_out(path):
    with pytest.warns(UserWarning, match="was made from something else: computed again"):
        assert shard.read(path, "other key") is None


def test_what_cannot_be_read_is_left_out(tmp_path):
    with pytest.warns(UserWarning, match=r"cannot be read \(Is a directory\)"):
        assert shard.read(tmp_path, "key") is None


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_write_that_fails_keeps_the_old_file_and_says_what_was_needed(
    path, monkeypatch, function
):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, function, full)
    expected = r"cannot write [\d,]+ bytes to .*below: No space left on device, [\d,]+ are free"
    with pytest.raises(OSError, match=expected) as failed:
        shard.write(path, "key", {"new": np.zeros(3)})
    assert "run again with resume (--resume)" in str(failed.value)
    assert [p.name for p in path.parent.iterdir()] == ["x.shard"]
    assert list(shard.read(path, "key")) == list(ARRAYS)


def test_a_place_that_takes_no_files_is_an_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="cannot write .*file: "):
        shard.write(tmp_path / "file" / "x.shard", "key", ARRAYS)


def test_writers_and_readers_of_one_file_never_see_half_of_it(tmp_path):
    path = tmp_path / "x.shard"
    contents = [{"x": np.full(30_000, i)} for i in range(8)]
    shard.write(path, "key", contents[0])

    def work(i):
        shard.write(path, "key", contents[i])
        found = shard.read(path, "key")["x"]
        return bool((found == found[0]).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, list(range(8)) * 5))
    assert [p.name for p in tmp_path.iterdir()] == ["x.shard"]


def test_old_halves_are_removed_and_young_ones_are_not(path):
    old, young = path.with_name(".a.shard.1.partial"), path.with_name(".b.shard.2.partial")
    for half in (old, young):
        half.write_bytes(b"half")
    os.utime(old, (0, time.time() - 1e6))
    shard.remove_partial(path.parent.parent, time.time() - 1e5)
    assert sorted(p.name for p in path.parent.iterdir()) == [young.name, "x.shard"]
