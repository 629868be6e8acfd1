"""What a function gives for each example: computed once where there is room, else when asked."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from aann.data.batches import batches, load
from aann.data.examples import Examples
from aann.model import Model


class Kept:
    """Rows of ``make(inputs)`` by example."""

    def __init__(
        self,
        make: Callable[[Any], Any],
        examples: Examples,
        model: Model,
        size: int,
        room: int,
    ) -> None:
        """Compute all rows, if they fit.

        Args:
            make: ``inputs (size, ...) -> arrays (size, ...)`` in any structure; compiled.
            examples: all of them.
            model: what takes the inputs.
            size: of every batch.
            room: bytes that may be kept.
        """
        self.make, self.examples, self.model = make, examples, model
        one = jax.eval_shape(make, model.batch(size))
        leaves, self.tree = jax.tree.flatten(one)
        self.bytes = sum(x.size * x.dtype.itemsize for x in leaves) // size * len(examples)
        self.rows: list[np.ndarray] | None = None
        if self.bytes > room:
            self.bytes = 0
            return
        self.rows = [np.empty((len(examples), *x.shape[1:]), x.dtype) for x in leaves]
        for batch in batches(examples, size, model):
            for kept, new in zip(self.rows, jax.tree.leaves(make(batch.inputs)), strict=True):
                kept[np.asarray(batch.indices)] = np.asarray(new)[: len(batch.indices)]

    def of(self, indices: np.ndarray) -> Any:
        """The rows of these examples, as many as a batch has."""
        if self.rows is None:
            return self.make(load(self.examples, indices.tolist(), self.model))
        return jax.tree.unflatten(self.tree, [kept[indices] for kept in self.rows])
