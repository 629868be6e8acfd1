"""Per-example losses of every row: the prefix once a batch, the suffix once a row."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float, Int

from aann.bench.ablation import Joint, Row, View
from aann.bench.workbench import Workbench
from aann.data.batches import Batch
from aann.data.examples import HeldOut
from aann.evaluation import metrics
from aann.evaluation.apart import check_apart
from aann.evaluation.donors import donor_of
from aann.evaluation.finite import check_finite
from aann.shown.brief import brief
from aann.shown.listing import Listing
from aann.statistics.moments import COUNT, agreement, moments
from aann.store import key
from aann.store.digest import digest
from aann.store.passes import Pass


@dataclasses.dataclass(frozen=True, eq=False)
class Measured:
    """What the runs gave.

    Attributes:
        losses: metric -> (rows + 1, n) losses of the examples; the last run is the intact model.
        r2: (rows, units), over all examples and positions; units of all replacements in order.
        correlation: (rows, units), Pearson's; NaN where a row is constant.
    """

    losses: dict[str, Float[np.ndarray, "runs n"]]
    r2: Float[np.ndarray, "rows units"]
    correlation: Float[np.ndarray, "rows units"]

    __repr__ = brief


def measure(
    bench: Workbench,
    rows: Sequence[Row | Joint],
    heldout: HeldOut,
    *,
    seed: int = 0,
    progress: bool = False,
) -> Measured:
    """Run every row, and the intact model, on all held-out examples.

    Args:
        bench: the replacements, ready to run.
        rows: what to put in place of their units, one after the other.
        heldout: examples to report on.
        seed: as for ``fit``: it decides which example gets which donor.
        progress: show a bar.

    Raises:
        TypeError: ``heldout`` is not a ``HeldOut``.
        ValueError: NaN or infinity from a program or from the model itself; a program mixes
            examples; labels out of range.
    """
    if not isinstance(heldout, HeldOut):
        raise TypeError(
            f"results are reported on held-out examples only, got the {heldout.split!r} part of "
            f"{heldout.name!r}: aann.split(examples) makes the halves"
        )
    classes = _classes(bench, heldout.labels)
    if heldout.labels is not None:
        metrics.check_labels(heldout.labels, classes, heldout.names)
    donors = donor_of(heldout.names, seed)
    losses: dict[int, list[dict[str, np.ndarray]]] = {}
    sums = np.zeros((len(rows), COUNT, sum(len(r.units) for r in bench.replacements)))

    def section() -> str:
        known = (key.of_rows(bench, rows), key.of_examples(heldout), seed)
        return digest("measure", key.of_bench(bench), *known)

    states = jax.tree.leaves([part.state for row in rows for part in row.parts])
    reserved = sum(x.nbytes for x in states)
    with Pass(bench, heldout, section, reserved=reserved, progress=progress) as run:
        for batch in run.batches():
            compute = functools.partial(_measure_batch, run, rows, batch, donors)
            results = run.recall("losses", batch, compute)
            sums += results.pop("moments")
            losses[batch.indices[0]] = [
                {m: x[r] for m, x in results.items()} for r in range(len(rows) + 1)
            ]
    everyone = bench.machine.gather((losses, sums))
    r2, correlation = agreement(np.sum([theirs for _, theirs in everyone], axis=0))
    found = [b for _, b in sorted((i, b) for part, _ in everyone for i, b in part.items())]
    joined = {
        metric: np.stack(
            [np.concatenate([b[r][metric] for b in found]) for r in range(len(rows) + 1)]
        )
        for metric in found[0][0]
    }
    return Measured(losses=Listing(joined), r2=r2, correlation=correlation)


def _classes(bench: Workbench, labels: np.ndarray | None) -> int:
    """How many output units the model has; its logits must fit the labels."""
    shape: tuple[int, ...] = getattr(bench.outputs, "shape", ())
    positions = shape[1:-1]
    if len(shape) not in (2, 3):
        raise ValueError(
            f"model {bench.model.name!r} must return logits (batch, classes) or (batch, positions, "
            f"classes), got {jax.tree.map(lambda x: x.shape, bench.outputs)}"
        )
    if labels is not None and labels.shape[1:] != positions:
        raise ValueError(
            f"model {bench.model.name!r} returns logits of shape {shape}, so an example has labels "
            f"of shape {positions}, got {labels.shape[1:]}"
        )
    return int(shape[-1])


def _measure_batch(
    run: Pass, rows: Sequence[Row | Joint], batch: Batch, donors: Int[np.ndarray, " n"]
) -> dict[str, np.ndarray]:
    """Metric -> (rows + 1, n) losses of a batch, and under ``moments`` the sums of the units."""
    bench, names = run.bench, batch.names
    n = len(names)
    started = run.start(batch)
    natural, intact_logits = bench.flow(started, lambda i, natural, reads: natural)
    on_host = [np.asarray(values[:n]) for values in natural]
    for values, replacement in zip(on_host, bench.replacements, strict=True):
        check_finite(values, names, replacement, "the intact model")
    donor = bench.machine.spread(np.resize(donors[list(batch.indices)], bench.batch_size))
    outputs: dict[Any, Array] = {}
    losses, sums = [], []
    for row in rows:
        check = batch.indices[0] == 0
        written, logits = bench.flow(started, _chooser(bench, row, donor, outputs, check))
        losses.append(_on_host(logits, intact_logits, batch.labels, n))
        found = []
        for mine, truth, replacement in zip(written, on_host, bench.replacements, strict=True):
            values = np.asarray(mine[:n])
            check_finite(values, names, replacement, f"row {row.name!r}")
            found.append(moments(truth, values))
        sums.append(np.concatenate(found, axis=1))
    losses.append(_on_host(intact_logits, intact_logits, batch.labels, n))
    stacked = {metric: np.stack([row[metric] for row in losses]) for metric in losses[0]}
    units = sum(len(r.units) for r in bench.replacements)
    return {**stacked, "moments": np.stack(sums) if rows else np.zeros((0, COUNT, units))}


def _chooser(
    bench: Workbench, row: Row | Joint, donor: Array, outputs: dict[Any, Array], check: bool
) -> Callable[[int, Array, tuple[Any, ...]], Array]:
    """What a row puts in place of each replacement's units.

    What programs of the first level read is the same in all rows, so that ``outputs`` keeps theirs.
    With ``check`` each program has to compute every example from that example alone.
    """

    def choose(i: int, natural: Array, reads: tuple[Any, ...]) -> Array:
        part = row.parts[i]
        output = None
        if part.program is not None:
            key = (i, id(part.program))
            if key not in outputs and check:
                check_apart(bench, part.program, reads)
            output = outputs[key] if key in outputs else bench.run(part.program, reads)
            if i in bench.levels[0].members:
                outputs[key] = output
        view = View(natural, bench.channels_last(i, reads), donor, output)
        values: Array = _run_rung(part.rung)(part.state, view)
        return values

    return choose


def _on_host(
    logits: Array, intact_logits: Array, labels: Array | None, n: int
) -> dict[str, np.ndarray]:
    """Losses of the first ``n`` examples of a batch, on the host."""
    losses = _losses(logits, intact_logits, labels)
    return {metric: np.asarray(x)[:n] for metric, x in losses.items()}


_losses = jax.jit(metrics.per_example)


@functools.cache
def _run_rung(rung: Any) -> Any:
    return jax.jit(rung)
