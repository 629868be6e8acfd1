"""Arrays kept in memory under keys, never more than a number of bytes.

What was kept for one section (a model cut at some places) makes room for what another one needs;
within a section what came first stays, since batches are read in turns, and the last ones in would
be thrown out just before they are read again.

Large arrays are copied to pages of their own, not to the heap: what lives long between arrays that
come and go with every batch would keep the heap from shrinking, by half of the budget and more.
"""

import mmap
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_OWN_PAGES = 2**20
"""Bytes of an entry that gets pages of its own."""
_ALIGN = 64


class _Entry(NamedTuple):
    section: str
    arrays: tuple[np.ndarray, ...]
    size: int


class Kept:
    """Arrays in memory."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self.size = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> tuple[np.ndarray, ...] | None:
        """What was kept under a key."""
        entry = self._entries.get(key)
        return None if entry is None else entry.arrays

    def put(self, key: str, section: str, arrays: Sequence[np.ndarray], most: int) -> bool:
        """Keep a copy of some arrays, if all that is kept then stays within ``most`` bytes.

        Args:
            key: of the arrays.
            section: what they belong to.
            arrays: any.
            most: bytes.

        Returns:
            Whether they are kept.
        """
        if key in self._entries:
            return True
        size = sum(array.nbytes for array in arrays)
        old = [k for k, entry in self._entries.items() if entry.section != section]
        others = sum(self._entries[k].size for k in old)
        if self.size - others + size > most:
            return False
        for k in old:
            if self.size + size <= most:
                break
            self._drop(k)
        self._entries[key] = _Entry(section, _copied(arrays), size)
        self.size += size
        return True

    def forget(self, section: str) -> None:
        """Drop what belongs to a section."""
        for key in [k for k, entry in self._entries.items() if entry.section == section]:
            self._drop(key)

    def _drop(self, key: str) -> None:
        self.size -= self._entries.pop(key).size


def _copied(arrays: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
    sizes = [-(-array.nbytes // _ALIGN) * _ALIGN for array in arrays]
    pages = _pages(sum(sizes))
    ends = np.cumsum(sizes).tolist()
    copies = []
    for array, size, end in zip(arrays, sizes, ends, strict=True):
        place = pages[end - size :][: array.nbytes].view(array.dtype).reshape(array.shape)
        place[...] = array
        place.flags.writeable = False
        copies.append(place)
    return tuple(copies)


def _pages(size: int) -> np.ndarray:
    if size < _OWN_PAGES or not hasattr(mmap, "MAP_PRIVATE"):
        return np.empty(size, np.uint8)
    return np.frombuffer(mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS), np.uint8)
