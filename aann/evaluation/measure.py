"""Per-example losses of every row: the prefix once a batch, the suffix once a row."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float, Int

from aann.bench.ablation import Joint, Row, View
from aann.bench.present import columns, present_at
from aann.bench.workbench import Workbench
from aann.data.batches import Batch
from aann.data.examples import HeldOut
from aann.evaluation import metrics
from aann.evaluation.apart import check_apart
from aann.evaluation.donors import donor_of
from aann.evaluation.finite import check_finite, check_losses
from aann.evaluation.scoring import check_scoring
from aann.shown.brief import brief
from aann.shown.listing import Listing
from aann.statistics.moments import agreement, empty, merge, moments
from aann.store import key
from aann.store.digest import digest
from aann.store.passes import Pass


@dataclasses.dataclass(frozen=True, eq=False)
class Measured:
    """What the runs gave.

    Attributes:
        losses: metric -> (rows + 1, n) losses of the examples; the last run is the intact model.
        r2: (rows, units), over all examples and positions where there is something; units of all
            replacements in order; NaN where the natural values are constant.
        correlation: (rows, units), Pearson's; NaN where either are constant.
        hidden: metric -> (hidden rows, n) losses of what is no row of a report.
    """

    losses: dict[str, Float[np.ndarray, "runs n"]]
    r2: Float[np.ndarray, "rows units"]
    correlation: Float[np.ndarray, "rows units"]
    hidden: dict[str, Float[np.ndarray, "hidden n"]] = dataclasses.field(default_factory=dict)

    __repr__ = brief


def measure(
    bench: Workbench,
    rows: Sequence[Row | Joint],
    heldout: HeldOut,
    *,
    hidden: Sequence[Row | Joint] = (),
    seed: int = 0,
    progress: bool = False,
) -> Measured:
    """Run every row, and the intact model, on all held-out examples.

    Args:
        bench: the replacements, ready to run.
        rows: what to put in place of their units, one after the other.
        heldout: examples to report on.
        hidden: more of the same, of which losses alone are wanted.
        seed: as for ``fit``: it decides which example gets which donor.
        progress: show it, see ``aann.machine.progress``.

    Raises:
        TypeError: ``heldout`` is not a ``HeldOut``.
        ValueError: NaN or infinity from a program or from the model itself; a program mixes
            examples; labels out of range; an infinite loss.
    """
    if not isinstance(heldout, HeldOut):
        raise TypeError(
            f"results are reported on held-out examples only, got the {heldout.split!r} part of "
            f"{heldout.name!r}: aann.split(examples) makes the halves"
        )
    check_scoring(bench, heldout)
    present = [present_at(bench, i, heldout.present) for i in range(len(bench.replacements))]
    batch_of = _Measuring(bench, rows, hidden, present, donor_of(heldout.names, seed))
    runs = len(rows) + 1
    losses: dict[int, list[dict[str, np.ndarray]]] = {}
    sums = empty((len(rows),), sum(batch_of.widths))

    def section() -> str:
        known = (key.of_rows(bench, [*rows, *hidden]), key.of_examples(heldout), seed)
        return digest("measure", key.of_bench(bench), *known)

    states = jax.tree.leaves([part.state for row in [*rows, *hidden] for part in row.parts])
    reserved = sum(x.nbytes for x in states)
    with Pass(bench, heldout, section, reserved=reserved, progress=progress) as run:
        for batch in run.batches():
            results = run.recall("losses", batch, functools.partial(batch_of, run, batch))
            sums = merge([sums, results.pop("moments")])
            losses[batch.indices[0]] = [
                {m: x[r] for m, x in results.items()} for r in range(runs + len(hidden))
            ]
    everyone = bench.machine.gather((losses, sums))
    r2, correlation = batch_of.agreement(merge(theirs for _, theirs in everyone))
    found = [b for _, b in sorted((i, b) for part, _ in everyone for i, b in part.items())]
    joined = {
        metric: np.stack(
            [np.concatenate([b[r][metric] for b in found]) for r in range(runs + len(hidden))]
        )
        for metric in found[0][0]
    }
    shown, others = (
        Listing({m: x[k] for m, x in joined.items()}) for k in (slice(runs), slice(runs, None))
    )
    return Measured(shown, r2, correlation, others)


class _Measuring:
    """Measures batches: metric -> (rows + 1, n) losses, and under ``moments`` sums of the units."""

    def __init__(
        self,
        bench: Workbench,
        rows: Sequence[Row | Joint],
        hidden: Sequence[Row | Joint],
        present: Sequence[np.ndarray | None],
        donors: Int[np.ndarray, " n"],
    ) -> None:
        self.bench, self.rows, self.hidden = bench, rows, hidden
        self.present, self.donors = present, donors
        self.coordinates = [bench.coordinates(i) for i in range(len(bench.replacements))]
        self.units = [len(r.units) for r in bench.replacements]
        self.widths = [
            int(np.prod(natural.shape[-1 - c :]))
            for natural, c in zip(bench.naturals, self.coordinates, strict=True)
        ]

    def __call__(self, run: Pass, batch: Batch) -> dict[str, np.ndarray]:
        bench, n = self.bench, len(batch.names)
        started = run.start(batch)
        natural, intact_logits = bench.flow(started, lambda i, natural, reads: natural)
        truth = [np.asarray(values[:n]) for values in natural]
        self._check(truth, batch, "the intact model")
        donor = bench.machine.spread(np.resize(self.donors[list(batch.indices)], bench.batch_size))
        outputs: dict[Any, Array] = {}
        losses, sums = [], []
        for row in self.rows:
            check = batch.indices[0] == 0
            written, logits = bench.flow(started, _chooser(bench, row, donor, outputs, check))
            losses.append(on_host(logits, intact_logits, batch, n))
            values = [np.asarray(mine[:n]) for mine in written]
            self._check(values, batch, f"row {row.name!r}")
            sums.append(self._moments(truth, values, batch))
        losses.append(on_host(intact_logits, intact_logits, batch, n))
        check_losses(losses, [row.name for row in self.rows], batch.names)
        for row in self.hidden:
            _, logits = bench.flow(started, _chooser(bench, row, donor, outputs, False))
            losses.append(on_host(logits, intact_logits, batch, n))
        check_losses(losses[len(self.rows) + 1 :], [row.name for row in self.hidden], batch.names)
        stacked = {metric: np.stack([row[metric] for row in losses]) for metric in losses[0]}
        return {**stacked, "moments": np.stack(sums) if sums else empty((0,), sum(self.widths))}

    def agreement(self, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """R2 and correlation (rows, units), units of all replacements in order."""
        parts = np.split(sums, np.cumsum(self.widths)[:-1], axis=-1)
        found = [agreement(x, units) for x, units in zip(parts, self.units, strict=True)]
        r2, correlation = (np.concatenate(x, axis=-1) for x in zip(*found, strict=True))
        return r2, correlation

    def _here(self, i: int, batch: Batch) -> np.ndarray | None:
        present = self.present[i]
        return None if present is None else present[list(batch.indices)]

    def _check(self, values: Sequence[np.ndarray], batch: Batch, what: str) -> None:
        for i, (mine, r) in enumerate(zip(values, self.bench.replacements, strict=True)):
            check_finite(mine, batch.names, r, what, self._here(i, batch))

    def _moments(
        self, truth: Sequence[np.ndarray], values: Sequence[np.ndarray], batch: Batch
    ) -> np.ndarray:
        found = []
        for i, pair in enumerate(zip(truth, values, strict=True)):
            here = self._here(i, batch)
            found.append(moments(*(columns(x, here, self.coordinates[i]) for x in pair)))
        return np.concatenate(found, axis=1)


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


def on_host(logits: Array, intact: Array, batch: Batch, n: int) -> dict[str, np.ndarray]:
    """Losses of the first ``n`` examples of a batch, on the host."""
    losses = _losses(logits, intact, batch.labels, batch.scored)
    return {metric: np.asarray(x)[:n] for metric, x in losses.items()}


_losses = jax.jit(metrics.per_example)


@functools.cache
def _run_rung(rung: Any) -> Any:
    return jax.jit(rung)
