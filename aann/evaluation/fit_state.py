"""The sums of a fit on disk, from time to time, so that a killed run goes on where they end.

A state says which inputs it has seen (their digests, chained), and counts only if the batches of
the run that goes on begin with the same. The sums are those of the batches in order, so that a fit
that was interrupted ends in the same bits.
"""

import itertools
import json
import time
import warnings
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from aann.data.batches import Batch
from aann.evaluation.design_sums import DesignSums
from aann.store.digest import digest
from aann.store.results import Results

SHARE = 0.05
"""At most so much of the time goes to writing states."""


class FitState:
    """Saves and restores the parts of a fit.

    Args:
        results: where to.
        parts: of the fit, which are changed in place.
        process: which process fits them, and of how many: each has sums of its own.
    """

    def __init__(
        self, results: Results, parts: Sequence[DesignSums], process: tuple[int, int]
    ) -> None:
        self.results, self.parts = results, parts
        self.name = "fit-{}-of-{}".format(*process)
        self.chain, self.count, self.saved = "", 0, 0
        self.due = 0.0

    def left(self, batches: Callable[[], Iterator[Batch]]) -> Iterator[Batch]:
        """Bring the parts to the state of an earlier run, and return the batches still to be seen.

        Args:
            batches: makes those of the fit.
        """
        found = self.results.load(self.name)
        left = batches()
        if found is None:
            return left
        count, chain = json.loads(found["progress"].tobytes())
        for batch in itertools.islice(left, count):
            self._see(batch)
        if (self.count, self.chain) != (count, chain):
            self.chain, self.count = "", 0
            warnings.warn("inputs have changed since the fit was saved: fitting anew", stacklevel=3)
            return batches()
        for i, part in enumerate(self.parts):
            part.restore({n.partition("/")[2]: x for n, x in found.items() if _of(n, i)})
        self.saved = count
        return left

    def after(self, batch: Batch) -> None:
        """Note that the parts have seen a batch, and save them if it is time to.

        Raises:
            OSError: the cache folder cannot be written.
        """
        if self.results.folder is None:
            return
        self._see(batch)
        if time.monotonic() >= self.due:
            self.save()

    def save(self) -> None:
        """Save the parts, if they have seen more than what is saved.

        Raises:
            OSError: the cache folder cannot be written.
        """
        if self.count == self.saved:
            return
        begin = time.monotonic()
        progress = json.dumps([self.count, self.chain]).encode()
        arrays = {"progress": np.frombuffer(progress, np.uint8)}
        for i, part in enumerate(self.parts):
            arrays |= {f"{i}/{name}": x for name, x in part.state().items()}
        self.results.save(self.name, "", arrays)
        self.saved = self.count
        end = time.monotonic()
        self.due = end + (end - begin) / SHARE

    def _see(self, batch: Batch) -> None:
        self.chain = digest(self.chain, np.asarray(batch.inputs), list(batch.indices))
        self.count += 1


def _of(name: str, i: int) -> bool:
    return name.startswith(f"{i}/")
