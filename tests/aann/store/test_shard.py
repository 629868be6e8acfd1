import errno
import hashlib
import json
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


ENTRY = ["x", "float32", [2], 0, 8]
ODD = {
    "no object": [1],
    "no key": {"arrays": [ENTRY]},
    "no arrays": {"key": "key"},
    "arrays that are none": {"key": "key", "arrays": 3},
    "an entry that is short": {"key": "key", "arrays": [ENTRY[:3]]},
    "a name that is none": {"key": "key", "arrays": [[[1], *ENTRY[1:]]]},
    "an unknown dtype": {"key": "key", "arrays": [["x", "float33", [2], 0, 8]]},
    "objects": {"key": "key", "arrays": [["x", "object", [1], 0, 8]]},
    "another shape": {"key": "key", "arrays": [["x", "float32", [3], 0, 8]]},
    "a negative shape": {"key": "key", "arrays": [["x", "float32", [-1], 0, 8]]},
    "a huge shape": {"key": "key", "arrays": [["x", "float32", [2**70, 0], 0, 0]]},
    "a place outside": {"key": "key", "arrays": [["x", "float32", [2], 4096, 8]]},
    "a place before": {"key": "key", "arrays": [["x", "float32", [2], -64, 8]]},
    "a size that is none": {"key": "key", "arrays": [["x", "float32", [2], 0, "8"]]},
}


def with_header(text, length=None):
    """A shard with a good checksum."""
    length = len(text) if length is None else length
    rest = length.to_bytes(8, "little") + text + bytes(64)
    return b"aann\x00sh1" + hashlib.sha256(rest).digest() + rest


@pytest.mark.parametrize("case", ODD)
def test_a_good_checksum_and_an_odd_header_is_left_out(tmp_path, case):
    path = tmp_path / "x.shard"
    path.write_bytes(with_header(json.dumps(ODD[case]).encode().ljust(80)))
    with pytest.warns(UserWarning, match="has a header that says nothing of its content"):
        assert shard.read(path, "key") is None


@settings(deadline=None)
@given(st.binary(max_size=40), st.integers(0, 2**64 - 1) | st.none())
def test_any_header_is_left_out(tmp_path_factory, text, length):
    path = tmp_path_factory.getbasetemp() / "any.shard"
    path.write_bytes(with_header(text, length))
    with pytest.warns(UserWarning, match="computed again"):
        assert shard.read(path, "key") is None


def test_a_nested_header_is_left_out(path):
    path.write_bytes(with_header(b"[" * 100_000))
    with pytest.warns(UserWarning, match="has a header that says nothing"):
        assert shard.read(path, "key") is None


def test_links_and_pipes_are_left_out_and_replaced(tmp_path, path):
    for i, place in enumerate(("nowhere", path, "/dev/zero")):
        link = tmp_path / f"{i}.shard"
        link.symlink_to(place)
        with pytest.warns(UserWarning, match="cannot be read .*: computed again"):
            assert shard.read(link, "key") is None
        shard.write(link, "key", {"new": np.zeros(3)})
        assert list(shard.read(link, "key")) == ["new"]
    assert list(shard.read(path, "key")) == list(ARRAYS)
    os.mkfifo(tmp_path / "pipe")
    with pytest.warns(UserWarning, match=r"cannot be read \(it is no regular file\)"):
        assert shard.read(tmp_path / "pipe", "key") is None


def test_a_half_that_another_process_takes_for_old_is_written_again(path, monkeypatch):
    replace, taken = os.replace, []

    def race(half, place):
        if not taken:
            taken.append(half)
            shard.remove_partial(path.parent, time.time() + 1e9)  # its clock is ahead
        replace(half, place)

    monkeypatch.setattr(os, "replace", race)
    shard.write(path, "key", {"new": np.zeros(3)})
    assert taken
    assert list(shard.read(path, "key")) == ["new"]


def test_folders_are_the_users_alone(path):
    assert path.parent.stat().st_mode & 0o777 == 0o700
