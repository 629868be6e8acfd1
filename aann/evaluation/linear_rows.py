"""Which rows the linear prediction is fitted on: a random part of those of the design examples.

They are drawn for all examples before the first batch is run, equally many of every stratum, so
that they depend neither on how examples are batched nor on which process has which of them.
"""

import functools
import itertools
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int32, Int64

ROWS_PER_FEATURE = 64


class Rows:
    """Rows drawn from those of ``examples`` examples, each of which has equally many.

    Args:
        examples: number of design examples.
        stratum: examples among which rows are drawn at a time.
        seed: of the draws.
    """

    def __init__(self, examples: int, stratum: int, seed: int) -> None:
        self.examples, self.stratum, self.seed = examples, stratum, seed
        self._drawn = functools.cache(self._draw)

    def of(self, indices: Sequence[int], each: int, width: int) -> list[Int32[np.ndarray, " rows"]]:
        """The rows drawn of some consecutive examples, counted from the first one's first row.

        They come by stratum: sums over a stratum do not depend on how many are in a batch.

        Args:
            indices: the examples.
            each: rows that an example has.
            width: number of features.
        """
        drawn = self._drawn(each, width)
        first, end = indices[0], indices[-1] + 1
        inner = range((first // self.stratum + 1) * self.stratum, end, self.stratum)
        bounds = np.searchsorted(drawn, np.asarray([first, *inner, end]) * each)
        return [
            (drawn[start:stop] - first * each).astype(np.int32)
            for start, stop in itertools.pairwise(bounds)
        ]

    def count(self, each: int, width: int) -> int:
        """How many rows are drawn in all, of examples with ``each``."""
        return len(self._drawn(each, width))

    def _draw(self, each: int, width: int) -> Int64[np.ndarray, " rows"]:
        """Rows in order: in all ``ROWS_PER_FEATURE`` a feature, or all that there are."""
        rng = np.random.default_rng(self.seed)
        drawn = []
        for start in range(0, self.examples, self.stratum):
            n = min(self.stratum, self.examples - start)
            enough = int(np.ceil(ROWS_PER_FEATURE * width / (self.examples / n)))
            rows = np.arange(n * each)
            if enough < len(rows):
                rows = np.sort(rng.choice(len(rows), enough, replace=False))
            drawn.append(start * each + rows)
        return np.concatenate(drawn)
