"""What is summed of the units' values in every row: over all examples, and of each one."""

from collections.abc import Sequence

import numpy as np

from aann.bench.present import present_at
from aann.bench.workbench import Workbench
from aann.data.batches import Batch
from aann.data.examples import Examples
from aann.statistics.agreement import Part
from aann.statistics.each import Kept, each, kept, together, width
from aann.statistics.moments import Moments, agreement, empty

KEPT = 2**28
"""Bytes of sums of examples that are kept for intervals of correlation and R2, not more."""


class Sums:
    """Sums of natural values and of what stands in for them, replacements side by side.

    Args:
        bench: the replacements.
        rows: how many rows there will be.
        examples: all that will be measured.
    """

    def __init__(self, bench: Workbench, rows: int, examples: Examples) -> None:
        count = range(len(bench.replacements))
        self.present = [present_at(bench, i, examples.present) for i in count]
        self.coordinates = [bench.coordinates(i) for i in count]
        self.units = [len(r.units) for r in bench.replacements]
        self.widths = [
            int(np.prod(natural.shape[-1 - c :]))
            for natural, c in zip(bench.naturals, self.coordinates, strict=True)
        ]
        self.kept = [width(w, u) for w, u in zip(self.widths, self.units, strict=True)]
        if rows * len(examples) * sum(self.kept) * np.dtype(np.float32).itemsize > KEPT:
            self.kept = []

    def here(self, i: int, batch: Batch) -> np.ndarray | None:
        """Where values of replacement ``i`` count in a batch, or None: everywhere."""
        present = self.present[i]
        return None if present is None else present[list(batch.indices)]

    def none(self, n: int, rows: int = 0) -> tuple[Moments, Kept]:
        """What no example adds to ``rows`` rows, and what would be kept of ``n``."""
        return empty((rows,), sum(self.widths)), np.zeros((rows, n, sum(self.kept)), np.float32)

    def of(
        self, truth: Sequence[np.ndarray], values: Sequence[np.ndarray], batch: Batch
    ) -> tuple[Moments, Kept]:
        """Of a row in a batch: (11, columns), and (n, width) for its examples (0 wide: too much).

        Args:
            truth: natural values of each replacement, (n, *positions, *coordinates, units).
            values: what the row has put there.
            batch: the examples.
        """
        sums = [
            each(y, p, self.here(i, batch), self.coordinates[i])
            for i, (y, p) in enumerate(zip(truth, values, strict=True))
        ]
        wanted = zip(sums, self.units, strict=True) if self.kept else ()
        nothing = np.zeros((len(batch.names), 0), np.float32)
        examples = np.concatenate([nothing, *(kept(x, units) for x, units in wanted)], axis=1)
        return np.concatenate([together(x) for x in sums], axis=1), examples

    def agreement(self, sums: Moments) -> tuple[np.ndarray, np.ndarray]:
        """R2 and correlation (rows, units), units of all replacements in order."""
        parts = np.split(sums, np.cumsum(self.widths)[:-1], axis=-1)
        found = [agreement(x, units) for x, units in zip(parts, self.units, strict=True)]
        r2, correlation = (np.concatenate(x, axis=-1) for x in zip(*found, strict=True))
        return r2, correlation

    def parts(self, examples: Kept, sums: Moments) -> list[list[Part]]:
        """For each row and replacement what was kept; nothing where nothing was."""
        if not self.kept:
            return []
        mine = np.split(examples, np.cumsum(self.kept)[:-1], axis=-1)
        theirs = np.split(sums, np.cumsum(self.widths)[:-1], axis=-1)
        together = list(zip(mine, theirs, self.units, strict=True))
        return [[Part(x[r], y[r], units) for x, y, units in together] for r in range(len(sums))]
