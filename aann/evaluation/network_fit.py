"""Training of small networks on design examples, some of which are kept apart to stop by.

Targets are the units' values less their mean, over their spread; the loss is the mean squared error
over units and places, 1 for a network that knows nothing. AdamW (Loshchilov and Hutter, "Decoupled
weight decay regularization", 2019) goes downhill at a rate that falls along a cosine. Every so many
steps the loss on the examples kept apart is looked at; the parameters of least loss are kept, and
training stops where there is no new best for long. Seeds decide everything: the same seed on the
same machine gives the same bits.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Float32

from aann.bench import network
from aann.bench.network import Trained
from aann.evaluation.network_batches import drawn, in_order, padded, step_size
from aann.evaluation.network_settings import Networks
from aann.evaluation.network_sizes import tokens
from aann.evaluation.seen import Seen
from aann.machine.progress import progress as progress_of
from aann.shown.brief import brief

LOOK = 20
"""Steps between two looks at the examples kept apart, at least; else all examples once."""


@dataclasses.dataclass(frozen=True, eq=False)
class Fit:
    """A trained network.

    Attributes:
        shape: of its layers.
        state: what it knows.
        curve: (looks, 3): step, loss on the examples fitted to since the last look, loss on those
            kept apart.
        best: step whose parameters were kept.
        stopped: step after which training ended.
    """

    shape: Any
    state: Trained
    curve: Float[np.ndarray, "looks 3"]
    best: int
    stopped: int

    __repr__ = brief


def train(
    shape: Any,
    seen: Seen,
    apart: Bool[np.ndarray, " n"],
    settings: Networks,
    *,
    seed: int = 0,
    progress: bool = False,
) -> Fit:
    """Train one network.

    Args:
        shape: of its layers.
        seen: what it may know.
        apart: which examples are not trained on; they decide when to stop.
        settings: of the training.
        seed: of the parameters, and of the order of examples.
        progress: show it.
    """
    rows, others = np.flatnonzero(~apart), np.flatnonzero(apart)
    size = step_size(seen, len(rows))
    known = start(shape, seen, rows, seed)
    made = _made(shape, settings.rate, settings.decay, settings.steps)

    def far(params: Any) -> float:
        sums = [made.look(params, known, batch) for batch in in_order(seen, others, size)]
        lost, count = (sum(float(x[k]) for x in sums) for k in (0, 1))
        return lost / max(count, 1.0)

    return _descend(
        shape, known, made, far, drawn(seen, rows, size, seed),
        max(-(-len(rows) // size), LOOK), settings, progress,
    )  # fmt: skip


def predicted(
    shape: Any, state: Trained, seen: Seen, rows: Sequence[int] | np.ndarray | None = None
) -> Float32[np.ndarray, "rows places columns"]:
    """What a network says of some examples, by default of all."""
    rows = np.arange(len(seen.natural)) if rows is None else np.asarray(rows)
    size = min(step_size(seen, len(rows)), len(rows))
    run = _run(shape)
    found = [
        np.asarray(run(state, [jnp.asarray(x[at]) for x in seen.reads]), np.float32)
        for at in padded(rows, size)
    ]
    return np.concatenate(found).reshape(-1, *seen.table.shape[1:])[: len(rows)]


class _Made(NamedTuple):
    """Compiled functions of a network: one compilation for all folds and seeds."""

    init: Any
    step: Any
    look: Any

    def __repr__(self) -> str:
        return brief(self)


@functools.lru_cache(maxsize=32)
def _made(shape: Any, rate: float, decay: float, steps: int) -> _Made:
    import optax  # noqa: PLC0415 - when it is needed

    schedule = optax.cosine_decay_schedule(rate, steps)
    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=decay)
    )

    def init(params: Any) -> Any:
        with network.allowed():
            return optimiser.init(params)

    def step(params: Any, memory: Any, known: Trained, batch: Any) -> tuple[Any, Any, Any]:
        def mean(params: Any) -> jax.Array:
            lost, count = _loss(shape, known._replace(params=params), batch)
            return lost / jnp.maximum(count, 1.0)

        value, slope = jax.value_and_grad(mean)(params)
        with network.allowed():
            change, memory = optimiser.update(slope, memory, params)
            return optax.apply_updates(params, change), memory, value

    def look(params: Any, known: Trained, batch: Any) -> tuple[jax.Array, jax.Array]:
        return _loss(shape, known._replace(params=params), batch)

    return _Made(jax.jit(init), jax.jit(step), jax.jit(look))


@functools.lru_cache(maxsize=32)
def _run(shape: Any) -> Callable[..., Any]:
    return jax.jit(functools.partial(network.predict, shape))


def _descend(
    shape: Any, known: Trained, made: _Made, far: Callable[[Any], float],
    batches: Iterator[Any], every: int, settings: Networks, progress: bool,
) -> Fit:  # fmt: skip
    """Steps until there is no new best for long."""
    params = best = known.params
    memory = made.init(params)
    curve = [(0.0, np.nan, far(params))]
    at, since, stopped = 0, 0, 0
    losses = []
    steps = range(1, settings.steps + 1)
    shown = progress_of(steps, "training a small network", unit="step") if progress else steps
    for k in shown:
        params, memory, value = made.step(params, memory, known, next(batches))
        losses.append(value)
        stopped = k
        if k % every and k < settings.steps:
            continue
        curve.append((float(k), float(np.mean([float(x) for x in losses])), far(params)))
        losses, since = [], since + 1
        if curve[-1][2] < min(x for _, _, x in curve[:-1]):
            best, at, since = params, k, 0
        if since >= settings.patience or not np.isfinite(curve[-1][1]):
            break
    return Fit(shape, known._replace(params=best), np.asarray(curve), at, stopped)


def _loss(shape: Any, known: Trained, batch: Any) -> tuple[jax.Array, jax.Array]:
    """The sum of squared errors over places that count, a mean over columns; and how many."""
    reads, target, here = batch
    lead = (1,) * (target.ndim - 1)
    target = (target - known.offset.reshape(*lead, -1)) / known.gain.reshape(*lead, -1)
    out = network.standardised(shape, known, reads).reshape(target.shape)
    error = jnp.where(here > 0, jnp.square(out - target).mean(-1), 0.0)
    return error.sum(), here.sum()


def start(shape: Any, seen: Seen, rows: np.ndarray, seed: int) -> Trained:
    """An untrained network that knows the means and spreads of the examples fitted to.

    Args:
        shape: of its layers.
        seen: what it may know.
        rows: the examples that it is trained on.
        seed: of the parameters.
    """
    shifts, scales = [], []
    for value, read in zip(seen.reads, shape.reads, strict=True):
        if read.tokens:
            continue
        x = network.with_channels(value, read.kind, shape.places)
        flat = x.reshape(-1, 1 if read.kind == "flat" else x.shape[-1])
        if seen.present is not None and read.kind == "same":
            flat = flat[seen.here.reshape(-1)]
        elif seen.present is not None:  # NaN may stand at padding
            flat = flat[np.isfinite(flat).all(axis=1)]
        mean, spread = _moments(flat)
        form = () if read.kind == "flat" else (-1,)
        shifts.append(jnp.asarray(mean.reshape(form), jnp.float32))
        scales.append(jnp.asarray(spread.reshape(form), jnp.float32))
    mean, spread = _moments(seen.table[rows][seen.here[rows]])
    params = network.initial(shape, seen.reads, seed)
    return Trained(
        params, tuple(shifts), tuple(scales), jnp.asarray(mean, jnp.float32),
        jnp.asarray(spread, jnp.float32), tokens(seen), jnp.asarray(seen.present is not None),
    )  # fmt: skip


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column; 1 where nothing varies."""
    mean = x.mean(0, dtype=np.float64)
    spread = np.sqrt(np.maximum(np.square(x, dtype=np.float64).mean(0) - mean**2, 0.0))
    return mean, np.where(spread > 1e-6 * np.abs(mean), spread, 1.0)
