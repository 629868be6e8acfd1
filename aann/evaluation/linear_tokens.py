"""Which values integer reads take: the linear prediction knows each by a column of its own."""

import functools
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from aann.bench.workbench import Workbench
from aann.data.batches import Batch
from aann.store.passes import Pass


def whole(bench: Workbench) -> list[list[bool]]:
    """For each replacement, which of its reads are integers."""
    return [
        [np.issubdtype(getattr(read, "dtype", np.float32), np.integer) for read in reads]
        for reads in bench.reads
    ]


def tokens(run: Pass, whole: Sequence[Sequence[bool]]) -> list[tuple[Array, ...]]:
    """For each replacement, the values that its integer reads take on the examples of a pass.

    Args:
        run: over the design examples.
        whole: for each replacement, which of its reads are integers.
    """

    def found(batch: Batch) -> dict[str, np.ndarray]:
        _, reads = run.bench.look(run.start(batch))
        return {
            f"{i}/{j}": np.unique(np.asarray(read))
            for i, row in enumerate(reads)
            for j, read in enumerate(r for r, w in zip(row, whole[i], strict=True) if w)
        }

    seen: list[list[set[int]]] = [[set() for w in row if w] for row in whole]
    for batch in run.batches():
        values = run.recall("tokens", batch, functools.partial(found, batch))
        for i, sets in enumerate(seen):
            for j, known in enumerate(sets):
                known.update(values[f"{i}/{j}"].tolist())
    for theirs in run.bench.machine.gather(seen):
        for sets, others in zip(seen, theirs, strict=True):
            for known, more in zip(sets, others, strict=True):
                known.update(more)
    return [tuple(jnp.asarray(sorted(s), np.int32) for s in sets) for sets in seen]
