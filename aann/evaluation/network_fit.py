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
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from aann.bench import network
from aann.bench.network import Trained
from aann.bench.workbench import Workbench
from aann.evaluation.network_settings import Networks
from aann.evaluation.seen import Seen
from aann.machine.progress import progress as progress_of
from aann.shown.brief import brief

ROWS = 4096
"""Places that a step of training looks at, about."""

FEWEST, MOST = 4, 256
"""Examples of a step."""

LOOK = 20
"""Steps between two looks at the examples kept apart, at least; else all examples once."""

SPARE = 1.5
"""So many times the weights that were asked for may the smallest network have."""


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


def shapes(bench: Workbench, i: int, seen: Seen, settings: Networks) -> list[Any]:
    """The layers of a network for each size, from the smallest.

    Raises:
        ValueError: the smallest network has more weights than were asked for.
    """
    known = _tokens(seen)
    make = functools.partial(
        network.shape_of, bench, i, [len(t) for t in known], depth=settings.depth,
        mixing=settings.mixing,
    )  # fmt: skip
    if settings.widths:
        return [make(width=width) for width in settings.sizes]
    counts = np.asarray([_count(make(width=w), seen) for w in (1, 2, 3)], np.float64)
    a = (counts[2] - 2 * counts[1] + counts[0]) / 2  # weights are a quadratic of the width
    b = counts[1] - counts[0] - 3 * a
    widths, small = [], []
    for asked in settings.sizes:
        if counts[0] > SPARE * asked:
            small.append(asked)
            continue
        c = counts[0] - a - b - asked
        root = (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a) if a > 0 else -c / b
        widths.append(max(round(root), 1))
    if small:
        raise ValueError(
            f"small networks of {', '.join(f'{x:,}' for x in small)} weights: from these reads to "
            f"{len(bench.replacements[i].units)} units of {bench.replacements[i].site!r} one of "
            f"depth {settings.depth} has {counts[0]:,.0f} or more; ask for more weights, a smaller "
            "depth, or fewer units"
        )
    return [make(width=width) for width in widths]


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
    import optax  # noqa: PLC0415 - when it is needed

    rows, others = np.flatnonzero(~apart), np.flatnonzero(apart)
    size = _step_size(seen, len(rows))
    known = start(shape, seen, rows, seed)
    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.adamw(
            optax.cosine_decay_schedule(settings.rate, settings.steps), weight_decay=settings.decay
        ),
    )
    loss = functools.partial(_loss, shape)

    @jax.jit
    def step(params: Any, memory: Any, k: Trained, batch: Any) -> tuple[Any, Any, Any]:
        value, slope = jax.value_and_grad(
            lambda p: loss(k._replace(params=p), batch)[0] / jnp.maximum(batch[2].sum(), 1.0)
        )(params)
        with network.allowed():
            change, memory = optimiser.update(slope, memory, params)
            return optax.apply_updates(params, change), memory, value

    look = jax.jit(lambda p, k, batch: loss(k._replace(params=p), batch))

    def far(params: Any) -> float:
        sums = [look(params, known, batch) for batch in _batches(seen, others, size)]
        lost, count = (sum(float(x[k]) for x in sums) for k in (0, 1))
        return lost / max(count, 1.0)

    with network.allowed():
        memory = optimiser.init(known.params)
    return _descend(
        shape, known, memory, step, far, _drawn(seen, rows, size, seed),
        max(-(-len(rows) // size), LOOK), settings, progress,
    )  # fmt: skip


def predicted(
    shape: Any, state: Trained, seen: Seen, rows: Sequence[int] | np.ndarray | None = None
) -> Float32[np.ndarray, "rows places columns"]:
    """What a network says of some examples, by default of all."""
    rows = np.arange(len(seen.natural)) if rows is None else np.asarray(rows)
    size = min(_step_size(seen, len(rows)), len(rows))
    run = _run(shape)
    found = [
        np.asarray(run(state, [jnp.asarray(x[at]) for x in seen.reads]), np.float32)
        for at in _padded(rows, size)
    ]
    return np.concatenate(found).reshape(-1, *seen.table.shape[1:])[: len(rows)]


@functools.lru_cache(maxsize=32)
def _run(shape: Any) -> Callable[..., Any]:
    return jax.jit(functools.partial(network.predict, shape))


def _descend(
    shape: Any, known: Trained, memory: Any, step: Any, far: Callable[[Any], float],
    batches: Iterator[Any], every: int, settings: Networks, progress: bool,
) -> Fit:  # fmt: skip
    """Steps until there is no new best for long."""
    params = best = known.params
    curve = [(0.0, np.nan, far(params))]
    at, since, stopped = 0, 0, 0
    losses = []
    steps = range(1, settings.steps + 1)
    shown = progress_of(steps, "training a small network", unit="step") if progress else steps
    for k in shown:
        params, memory, value = step(params, memory, known, next(batches))
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
        if seen.present is not None:  # NaN may stand at padding
            flat = flat[np.isfinite(flat).all(axis=1)]
        mean, spread = _moments(flat)
        form = () if read.kind == "flat" else (-1,)
        shifts.append(jnp.asarray(mean.reshape(form), jnp.float32))
        scales.append(jnp.asarray(spread.reshape(form), jnp.float32))
    mean, spread = _moments(seen.table[rows][seen.here[rows]])
    params = network.initial(shape, seen.reads, seed)
    return Trained(
        params, tuple(shifts), tuple(scales), jnp.asarray(mean, jnp.float32),
        jnp.asarray(spread, jnp.float32), _tokens(seen), jnp.asarray(seen.present is not None),
    )  # fmt: skip


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column; 1 where nothing varies."""
    mean = x.mean(0, dtype=np.float64)
    spread = np.sqrt(np.maximum(np.square(x, dtype=np.float64).mean(0) - mean**2, 0.0))
    return mean, np.where(spread > 1e-6 * np.abs(mean), spread, 1.0)


def _tokens(seen: Seen) -> tuple[jax.Array, ...]:
    """The values that each read of integers takes."""
    whole = [x for x in seen.reads if np.issubdtype(x.dtype, np.integer)]
    return tuple(jnp.asarray(np.unique(x), jnp.int32) for x in whole)


def _count(shape: Any, seen: Seen) -> int:
    """Numbers that a network of this shape knows."""
    params = jax.eval_shape(lambda: network.initial(shape, seen.reads, 0))
    numbers: int = sum(math.prod(x.shape) for x in jax.tree.leaves(params)) + 2 * shape.columns
    for x, read in zip(seen.reads, shape.reads, strict=True):
        if not read.tokens:
            seen_as = network.with_channels(x[:1], read.kind, shape.places)
            numbers += 2 * (1 if read.kind == "flat" else seen_as.shape[-1])
    return numbers


def _step_size(seen: Seen, n: int) -> int:
    inputs = max(math.prod(x.shape[1:3]) if x.ndim == 4 else 1 for x in seen.reads)
    places = max(seen.table.shape[1], inputs // 16)
    return min(int(np.clip(ROWS // places, FEWEST, MOST)), n)


def _drawn(seen: Seen, rows: np.ndarray, size: int, seed: int) -> Iterator[Any]:
    """Batches of examples in a new order each time that all are through, for ever."""
    rng = np.random.default_rng([seed, 1])
    while True:
        order = rng.permutation(rows)
        for k in range(0, len(order) - size + 1, size):
            at = np.sort(order[k : k + size])
            yield _batch(seen, at, np.ones(size, bool))


def _batches(seen: Seen, rows: np.ndarray, size: int) -> Iterator[Any]:
    for k, at in zip(range(0, len(rows), size), _padded(rows, size), strict=True):
        yield _batch(seen, at, np.arange(size) < len(rows) - k)


def _padded(rows: np.ndarray, size: int) -> Iterator[Int[np.ndarray, " size"]]:
    """Rows in parts of one size, the last filled up with its first."""
    for k in range(0, len(rows), size):
        part = rows[k : k + size]
        yield np.concatenate([part, np.repeat(part[:1], size - len(part))])


def _batch(seen: Seen, at: np.ndarray, real: np.ndarray) -> tuple[Any, jax.Array, jax.Array]:
    here = (seen.here[at] & real[:, None]).astype(np.float32)
    target = np.where(here[..., None] > 0, seen.table[at], np.float32(0))
    return [jnp.asarray(x[at]) for x in seen.reads], jnp.asarray(target), jnp.asarray(here)
