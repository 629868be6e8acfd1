"""One array from an HDF5 file, if it is plainly there: looked at before anything is read.

HDF5 can point to other files (external data, links, virtual data sets), unpack chunks to any size,
and leave values out that then read as zeros. Dumps of weights have nothing of this, so it is
refused.

Sharp edge: a damaged file is parsed by the HDF5 library itself, in C.
"""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from aann.shown.brief import clip, word
from zoo.checkpoints.content import check_regular

_PLAIN = (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT)


def read_array(path: Path, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """The one data set of a file.

    Args:
        path: of the file.
        name: that the data set must have.
        shape: likewise.

    Returns:
        Finite floating-point numbers.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no HDF5 file, is damaged, or holds anything else.
    """
    check_regular(path)
    try:
        with h5py.File(path, "r") as file:
            if len(file) != 1 or name not in file:
                found = list(file) if len(file) < 10 else f"{len(file)} things"
                raise ValueError(f"expected the one data set {name!r}, found {word(found)}")
            if not isinstance(file.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{name!r} is a link, expected the data set itself")
            problem = _problem(file[name], shape)
            array = np.zeros(0) if problem else np.asarray(file[name])
    except (OSError, KeyError, TypeError, RuntimeError, OverflowError, MemoryError) as error:
        raise ValueError(f"it is no HDF5 file, or damaged: {clip(str(error), 200)}") from error
    if not problem and not np.isfinite(array).all():
        problem = "it has values that are infinite or no numbers"
    if problem:
        raise ValueError(problem)
    return array


def _problem(found: Any, shape: tuple[int, ...]) -> str:
    """What is wrong with a data set of which nothing was read yet; empty if nothing is."""
    if not isinstance(found, h5py.Dataset) or found.shape is None:
        return f"expected a data set with numbers, found a {type(found).__name__}"
    if found.shape != shape:
        return f"expected shape {shape}, found {word(found.shape)}"
    if found.dtype.kind != "f":
        return f"expected floating-point numbers, found {clip(str(found.dtype), 100)}"
    return _stored_elsewhere(found)


def _stored_elsewhere(found: Any) -> str:
    made = found.id.get_create_plist()
    if found.is_virtual or made.get_external_count():
        return "its numbers are in other files"
    if made.get_layout() not in _PLAIN or made.get_nfilters():
        return "it is in chunks or compressed, expected plain numbers"
    missing = found.id.get_storage_size() != found.dtype.itemsize * found.size
    return "numbers are missing" if missing else ""
