"""Runs candidate terms over the examples: first what weighs them, then what they give."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from aann.bench.workbench import Choose, Workbench
from aann.data.examples import Examples
from aann.residuals.gains import programs
from aann.residuals.loss import Loss, Seen, batches_of, check, joined
from aann.residuals.observed import Observed
from aann.residuals.term import Values
from aann.residuals.weighing import Weights
from aann.statistics.each import each


class Trial:
    """Terms beside one program, on all examples.

    Args:
        bench: of ``aann.residuals.term.bench_for``.
        examples: that were observed.
        parts: what was, of all replacements.
        i: which of them the terms are added to.
        loss: to judge by.
        values: computes the terms.
    """

    def __init__(
        self,
        bench: Workbench,
        examples: Examples,
        parts: Sequence[Observed],
        i: int,
        loss: Loss,
        values: Values,
    ) -> None:
        self.bench, self.examples, self.parts, self.i = bench, examples, parts, i
        self.loss, self.values, self.part = loss, values, parts[i]
        self.floor = np.full(len(self.part.replacement.units), -np.inf, np.float32)

    def products(self, names: Sequence[str], progress: bool) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each term, of each example (n, units): sums of term times residual, and of squares.

        Raises:
            ValueError: a term is NaN or infinite.
        """
        found: list[dict[int, np.ndarray]] = [{} for _ in names]
        residual = self.part.residual().reshape(self.part.natural.shape)
        for seen in batches_of(self.bench, self.examples, self.loss, progress):
            reads = self._reads(seen)
            left = self.bench.machine.spread(residual[seen.rows])
            for k, name in enumerate(names):
                value = self.values.of(k, reads, self._here(seen))
                self._check(np.asarray(value[: seen.n]), name, seen)
                sums = np.asarray(_products(value, left), np.float64)[:, : seen.n]
                found[k][int(seen.rows[0])] = np.moveaxis(sums, 1, -1)
        return [tuple(np.moveaxis(joined(self.bench, x), -1, 1)) for x in found]

    def run(
        self, weights: Sequence[Weights], progress: bool
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """Losses of intact, zero, spliced and each term; of the last ones (n, 11, columns) sums."""
        losses: dict[int, np.ndarray] = {}
        sums: list[dict[int, np.ndarray]] = [{} for _ in range(1 + len(weights))]
        for seen in batches_of(self.bench, self.examples, self.loss, progress):
            at = int(seen.rows[0])
            rows = [
                np.asarray(seen.loss(seen.intact, seen.intact), np.float32)[: seen.n],
                seen.judged(lambda i, natural, reads: jnp.zeros_like(natural)),
            ]
            for k, mine in enumerate([None, *weights]):
                written: list[Array] = []
                rows.append(seen.judged(self._with(seen, k - 1, mine, written)))
                sums[k][at] = np.moveaxis(self._sums(seen, written[0]), 0, -1)
            losses[at] = np.stack(rows)
            check(losses[at], self.loss.name, seen.names)
        return joined(self.bench, losses), [np.moveaxis(joined(self.bench, x), -1, 0) for x in sums]

    def _with(self, seen: Seen, k: int, weights: Weights | None, written: list[Array]) -> Choose:
        """Programs in place, and a term beside the one that it is added to."""

        def choose(i: int, natural: Array, reads: tuple[Any, ...]) -> Array:
            own = reads[: len(self.parts[i].replacement.reads)]
            value = programs(seen, self.parts, i, own)
            if i != self.i:
                return value
            if weights is not None:
                spread = self.bench.machine.spread(weights.crossed[seen.rows].astype(np.float32))
                value = _added(
                    value, self.values.of(k, reads, self._here(seen)), spread, self.floor
                )
            written.append(value)
            return value

        return choose

    def _reads(self, seen: Seen) -> tuple[Any, ...]:
        """Values at the reads, with all programs in place."""
        found: list[tuple[Any, ...]] = []

        def choose(i: int, natural: Array, reads: tuple[Any, ...]) -> Array:
            if i == self.i:
                found.append(reads)
            return programs(seen, self.parts, i, reads[: len(self.parts[i].replacement.reads)])

        self.bench.values(seen.started, choose)
        return found[0]

    def _here(self, seen: Seen) -> Array:
        here = self.part.here[seen.rows].reshape(len(seen.rows), *self.part.places)
        return self.bench.machine.spread(here)

    def _sums(self, seen: Seen, value: Array) -> np.ndarray:
        rows, part = seen.rows[: seen.n], self.part
        here = None if part.present is None else part.present[rows]
        return each(part.natural[rows], np.asarray(value[: seen.n]), here, part.coordinates)

    def _check(self, value: np.ndarray, name: str, seen: Seen) -> None:
        bad = np.argwhere(~np.isfinite(value))
        if len(bad):
            example, *place, _ = (int(x) for x in bad[0])
            raise ValueError(
                f"term {name!r} gives {value[tuple(bad[0])]} for example {seen.names[example]!r}, "
                f"position {tuple(place)} ({len(bad)} bad values in this batch of {seen.n})"
            )


@jax.jit
def _products(value: Array, residual: Array) -> Array:
    """(2, batch, units) sums over positions and coordinates."""
    value = jnp.broadcast_to(value, residual.shape)
    axes = tuple(range(1, value.ndim - 1))
    return jnp.stack([(value * residual).sum(axis=axes), (value * value).sum(axis=axes)])


@jax.jit
def _added(program: Array, value: Array, weights: Array, floor: Array) -> Array:
    axes = (1,) * (program.ndim - 2)
    more = program.astype(jnp.float32) + value * weights.reshape(len(weights), *axes, -1)
    cut = jnp.maximum(more, floor.reshape((1, *axes, -1)))
    return cut.astype(program.dtype)
