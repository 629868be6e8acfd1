"""IDX files, MNIST's format: two zero bytes, a type, the number of axes, their sizes, the numbers.

The description is that of the data set's own page (yann.lecun.com/exdb/mnist). Only unsigned bytes
(type 8) are read, which is what MNIST consists of.
"""

import math
import struct
import zlib
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import UInt8

from zoo.checkpoints.content import read_bytes

UNSIGNED_BYTE: Final = 8
LARGEST: Final = 2**26
"""Bytes; MNIST's training pictures are 47 MB."""
MOST_AXES: Final = 4


def read_idx(path: str | Path) -> UInt8[np.ndarray, "..."]:
    """The numbers in an IDX file, compressed with gzip or not.

    Args:
        path: of the file.

    Returns:
        uint8, read-only, of the shape that the file declares.

    Raises:
        ValueError: it is no IDX file of unsigned bytes, or holds more or less than it declares.
        OSError: it cannot be read.
    """
    content = read_bytes(path)
    if content.startswith(b"\x1f\x8b"):
        content = _unpacked(content, path)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != UNSIGNED_BYTE:
        raise ValueError(
            f"{path} is no IDX file of unsigned bytes: it starts with {content[:4].hex(' ')}, "
            "expected 00 00 08 and the number of axes"
        )
    axes = content[3]
    if not 1 <= axes <= MOST_AXES:
        raise ValueError(f"{path} declares {axes} axes, expected 1 to {MOST_AXES}")
    start = 4 + 4 * axes
    if len(content) < start:
        raise ValueError(
            f"{path} is truncated: it declares {axes} axes, and ends before their sizes"
        )
    shape = struct.unpack(f">{axes}I", content[4:start])
    if math.prod(shape) != len(content) - start:
        raise ValueError(
            f"{path} declares {' x '.join(map(str, shape))} numbers and holds "
            f"{len(content) - start:,}: it is truncated or altered"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _unpacked(content: bytes, path: str | Path) -> bytes:
    """What a gzip file holds, up to ``LARGEST`` bytes."""
    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        found = reader.decompress(content, LARGEST)
    except zlib.error as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    if reader.unconsumed_tail:
        raise ValueError(f"{path} holds more than {LARGEST:,} bytes, which MNIST does not")
    if not reader.eof or reader.unused_data:
        raise ValueError(f"{path} is truncated, or more follows after its end")
    return found
