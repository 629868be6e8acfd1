"""The linear prediction's part of a fit over the design examples, for one replacement.

Where reads are taken flat every output has weights of its own, and outputs at different positions
are there in different examples: those that are there in the same ones share their equations.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool

from aann.bench import linear
from aann.bench.equations import Equations
from aann.bench.workbench import Workbench
from aann.evaluation.linear_rows import Rows
from aann.store.results import Arrays


class LinearSums:
    """Running sums of one replacement's linear prediction.

    Args:
        bench: the replacements, ready to run.
        i: which of them.
        rows: which rows it is fitted on.
        tokens: values that its integer reads take.
        present: where its values count in the design examples, or None.
    """

    def __init__(
        self,
        bench: Workbench,
        i: int,
        rows: Rows,
        tokens: tuple[Array, ...],
        present: Bool[np.ndarray, "n *places"] | None,
    ) -> None:
        self.bench, self.i, self.rows, self.tokens = bench, i, rows, tokens
        self.padded = present is not None
        natural = bench.naturals[i]
        reads = jax.eval_shape(functools.partial(bench.channels_last, i), bench.reads[i])
        grid = linear.on_grid(reads, natural)
        features = functools.partial(linear.features, natural=natural, tokens=tokens)
        x = jax.eval_shape(features, reads)
        self.each, self.width = x.shape[0] // natural.shape[0], int(x.shape[1])
        self.outputs = math.prod(natural.shape[1:]) // (self.each if grid else 1)
        self.shared = shared_rows(present, natural.shape, grid)
        self.dual = rows.count(self.each, self.width) < self.width
        self.equations = [Equations(self.dual) for _ in self.shared]

    def problem(self) -> str | None:
        """Why there can be none, known before the first example is run."""
        rows, several = self.rows.count(self.each, self.width), len(self.shared)
        kept = rows * (self.width + self.outputs) if self.dual else self.width**2
        if max(several * kept, self.width * self.outputs) <= linear.MOST and (
            self.dual or self.width <= linear.WIDEST
        ):
            return None
        return (
            f"a linear prediction of {self.outputs:,} values from {self.width:,} features and "
            f"{rows:,} rows is too large"
        )

    def remark(self) -> str | None:
        """What to know of the prediction once everything is added."""
        rows = min(e.rows for e in self.equations)
        if rows >= self.width:
            return None
        return (
            f"linear is underdetermined: {self.width:,} features, {rows:,} rows; the ridge penalty "
            "decides between predictions that fit them equally well"
        )

    def add(self, reads: Sequence[Any], natural: Array, indices: Sequence[int]) -> None:
        """Add rows of a batch to the equations."""
        reads = self.bench.channels_last(self.i, reads)
        x, y = _linear_rows(reads, natural, len(indices), self.tokens, self.padded)
        x, y = self.bench.machine.on_one((x, y))
        for chosen in self.rows.of(indices, self.each, self.width):
            for (present, columns), equations in zip(self.shared, self.equations, strict=True):
                rows = chosen
                if present is not None:
                    rows = chosen[present[list(indices)].reshape(-1)[chosen]]
                if len(rows):
                    mine = y if columns is None else y[:, columns]
                    some = slice(None) if len(rows) == len(x) else rows
                    equations.add(x[some], mine[some])

    def state(self) -> Arrays:
        """Everything added so far, as arrays."""
        return {f"{k}/{n}": x for k, e in enumerate(self.equations) for n, x in e.state().items()}

    def restore(self, arrays: Arrays) -> None:
        """Put back what ``state`` returned."""
        for k, equations in enumerate(self.equations):
            of = {n.partition("/")[2]: x for n, x in arrays.items() if n.startswith(f"{k}/")}
            equations.restore(of)

    def gather(self) -> None:
        """Put together what all processes have of their examples."""
        everyone = self.bench.machine.gather(self.equations)
        self.equations = [
            functools.reduce(Equations.merge, parts) for parts in zip(*everyone, strict=True)
        ]

    def fitted(self) -> linear.Linear:
        """The prediction."""
        weights = np.zeros((self.width, self.outputs), np.float32)
        for (_, columns), equations in zip(self.shared, self.equations, strict=True):
            weights[:, slice(None) if columns is None else columns] = equations.solve()
        return linear.Linear(jnp.asarray(weights), self.tokens, jnp.asarray(self.padded))


def shared_rows(
    present: Bool[np.ndarray, "n *places"] | None, natural: tuple[int, ...], grid: bool
) -> list[tuple[np.ndarray | None, np.ndarray | None]]:
    """Which rows (n, each) and columns of the targets have equations in common; None is all."""
    if present is None or grid:
        return [(None if present is None else present.reshape(len(present), -1), None)]
    flat = present.reshape(len(present), -1)
    inner = math.prod(natural[1:]) // flat.shape[1]  # outputs at each of these positions
    patterns, which = np.unique(flat.T, axis=0, return_inverse=True)
    return [
        (pattern[:, None], np.flatnonzero(np.repeat(which.reshape(-1) == k, inner)))
        for k, pattern in enumerate(patterns)
        if pattern.any()
    ]


def _linear_rows(
    reads: Sequence[Array], natural: Array, n: int, tokens: tuple[Array, ...], padded: bool
) -> tuple[Array, Array]:
    shapes = [jax.ShapeDtypeStruct(r.shape, r.dtype) for r in reads]
    natural_shape = jax.ShapeDtypeStruct(natural.shape, natural.dtype)
    x = _features(tuple(reads), tokens, natural_shape, padded)
    y = linear.targets(natural, linear.on_grid(shapes, natural_shape))
    rows = len(x) // len(natural) * n
    return x[:rows], y[:rows]


@functools.partial(jax.jit, static_argnums=(2, 3))
def _features(
    reads: tuple[Array, ...],
    tokens: tuple[Array, ...],
    natural: jax.ShapeDtypeStruct,
    padded: bool,
) -> Array:
    return linear.features(reads, natural, tokens, padded)
