"""What a fit adds up over the design examples, batch by batch, for one replacement.

Sums can be taken out and put back (``state``, ``restore``), so that a fit that was interrupted ends
in the same bits, and are put together over processes (``gather``).
"""

import functools
import operator
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aann.bench import linear
from aann.bench.workbench import Workbench
from aann.evaluation.finite import check_finite
from aann.evaluation.fitted import Fitted
from aann.evaluation.linear_rows import Rows
from aann.statistics.moments import COUNT, affine, mean, moments
from aann.store.results import Arrays

LINEAR = ("gram", "cross", "rows")


class DesignSums:
    """Running sums for one replacement.

    Args:
        bench: the replacements, ready to run.
        i: which of them.
        donors: positions of the examples whose values are kept.
        rows: which rows the linear prediction is fitted on.
        tokens: values that its integer reads take.
    """

    def __init__(
        self,
        bench: Workbench,
        i: int,
        donors: Sequence[int],
        rows: Rows,
        tokens: tuple[Array, ...],
    ) -> None:
        self.bench, self.i, self.rows, self.tokens = bench, i, rows, tokens
        natural = bench.naturals[i].shape[1:]
        self.count = 0
        self.total = np.zeros(natural)
        self.moments = np.zeros((COUNT, natural[-1]))
        self.equations = linear.NormalEquations()
        self.place = {int(example): k for k, example in enumerate(donors)}
        self.natural: list[np.ndarray] = [np.empty(0)] * len(donors)
        self.output: list[np.ndarray] = [np.empty(0)] * len(donors)

    def add(
        self,
        natural: Float[Array, "batch *positions units"],
        output: Float[Array, "batch *positions units"],
        indices: Sequence[int],
        names: Sequence[str],
    ) -> None:
        """Add the values of a batch: natural ones, and what the program says.

        Raises:
            ValueError: NaN or infinity among them.
        """
        replacement = self.bench.replacements[self.i]
        mine, theirs = (np.asarray(x[: len(indices)]) for x in (output, natural))
        check_finite(theirs, names, replacement, "the intact model")
        check_finite(mine, names, replacement, replacement.name)
        self.count += len(indices)
        self.total = self.total + theirs.astype(np.float64).sum(0)
        self.moments = self.moments + moments(theirs, mine)
        for row, example in enumerate(indices):
            if example in self.place:
                # Copies: a view would keep its whole batch in memory.
                self.natural[self.place[example]] = theirs[row].copy()
                self.output[self.place[example]] = mine[row].copy()

    def add_rows(self, reads: Sequence[Any], natural: Array, indices: Sequence[int]) -> None:
        """Add rows of a batch to the equations of the linear prediction."""
        reads = self.bench.channels_last(self.i, reads)
        x, y = _linear_rows(reads, natural, len(indices), self.tokens)
        x, y = self.bench.machine.on_one((x, y))
        for chosen in self.rows.of(indices, len(x) // len(indices), x.shape[1]):
            self.equations.add(*((x, y) if len(chosen) == len(x) else (x[chosen], y[chosen])))

    def state(self) -> Arrays:
        """Everything added so far, as arrays."""
        seen = [k for k, donor in enumerate(self.natural) if donor.size]
        arrays = {name: np.asarray(getattr(self.equations, name)) for name in LINEAR}
        arrays |= {
            "count": np.asarray(self.count), "total": self.total, "moments": self.moments,
            "seen": np.asarray(seen, np.int64),
        }  # fmt: skip
        if seen:
            arrays["donors"] = np.stack([self.natural[k] for k in seen])
            arrays["outputs"] = np.stack([self.output[k] for k in seen])
        return arrays

    def restore(self, arrays: Arrays) -> None:
        """Put back what ``state`` returned."""
        for name in LINEAR:
            setattr(self.equations, name, arrays[name][()])
        self.count = int(arrays["count"])
        self.total, self.moments = arrays["total"], arrays["moments"]
        for row, k in enumerate(arrays["seen"]):
            self.natural[k], self.output[k] = arrays["donors"][row], arrays["outputs"][row]

    def gather(self) -> None:
        """Put together what all processes have of their examples."""
        gather = self.bench.machine.gather
        own = (self.count, self.total, self.moments)
        self.count, self.total, self.moments = map(_added, zip(*gather(own), strict=True))
        for name in LINEAR:
            setattr(self.equations, name, _added(gather(getattr(self.equations, name))))
        for values in (self.natural, self.output):
            for theirs in gather(values):
                for k, value in enumerate(theirs):
                    values[k] = value if value.size else values[k]

    def fitted(self, with_linear: bool) -> Fitted:
        """What follows from the sums."""
        slope, offset = affine(self.moments)
        natural = self.bench.naturals[self.i]
        everywhere = np.broadcast_to(mean(self.moments), natural.shape[1:])
        arrays = {
            "mean": jnp.asarray(everywhere, natural.dtype),
            "position_mean": jnp.asarray(self.total / self.count, natural.dtype),
            "donors": jnp.asarray(np.stack(self.natural)),
            "donor_outputs": jnp.asarray(np.stack(self.output)),
            "slope": jnp.asarray(slope, natural.dtype),
            "offset": jnp.asarray(offset, natural.dtype),
            "linear": (
                linear.Linear(jnp.asarray(self.equations.solve()), self.tokens)
                if with_linear
                else None
            ),
        }
        return Fitted(**self.bench.machine.everywhere(arrays))


def _added(parts: Sequence[Any]) -> Any:
    return functools.reduce(operator.add, parts)


def _linear_rows(
    reads: Sequence[Array], natural: Array, n: int, tokens: tuple[Array, ...]
) -> tuple[Array, Array]:
    shapes = [jax.ShapeDtypeStruct(r.shape, r.dtype) for r in reads]
    natural_shape = jax.ShapeDtypeStruct(natural.shape, natural.dtype)
    x = _features(tuple(reads), tokens, natural_shape)
    y = linear.targets(natural, linear.on_grid(shapes, natural_shape))
    rows = len(x) // len(natural) * n
    return x[:rows], y[:rows]


@functools.partial(jax.jit, static_argnums=2)
def _features(
    reads: tuple[Array, ...], tokens: tuple[Array, ...], natural: jax.ShapeDtypeStruct
) -> Array:
    return linear.features(reads, natural, tokens)
