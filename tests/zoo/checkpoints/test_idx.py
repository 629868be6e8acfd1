import gzip
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from zoo.checkpoints.idx import LARGEST, read_idx


def encoded(array):
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


@given(hnp.arrays(np.uint8, hnp.array_shapes(max_dims=4, max_side=5)), st.booleans())
def test_what_was_written_is_read(tmp_path_factory, array, compressed):
    path = tmp_path_factory.mktemp("idx") / "x"
    content = encoded(array)
    path.write_bytes(gzip.compress(content) if compressed else content)
    found = read_idx(path)
    np.testing.assert_array_equal(found, array)
    assert not found.flags.writeable


def complaint(path):
    """What is said of a file that is not read."""
    try:
        read_idx(path)
    except ValueError as error:
        return str(error)
    return None


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_are_read_or_refused_with_one_line(tmp_path_factory, content, compressed):
    path = tmp_path_factory.mktemp("idx") / "x"
    path.write_bytes(gzip.compress(content) if compressed else content)
    problem = complaint(path)
    assert problem is None or (str(path) in problem and "\n" not in problem)


GOOD = encoded(np.arange(12, dtype=np.uint8).reshape(3, 4))


DAMAGED = [
    (b"", "no IDX file"),
    (b"\0\0\x0d" + GOOD[3:], "starts with 00 00 0d 02"),
    (GOOD[:-1], "declares 3 x 4 numbers and holds 11"),
    (GOOD + b"\0", "declares 3 x 4 numbers and holds 13"),
    (GOOD[:9], "ends before their sizes"),
    (b"\0\0\x08\xff" + b"\1" * 2000, "declares 255 axes"),
    (b"\0\0\x08\x02" + b"\xff" * 8, "declares 4294967295 x 4294967295 numbers and holds 0"),
    (gzip.compress(GOOD)[:-9], "truncated"),
    (gzip.compress(GOOD) + b"more", "more follows"),
    (b"\x1f\x8b" + b"\0" * 40, "damaged"),
    (gzip.compress(bytes(LARGEST + 1)), "holds more than 67,108,864 bytes"),
]


@pytest.mark.parametrize("which", range(len(DAMAGED)))
def test_damaged_files_are_refused(tmp_path, which):
    content, message = DAMAGED[which]
    path = tmp_path / "x.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_idx(path)
