"""The mean loss with constants in place of units, and its slope."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from aann.bench.workbench import Workbench
from aann.data.batches import Batch
from aann.evaluation.metrics import per_example
from aann.store.passes import Pass
from aann.store.prefixes import IN_TRANSIT

Constants = Sequence[np.ndarray]
"""Float (*coordinates, units) of each replacement."""


def no_slope(bench: Workbench) -> str | None:
    """Why the loss has no slope, found out without running anything."""
    inputs = bench.model.batch(bench.batch_size)
    started, outputs = jax.eval_shape(bench.start, inputs), bench.outputs
    constants = [
        jax.ShapeDtypeStruct(x.shape[x.ndim - 1 - bench.coordinates(i) :], jnp.float32)
        for i, x in enumerate(bench.naturals)
    ]
    try:
        jax.eval_shape(
            jax.grad(lambda c, s, o: _total(bench, c, s, o)), constants, started, outputs
        )
    except (ValueError, TypeError, NotImplementedError) as error:
        return f"the model has no gradient ({str(error).strip().splitlines()[0][:120]})"
    return None


def _total(
    bench: Workbench,
    constants: Sequence[Array],
    started: Any,
    intact: Array,
    scored: Array | None = None,
    weights: Array | None = None,
) -> Array:
    """Summed KL of a batch with constants in place of the units."""

    def choose(i: int, natural: Array, reads: tuple[Any, ...]) -> Array:
        spread: Array = _everywhere(constants[i], natural)
        return spread

    _, logits = bench.flow(started, choose)
    total: Array = _summed(logits, intact, scored, weights)
    return total


@jax.jit
def _everywhere(constant: Array, natural: Array) -> Array:
    axes = (None,) * (natural.ndim - constant.ndim)
    return jnp.broadcast_to(constant[axes], natural.shape).astype(natural.dtype)


@jax.jit
def _summed(logits: Array, intact: Array, scored: Array | None, weights: Array | None) -> Array:
    if scored is not None and logits.ndim > 2:  # NaN at padding has a slope of NaN, masked or not
        logits, intact = (jnp.where(scored[..., None], x, 0.0) for x in (logits, intact))
    losses = per_example(logits, intact, scored=scored)["kl"]
    return losses.sum() if weights is None else (losses * weights).sum()


class ConstantLoss:
    """The mean loss over the examples of a pass, with its slope.

    Inputs and the outputs of the intact model are kept where they are small.
    """

    def __init__(self, bench: Workbench, run: Pass, like: Constants) -> None:
        self.bench, self.run, self.like = bench, run, like
        shown = [bench.model.batch(bench.batch_size), bench.outputs]
        size = sum(math.prod(x.shape) * x.dtype.itemsize for x in jax.tree.leaves(shown))
        count = -(-len(run.examples) // bench.batch_size)
        self.keeps = size * count < bench.machine.budget / IN_TRANSIT
        self.batches: list[Batch] = []
        self.intact: dict[int, Array] = {}
        # Not compiled as a whole: its parts are, and take the parameters as arguments.
        self.slope = jax.value_and_grad(lambda c, *seen: _total(bench, c, *seen))

    def __call__(self, flat: np.ndarray, slope: bool = True) -> tuple[float, np.ndarray]:
        """Of all constants, flat: the mean loss, and its slope or zeros."""
        constants = [jnp.asarray(x, jnp.float32) for x in parts_of(flat, self.like)]
        constants = list(self.bench.machine.everywhere(constants))
        total, downhill = 0.0, np.zeros(flat.shape)
        for batch in self._all():
            seen = self._seen(batch)
            if slope:
                value, found = self.slope(constants, *seen)
                downhill += np.concatenate([np.asarray(x, np.float64).ravel() for x in found])
            else:
                value = _total(self.bench, constants, *seen)
            total += float(value)
        everyone = self.bench.machine.gather((total, downhill))
        n = len(self.run.examples)
        return sum(t for t, _ in everyone) / n, sum(d for _, d in everyone) / n

    def _all(self) -> Iterable[Batch]:
        if self.batches or not self.keeps:
            return self.batches or self.run.batches()
        self.batches = list(self.run.batches())
        return self.batches

    def _seen(self, batch: Batch) -> tuple[Any, ...]:
        bench, at = self.bench, batch.indices[0]
        started = self.run.start(batch)
        intact = self.intact.get(at)
        if intact is None:
            intact = bench.flow(started, lambda i, natural, reads: natural)[1]
            if self.keeps:
                self.intact[at] = intact
        weights = np.arange(bench.batch_size) < len(batch.indices)
        scored = batch.scored
        if batch.labels is not None and batch.labels.ndim > 1:
            scored = batch.labels >= 0
        return started, intact, scored, bench.machine.spread(weights.astype(np.float32))


def parts_of(flat: np.ndarray, like: Constants) -> list[np.ndarray]:
    """Constants of each replacement from those of all, one after the other."""
    ends = np.cumsum([x.size for x in like])[:-1]
    return [part.reshape(x.shape) for part, x in zip(np.split(flat, ends), like, strict=True)]
