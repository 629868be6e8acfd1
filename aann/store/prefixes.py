"""What comes before the replaced sites, run once a batch and kept: in memory, then on disk.

    prefixes = Prefixes(bench, again=True)
    for batch in batches(...):
        started = prefixes.start(batch)         # bench.start(batch.inputs), or what it returned
    prefixes.close()

The values are found by the key of the cut model and by the inputs of the batch themselves. Where
they stay:

* in the cache folder of the machine, if it has one: all of them, for later runs too;
* in memory, within the machine's budget: those that are needed again, or all if the budget was
  stated;
* what is needed again, does not fit into memory and has no cache folder goes to a temporary folder
  that is removed at the end. Where that cannot be written, it is computed again, with a warning.
"""

import math
import pathlib
import shutil
import tempfile
import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.bench.workbench import Workbench
from aann.data.batches import Batch
from aann.machine import heap
from aann.store import key as keys
from aann.store import shard
from aann.store.digest import digest

FOLDER = "prefixes"

IN_TRANSIT = 10
"""One part in so many of the budget is left to batches that are on their way."""


class Prefixes:
    """The prefix of a bench, by batch.

    Args:
        bench: the replacements, ready to run.
        again: whether the same batches will be asked for a second time.
        reserved: bytes of the machine's memory that are taken by something else.
    """

    def __init__(self, bench: Workbench, *, again: bool = False, reserved: int = 0) -> None:
        self.bench, self.again = bench, again
        self.machine = bench.machine
        self.room = bench.machine.budget - reserved - bench.machine.budget // IN_TRANSIT
        state = jax.eval_shape(bench.start, bench.model.batch(bench.batch_size))
        self.like, self.tree = jax.tree.flatten(state)
        if bench.machine.memory is not None:
            heap.give_back()
        lasting = self.machine.cache is not None or self.machine.memory is not None
        plain = not any(jnp.issubdtype(x.dtype, jax.dtypes.extended) for x in self.like)
        self.active = plain and (again or lasting)
        self.section = keys.of_prefix(bench) if lasting else f"one pass {id(self)}"
        self.spills = again and self.machine.cache is None
        self.temporary: pathlib.Path | None = None

    def close(self) -> None:
        """Forget what no later pass can use."""
        if self.machine.memory is None:
            self.machine.kept.forget(self.section)
        if self.temporary is not None:
            shutil.rmtree(self.temporary, ignore_errors=True)

    def start(self, batch: Batch) -> Any:
        """The values before the first replaced site.

        Raises:
            OSError: the cache folder cannot be written.
        """
        if not self.active:
            return self.bench.start(batch.inputs)
        key = digest("prefix of", self.section, np.asarray(batch.inputs))
        arrays = self._find(key)
        if arrays is not None:
            return jax.tree.unflatten(self.tree, [self._on_device(x) for x in arrays])
        state = self.bench.start(batch.inputs)
        self._keep(key, tuple(np.asarray(x) for x in jax.tree.leaves(state)))
        return state

    def _find(self, key: str) -> tuple[np.ndarray, ...] | None:
        kept = self.machine.kept.get(key)
        folder = self._folder()
        if kept is not None or folder is None:
            return kept
        found = shard.read(folder / f"{key}{shard.SUFFIX}", key)
        if found is None:
            return None
        arrays = tuple(found.values())
        if [(x.shape, x.dtype) for x in arrays] != [(x.shape, x.dtype) for x in self.like]:
            return None
        self._remember(key, arrays)
        return arrays

    def _keep(self, key: str, arrays: tuple[np.ndarray, ...]) -> None:
        remembered = self._remember(key, arrays)
        if self.machine.cache is None and (remembered or not self.spills):
            return
        named = {str(i): x for i, x in enumerate(arrays)}
        if self.machine.cache is not None:
            shard.write(folder_of(self.bench) / f"{key}{shard.SUFFIX}", key, named)
            return
        try:
            if self.temporary is None:
                self.temporary = pathlib.Path(tempfile.mkdtemp(prefix="aann-"))
            shard.write(self.temporary / f"{key}{shard.SUFFIX}", key, named)
        except OSError as error:
            warnings.warn(
                f"what comes before the sites is computed twice: {tempfile.gettempdir()} cannot "
                f"take it ({error.__cause__ or error}); set TMPDIR, or a cache folder",
                stacklevel=4,
            )
            self.spills = False

    def _remember(self, key: str, arrays: tuple[np.ndarray, ...]) -> bool:
        if not self.again and self.machine.memory is None:
            return False
        return self.machine.kept.put(key, self.section, arrays, self.room)

    def _folder(self) -> pathlib.Path | None:
        return self.temporary if self.machine.cache is None else folder_of(self.bench)

    def _on_device(self, array: np.ndarray) -> jax.Array:
        if array.ndim and len(array) == self.bench.batch_size:
            return self.machine.spread(array)
        placed: jax.Array = self.machine.everywhere(jnp.asarray(array))
        return placed


def folder_of(bench: Workbench) -> pathlib.Path:
    """Where a bench's prefixes are in the cache of its machine.

    Raises:
        ValueError: the machine has none.
    """
    if bench.machine.cache is None:
        raise ValueError("this machine has no cache folder")
    return bench.machine.cache / FOLDER / keys.of_prefix(bench)[:32]


def bytes_of(bench: Workbench) -> int:
    """Bytes of the prefix of one batch."""
    state = jax.eval_shape(bench.start, bench.model.batch(bench.batch_size))
    return sum(math.prod(x.shape) * int(x.dtype.itemsize) for x in jax.tree.leaves(state))
