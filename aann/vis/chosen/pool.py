"""The first few of each group of a stream, in memory that does not grow with the stream.

Entries are sorted by a key and then by a number that is random but fixed: what is kept does not
depend on the order in which they come, nor on how many come at once.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, UInt64

from aann.shown.brief import brief


class Entries(NamedTuple):
    """Positions of examples, one a row.

    Attributes:
        group: what they compete within.
        key: the smallest come first.
        priority: among equal keys the smallest come first.
        example: index in the data set.
        position: flat index.
        value: the number there.
    """

    group: Int[np.ndarray, " entry"]
    key: Float[np.ndarray, " entry"]
    priority: UInt64[np.ndarray, " entry"]
    example: Int[np.ndarray, " entry"]
    position: Int[np.ndarray, " entry"]
    value: Float[np.ndarray, " entry"]

    def __repr__(self) -> str:
        return brief(self)

    def take(self, rows: np.ndarray) -> "Entries":
        """Some of them."""
        return Entries(*(column[rows] for column in self))


def empty() -> Entries:
    """No entries."""
    kinds = (np.int64, np.float32, np.uint64, np.int64, np.int64, np.float32)
    return Entries(*(np.zeros(0, kind) for kind in kinds))


def together(parts: Sequence[Entries]) -> Entries:
    """The entries of several."""
    return Entries(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def first(entries: Entries, n: int, per_example: int) -> Entries:
    """Of each group the first ``n``, at most ``per_example`` of one example, sorted."""
    found = entries.take(np.lexsort((entries.priority, entries.key, entries.group)))
    order = np.lexsort((found.example, found.group))  # stable: an example's entries stay in order
    ranks = np.empty(len(order), np.int64)
    ranks[order] = _ranks(found.group[order], found.example[order])
    found = found.take(ranks < per_example)
    return found.take(_ranks(found.group) < n)


def _ranks(*columns: np.ndarray) -> np.ndarray:
    """How many rows like it stand before each row, where like rows stand together."""
    length = len(columns[0])
    starts = np.zeros(length, bool)
    starts[:1] = True
    for column in columns:
        starts[1:] |= column[1:] != column[:-1]
    at = np.arange(length)
    return at - np.maximum.accumulate(np.where(starts, at, 0))


class Pool:
    """The first ``n`` of each group.

    Args:
        groups: how many there are.
        n: entries of a group.
        per_example: of them, at most so many of one example.
    """

    def __init__(self, groups: int, n: int, per_example: int) -> None:
        self.n, self.per_example = n, per_example
        self.entries = empty()
        self._key = np.full(groups, np.inf, np.float32)
        self._priority = np.full(groups, np.iinfo(np.uint64).max)

    def may_enter(self, group: np.ndarray, key: np.ndarray, priority: np.ndarray) -> np.ndarray:
        """Which entries come before the last one of their group, if that is full."""
        last = self._key[group]
        ties = (key == last) & (priority < self._priority[group])
        return np.asarray((key < last) | ties)

    def add(self, entries: Entries) -> None:
        """Let entries compete with those that are kept."""
        self.entries = first(together([self.entries, entries]), self.n, self.per_example)
        groups = self.entries.group
        full = np.flatnonzero(_ranks(groups) == self.n - 1)
        self._key[groups[full]] = self.entries.key[full]
        self._priority[groups[full]] = self.entries.priority[full]


def priorities(seed: str, names: Sequence[str], positions: int) -> UInt64[np.ndarray, "example p"]:
    """Random numbers of the positions of examples, which depend on seed, name and position alone.

    SplitMix64 of (a hash of seed and name) + position.
    """
    bases = [hashlib.sha256(f"{seed} {name}".encode()).digest()[:8] for name in names]
    start = np.frombuffer(b"".join(bases), "<u8").astype(np.uint64)
    step = np.arange(1, positions + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = start[:, None] + step[None, :]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = z ^ (z >> np.uint64(31))
    return mixed
