"""What a function gives for each example: computed once where there is room, else when asked.

Shapes alone do not tell what belongs to an example: ``jnp.arange(batch)`` belongs to a place in the
batch, and rows of a batch that was flattened are several an example. So what is kept is first seen
to follow the examples when they change places; else it is computed when it is asked for.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.data.batches import batches, load
from aann.data.examples import Examples
from aann.evaluation.apart import difference
from aann.model import Model

Axes = Sequence[int | None] | None
"""Of each array the axis of the examples, or None where it is the same for all of them; None for
all where that is not known."""


def axes_of_examples(one: Any, more: Any) -> Axes:
    """The axes of the examples, by the shapes for two sizes of a batch."""
    leaves, others = jax.tree.leaves(one), jax.tree.leaves(more)
    trees: list[Any] = [jax.tree.structure(x) for x in (one, more)]
    pairs = list(zip(leaves, others, strict=False))
    if trees[0] != trees[1] or any(a.ndim != b.ndim for a, b in pairs):
        return None
    differ = [[i for i in range(a.ndim) if a.shape[i] != b.shape[i]] for a, b in pairs]
    return None if max(map(len, differ), default=0) > 1 else [d[0] if d else None for d in differ]


class Kept:
    """Rows of ``make(inputs)`` by example."""

    def __init__(
        self,
        make: Callable[[Any], Any],
        axes: Axes,
        examples: Examples,
        model: Model,
        size: int,
        room: int,
    ) -> None:
        """Compute all rows, if they fit.

        Args:
            make: ``inputs (size, ...) -> arrays`` in any structure; compiled.
            axes: of the examples, of each array in order.
            examples: all of them.
            model: what takes the inputs.
            size: of every batch.
            room: bytes that may be kept.
        """
        self.make, self.examples, self.model = make, examples, model
        leaves, self.tree = jax.tree.flatten(jax.eval_shape(make, model.batch(size)))
        self.axes: Sequence[int | None] = axes or []
        self.rows: list[np.ndarray] | None = None
        each = [x.size // (1 if axis is None else size) * x.dtype.itemsize
                for x, axis in zip(leaves, self.axes, strict=False)]  # fmt: skip
        self.bytes = sum(
            x * (1 if axis is None else len(examples))
            for x, axis in zip(each, self.axes, strict=True)
        )
        if axes is None or self.bytes > room or not self._follow_the_examples(size):
            self.bytes = 0
            return
        for batch in batches(examples, size, model):
            self._keep(jax.tree.leaves(make(batch.inputs)), np.asarray(batch.indices))

    def _follow_the_examples(self, size: int) -> bool:
        """Whether everything that is kept is that of an example, wherever it is in the batch."""
        rows = np.arange(size) % len(self.examples)
        inputs = jnp.asarray(load(self.examples, rows.tolist(), self.model))
        straight, rolled = (
            [np.asarray(x) for x in jax.tree.leaves(self.make(given))]
            for given in (inputs, jnp.roll(inputs, 1, axis=0))
        )
        for x, y, axis in zip(straight, rolled, self.axes, strict=True):
            if axis is not None and x.shape[axis] != size:
                return False
            moved = x if axis is None else np.roll(x, 1, axis=axis)
            rounds = jnp.issubdtype(x.dtype, jnp.inexact)
            if difference(moved, y) > 0 if rounds else not np.array_equal(moved, y):
                return False
        return True

    def _keep(self, new: Sequence[Any], indices: np.ndarray) -> None:
        here = [
            np.asarray(x) if axis is None else np.moveaxis(np.asarray(x), axis, 0)
            for x, axis in zip(new, self.axes, strict=True)
        ]
        if self.rows is None:
            self.rows = [
                x if axis is None else np.empty((len(self.examples), *x.shape[1:]), x.dtype)
                for x, axis in zip(here, self.axes, strict=True)
            ]
        for kept, x, axis in zip(self.rows, here, self.axes, strict=True):
            if axis is not None:
                kept[indices] = x[: len(indices)]

    def of(self, indices: np.ndarray) -> Any:
        """The rows of these examples, as many as a batch has."""
        if self.rows is None:
            return self.make(load(self.examples, indices.tolist(), self.model))
        rows = [
            kept if axis is None else np.moveaxis(kept[indices], 0, axis)
            for kept, axis in zip(self.rows, self.axes, strict=True)
        ]
        return jax.tree.unflatten(self.tree, rows)


def padded(start: int, size: int, n: int) -> np.ndarray:
    """(size,) positions from ``start`` on, of ``n``; past the last one the first of them again."""
    rows = np.arange(start, start + size)
    rows[rows >= n] = start
    return rows
