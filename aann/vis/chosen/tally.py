"""One pass over numbers at positions: the first and the last, a sample of every bin, and counts.

What is kept does not grow with the data: ``n`` entries for each column (top, bottom) or for each
bin of a column that anything fell into, and the counts. It does not depend on the batches either.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float

from aann.vis.chosen.edges import BINS, bins_of
from aann.vis.chosen.pool import Entries, Pool, priorities

CHUNK = 2**20
"""Numbers that are looked at together, at least those of one example."""

POOLS = ("top", "bottom", "sample")


class Tally:
    """What is known of some columns of numbers.

    Args:
        columns: how many there are.
        n: entries of a column, or of each of its bins.
        per_example: of them, at most so many positions of one example.
        seed: of the sample, and of the choice among equal numbers.
        pools: which of ``top``, ``bottom`` and ``sample`` are wanted.
    """

    def __init__(
        self, columns: int, n: int, per_example: int, seed: int, pools: Sequence[str] = POOLS
    ) -> None:
        self.seed = seed
        self.pools = {
            name: Pool(columns * (BINS if name == "sample" else 1), n, per_example)
            for name in pools
        }
        self.counts = np.zeros((columns, BINS), np.int64)
        self.low = np.full(columns, np.inf, np.float32)
        self.high = np.full(columns, -np.inf, np.float32)
        self.total = np.zeros(columns)

    def add(
        self,
        values: Float[np.ndarray, "example position column"],
        names: Sequence[str],
        indices: Sequence[int],
        present: Bool[np.ndarray, "example position"] | None = None,
    ) -> None:
        """Take in some examples.

        Args:
            values: float32, finite.
            names: of the examples.
            indices: of the examples in the data set.
            present: where there is something; by default everywhere.
        """
        step = max(1, CHUNK // max(1, values[0].size))
        for start in range(0, len(values), step):
            rows = slice(start, start + step)
            self._add(values[rows], names[rows], np.asarray(indices[rows]),
                      None if present is None else present[rows])  # fmt: skip

    def _add(
        self,
        values: np.ndarray,
        names: Sequence[str],
        indices: np.ndarray,
        present: np.ndarray | None,
    ) -> None:
        columns = values.shape[2]
        there = np.ones(values.shape[:2], bool) if present is None else present
        bins = bins_of(values) + BINS * np.arange(columns)
        self.counts += np.bincount(bins[there].ravel(), minlength=columns * BINS).reshape(-1, BINS)
        for row, mask in zip(values, there, strict=True):  # one by one: sums that no batch changes
            self.total += row[mask].sum(axis=0, dtype=np.float64)
        self.low = np.minimum(self.low, values[there].min(axis=0, initial=np.inf))
        self.high = np.maximum(self.high, values[there].max(axis=0, initial=-np.inf))
        ties, drawn = (
            priorities(f"{self.seed} {what}", names, values.shape[1])[:, :, None]
            for what in ("ties", "sample")
        )
        column = np.broadcast_to(np.arange(columns), values.shape)
        of = {
            "top": (column, -values, ties),
            "bottom": (column, values, ties),
            "sample": (bins, np.zeros((), np.float32), drawn),
        }
        for name, pool in self.pools.items():
            group, key, priority = of[name]
            enters = pool.may_enter(group, key, priority) & there[:, :, None]
            at = np.nonzero(enters)
            if len(at[0]):
                pool.add(Entries(
                    group[at], np.broadcast_to(key, values.shape)[at],
                    np.broadcast_to(priority, values.shape)[at], indices[at[0]], at[1], values[at],
                ))  # fmt: skip

    def arrays(self) -> dict[str, np.ndarray]:
        """All of it, to be written or sent."""
        found: dict[str, np.ndarray] = {
            "counts": self.counts,
            "low": self.low,
            "high": self.high,
            "total": self.total,
        }
        for name, pool in self.pools.items():
            for field, column in zip(Entries._fields, pool.entries, strict=True):
                found[f"{name}/{field}"] = column
        return found

    def merge(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take in what another tally of other examples found."""
        self.counts = self.counts + arrays["counts"]
        self.low = np.minimum(self.low, arrays["low"])
        self.high = np.maximum(self.high, arrays["high"])
        self.total = self.total + arrays["total"]
        for name, pool in self.pools.items():
            pool.add(Entries(*(arrays[f"{name}/{field}"] for field in Entries._fields)))
