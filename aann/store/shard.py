"""Arrays in one file that says what they are, whole or not at all.

    marker (8 bytes) | SHA-256 of all that follows | length of the header (8) | header | arrays

The header is JSON: the key of what the arrays were made from, and their names, dtypes, shapes and
places. A file is written beside its place, synced and renamed, so that a killed process leaves the
old file or the new one; several processes may write one file. Files are read, not mapped: all bytes
are needed at once, for the checksum, and mapped pages would count as memory of the process.
"""

import hashlib
import json
import os
import pathlib
import secrets
import shutil
import stat
import warnings
from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpy as np

from aann.report import strict
from aann.store.own import make_own

SUFFIX = ".shard"
PARTIAL = ".partial"
_MARKER = b"aann\x00sh1"
_START = len(_MARKER) + 32 + 8
_ALIGN = 64
_PLAIN = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""No links are followed, and a pipe is not waited for."""


def write(path: pathlib.Path, key: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays, all of them or none.

    Args:
        path: of the file; folders are made.
        key: of what the arrays were made from.
        arrays: by name.

    Raises:
        OSError: with the space that was needed. What other files hold is not touched.
    """
    pieces = _pieces(key, arrays)
    try:
        make_own(path.parent)
        _write(path, pieces)
    except OSError as error:
        raise OSError(_unwritten(path, sum(map(len, pieces)), error)) from error


def read(path: pathlib.Path, key: str) -> dict[str, np.ndarray] | None:
    """The arrays of a file, read-only; None where there is none that was made from the same.

    A file that is not whole, or was made from something else, is left out with a warning.

    Args:
        path: of the file.
        key: what it must have been written with.
    """
    try:
        data = _content(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        _warn(path, f"cannot be read ({error.strerror or error})")
        return None
    if data is None or not _whole(data):
        _warn(path, "is truncated or altered")
        return None
    try:
        stated, arrays = _arrays(data)
    except (ValueError, TypeError, KeyError, OverflowError):
        _warn(path, "has a header that says nothing of its content")
        return None
    if stated != key:
        _warn(path, "was made from something else")
        return None
    return arrays


def remove_partial(folder: pathlib.Path, older: float) -> None:
    """Remove what killed processes left half written.

    Args:
        folder: and those below it.
        older: only files that were last changed before this time, in seconds of the epoch: the
            others may be in the making.
    """
    for path in folder.rglob(f".*{PARTIAL}"):
        try:
            if path.stat().st_mtime < older:
                path.unlink()
        except OSError:
            continue  # another process was first


def _write(path: pathlib.Path, pieces: Sequence[bytes | memoryview]) -> None:
    """Write a file beside its place, and put it there."""
    for left in (1, 0):
        half = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}{PARTIAL}")
        try:
            with half.open("xb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            os.replace(half, path)
        except FileNotFoundError:  # a process whose clock is ahead took it for a leftover
            if not left:
                raise
        else:
            return
        finally:
            _remove(half)


def _content(path: pathlib.Path) -> np.ndarray | None:
    """The bytes of a regular file, no link; None where it is being changed."""
    opened = os.open(path, os.O_RDONLY | _PLAIN)
    with open(opened, "rb") as file:
        info = os.fstat(opened)
        if not stat.S_ISREG(info.st_mode):
            raise OSError("it is no regular file")
        try:
            data = np.empty(info.st_size, np.uint8)
        except MemoryError:
            raise OSError(f"it has {info.st_size:,} bytes") from None
        return data if file.readinto(data.data) == len(data) else None


def _arrays(data: np.ndarray) -> tuple[str, dict[str, np.ndarray]]:
    """The key that a whole file states, and its arrays.

    Raises:
        ValueError, TypeError, KeyError, OverflowError: the header is odd.
    """
    length = int.from_bytes(data[_START - 8 : _START].tobytes(), "little")
    header = strict.parse(data[_START : _START + length].tobytes())
    data = data[_first(length) :]
    data.flags.writeable = False
    found = {}
    for name, dtype, shape, start, size in header["arrays"]:
        if not isinstance(name, str) or not 0 <= start <= start + size <= len(data):
            raise ValueError("an array lies outside of the file")
        if any(type(n) is not int or n < 0 for n in shape):
            raise ValueError("an array has a shape that there is not")
        found[name] = data[start : start + size].view(jnp.dtype(dtype)).reshape(shape)
    return header["key"], found


def _pieces(key: str, arrays: Mapping[str, np.ndarray]) -> list[bytes | memoryview]:
    """The content of a file, without copies of the arrays."""
    places, start = [], 0
    for name, array in arrays.items():
        places.append([name, str(array.dtype), array.shape, start, array.nbytes])
        start += -(-array.nbytes // _ALIGN) * _ALIGN
    header = json.dumps({"key": key, "arrays": places}).encode()
    header = header.ljust(_first(len(header)) - _START)
    pieces: list[bytes | memoryview] = [len(header).to_bytes(8, "little"), header]
    for array in arrays.values():
        content = np.asarray(array, order="C").reshape(-1)
        pieces.append(content.view(np.uint8).data if content.size else b"")
        pieces.append(bytes(-array.nbytes % _ALIGN))
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return [_MARKER, found.digest(), *pieces]


def _first(header: int) -> int:
    """Where the first array starts, after a header of so many bytes."""
    return -(-(_START + header) // _ALIGN) * _ALIGN


def _whole(data: np.ndarray) -> bool:
    if len(data) < _START or data[: len(_MARKER)].tobytes() != _MARKER:
        return False
    stated = data[len(_MARKER) : _START - 8].tobytes()
    return hashlib.sha256(data[_START - 8 :].data).digest() == stated


def _warn(path: pathlib.Path, why: str) -> None:
    warnings.warn(f"the cached {path} {why}: computed again", stacklevel=4)


def _unwritten(path: pathlib.Path, needed: int, error: OSError) -> str:
    try:
        free = f", {shutil.disk_usage(path.parent).free:,} are free"
    except OSError:
        free = ""
    return (
        f"cannot write {needed:,} bytes to {path.parent}: {error.strerror or error}{free}. What "
        "was written before stays valid: make room there and run again with resume (--resume), or "
        "name another folder with cache (--cache)"
    )


def _remove(half: pathlib.Path) -> None:
    try:
        half.unlink(missing_ok=True)
    except OSError:
        return  # where nothing could be made there is nothing to remove
