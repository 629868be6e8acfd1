"""Results of single batches, on disk: what a killed run has done is not done again.

Results belong to a section (the key of all that they depend on, ``aann.store.key``) and to the
inputs of their batch as they were loaded, so that a change in how inputs are made is seen too.
Whatever is computed is written if there is a cache folder; only with ``resume`` is it read.
"""

from collections.abc import Callable

import numpy as np

from aann.data.batches import Batch
from aann.machine.machine import Machine
from aann.store import shard
from aann.store.digest import digest

FOLDER = "results"

Arrays = dict[str, np.ndarray]


class Results:
    """Results of one pass over some examples.

    Args:
        machine: its cache folder, and whether to resume.
        section: makes the key of everything that the results depend on but the inputs; it is
            called where there is a cache folder. Without it nothing is kept.
    """

    def __init__(self, machine: Machine, section: Callable[[], str] | None) -> None:
        self.resume = machine.resume
        self.section, self.folder = "", None
        if machine.cache is not None and section is not None:
            self.section = section()
            self.folder = machine.cache / FOLDER / self.section[:32]

    def recall(self, name: str, batch: Batch, compute: Callable[[], Arrays]) -> Arrays:
        """The results of a batch: those of an earlier run, or computed and written.

        Args:
            name: of the results, followed by the place of the batch.
            batch: the batch.
            compute: called if they are not there.

        Raises:
            OSError: the cache folder cannot be written.
        """
        if self.folder is None:
            return compute()
        name = f"{name}-{batch.indices[0]:09d}"
        inputs = digest(np.asarray(batch.inputs), list(batch.indices))
        found = self.load(name, inputs)
        if found is None:
            self.save(name, inputs, found := compute())
        return found

    def load(self, name: str, of: str = "") -> Arrays | None:
        """What an earlier run saved under a name and a key; None unless resuming."""
        if self.folder is None or not self.resume:
            return None
        return shard.read(self.folder / f"{name}{shard.SUFFIX}", digest(self.section, name, of))

    def save(self, name: str, of: str, arrays: Arrays) -> None:
        """Write arrays under a name and a key, if there is a cache folder."""
        if self.folder is not None:
            path = self.folder / f"{name}{shard.SUFFIX}"
            shard.write(path, digest(self.section, name, of), arrays)
