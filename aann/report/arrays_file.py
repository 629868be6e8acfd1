"""``report.npz``: arrays by name in one compressed file, written and read within bounds.

Files that unpack to much more than their size are refused; what is written here is therefore not
compressed where that would shrink it so far.
"""

import math
import os
import pathlib
import zipfile
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from aann.report import archive
from aann.shown.brief import clip, word

FREE: Final = 48 * 2**20
"""Bytes that the arrays of any file may have; twice the file's size in addition."""

LARGEST_EMPTY: Final = 2**20
"""Rows of nothing take no room in a file, but who goes through them takes as long as of others."""

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LAST_LETTER: Final = 0x10FFFF


def write(file: pathlib.Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays, compressed if ``read`` takes that back.

    Raises:
        OSError: the file cannot be written.
    """
    named: Mapping[str, Any] = arrays
    np.savez_compressed(file, **named)
    if sum(np.asarray(x).nbytes for x in arrays.values()) > FREE + os.path.getsize(file):
        np.savez(file, **named)


def read(file: pathlib.Path) -> dict[str, np.ndarray]:
    """The arrays of a file.

    Raises:
        ValueError: it is truncated or altered, or holds anything but arrays of numbers and texts.
        OSError: it cannot be read.
    """
    content = file.read_bytes()
    try:
        stored = archive.opened(content)
        members = stored.infolist()
        if any(m.compress_type not in _METHODS or m.flag_bits & 1 for m in members):
            raise ValueError("its members are compressed in another way, or encrypted")
        if (size := sum(m.file_size for m in members)) > FREE + 2 * len(content):
            raise ValueError(f"its {len(content)} bytes unpack to {size}")
        if len({m.filename for m in members}) < len(members):
            raise ValueError("members have the same name")
        return {m.filename.removesuffix(".npy"): _array(stored, m) for m in members}
    except (*archive.DAMAGED, SyntaxError, TypeError) as error:
        said = clip(str(error), 200) or type(error).__name__
        raise ValueError(
            f"{file} is truncated or altered ({said}); run the evaluation again"
        ) from None


def _array(stored: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    with stored.open(member) as opened:
        array: np.ndarray = np.lib.format.read_array(opened, allow_pickle=False)
        rest = opened.read(1)
    name = word(member.filename)
    if rest or array.dtype.kind not in "biufcUS" or (array.size and not array.dtype.itemsize):
        raise ValueError(f"{name} is no array of numbers or texts")
    if not array.size and math.prod(n for n in array.shape if n) > LARGEST_EMPTY:
        raise ValueError(f"{name} is empty and has the shape {word(array.shape)}")
    if array.dtype.kind == "U" and array.size:
        letters = np.ascontiguousarray(array).reshape(-1).view(np.uint32)
        if array.dtype.byteorder == ">" or letters.max() > _LAST_LETTER:
            raise ValueError(f"{name} has letters that there are not")
    return array
