"""MNIST's pictures and digits in their canonical order, from wherever they are to be had.

The mirror has the IDX files (of the training pictures the first 10,000); elsewhere they come
through tensorflow-datasets, which shuffles them. ``order.npy`` holds 8 bytes of the SHA-256 of
each picture in canonical order, so that both give the same arrays.
"""

import dataclasses
import functools
import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Int, UInt8, UInt64
from PIL import Image

from zoo.checkpoints.idx import read_idx
from zoo.files import assets
from zoo.pictures import tfds_prepared, tfds_records

COUNT: Final = 10_000
"""Pictures of each half: the first training pictures, and all test pictures."""
PARTS: Final = ("train", "test")
_IMAGES: Final = {
    "train": "train-images-first10k-idx3-ubyte.gz",
    "test": "t10k-images-idx3-ubyte.gz",
}
_DIGITS: Final = {"train": "train-labels-idx1-ubyte.gz", "test": "t10k-labels-idx1-ubyte.gz"}


@dataclasses.dataclass(frozen=True)
class Part:
    """Pictures in canonical order.

    Attributes:
        pictures: (10000, 28, 28) uint8, 0 is background; read-only.
        digits: (10000,) int32; read-only.
    """

    pictures: UInt8[np.ndarray, "n 28 28"]
    digits: Int[np.ndarray, " n"]


@functools.cache
def order() -> UInt64[np.ndarray, "parts n"]:
    """Marks of all pictures in canonical order, a row for each of ``PARTS``."""
    found: np.ndarray = np.load(Path(__file__).with_name("order.npy"), allow_pickle=False)
    return found


def marks(pictures: Iterable[UInt8[np.ndarray, "28 28"]]) -> UInt64[np.ndarray, " n"]:
    """The first 8 bytes of the SHA-256 of each picture, little-endian."""
    digests = [hashlib.sha256(np.ascontiguousarray(x).tobytes()).digest()[:8] for x in pictures]
    return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)


@functools.cache
def part(name: str, data_dir: str | Path | None = None) -> Part:
    """The first 10,000 training pictures, or the test pictures.

    Args:
        name: one of ``PARTS``.
        data_dir: where tensorflow-datasets has or puts them; the mirror comes first without it.

    Raises:
        zoo.AssetError: they are neither here nor to be had, or are damaged.
        ValueError: the files do not hold MNIST.
    """
    mirrored = data_dir is None and assets.mirrored("mnist")
    found = _from_idx(name) if mirrored else _from_tfds(name, data_dir)
    for array in (found.pictures, found.digits):
        array.setflags(write=False)
    return found


def _from_idx(name: str) -> Part:
    files = assets.fetch("mnist", [_IMAGES[name], _DIGITS[name]])
    pictures, digits = read_idx(files[_IMAGES[name]]), read_idx(files[_DIGITS[name]])
    return Part(pictures, digits[:COUNT].astype(np.int32))


def _from_tfds(name: str, data_dir: str | Path | None) -> Part:
    records = tfds_records.open_part(tfds_prepared.builder("mnist", data_dir), name)
    rows = [records[i] for i in range(len(records))]
    return _sorted([_decoded(row["image"]) for row in rows], [row["label"] for row in rows], name)


def _decoded(encoded: Any) -> UInt8[np.ndarray, "28 28"]:
    with Image.open(io.BytesIO(encoded)) as picture:
        if (picture.mode, picture.size) != ("L", (28, 28)):
            raise ValueError(
                f"MNIST has grey pictures of 28 x 28, found {picture.mode} {picture.size}"
            )
        return np.asarray(picture)


def _sorted(pictures: list[np.ndarray], digits: list[Any], name: str) -> Part:
    """Those of the canonical order, in it.

    Raises:
        ValueError: some are missing.
    """
    wanted = order()[PARTS.index(name)]
    place = {int(mark): i for i, mark in enumerate(marks(pictures))}
    missing = [i for i, mark in enumerate(wanted.tolist()) if mark not in place]
    if missing:
        raise ValueError(
            f"{len(missing)} of the first {len(wanted):,} {name} pictures of MNIST are not in what "
            f"tensorflow-datasets prepared (the first is number {missing[0]}): delete that folder "
            "and let it prepare them again"
        )
    chosen = [place[mark] for mark in wanted.tolist()]
    return Part(
        np.stack([pictures[i] for i in chosen]), np.asarray([digits[i] for i in chosen], np.int32)
    )
