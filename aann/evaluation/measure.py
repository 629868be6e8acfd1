"""Per-example losses of every row: the prefix once a batch, the suffix once a row."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

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
from aann.evaluation.finite import check_finite, check_losses
from aann.evaluation.scoring import check_scoring
from aann.evaluation.sums import Sums
from aann.machine.processes import in_order
from aann.shown.brief import brief
from aann.shown.listing import Listing
from aann.statistics.agreement import Part
from aann.statistics.each import Kept
from aann.statistics.moments import merge
from aann.store import key
from aann.store.digest import digest
from aann.store.passes import Pass

Found = TypeVar("Found")


@dataclasses.dataclass(frozen=True, eq=False)
class Measured:
    """What the runs gave.

    Attributes:
        losses: metric -> (rows + 1, n) losses of the examples; the last run is the intact model.
        r2: (rows, units), over all examples and positions where there is something; units of all
            replacements in order; NaN where the natural values are constant.
        correlation: (rows, units), Pearson's; NaN where either are constant.
        hidden: metric -> (hidden rows, n) losses of what is no row of a report.
        parts: for each row and replacement what intervals of both need; empty where that would
            take more than ``aann.evaluation.sums.KEPT``.
    """

    losses: dict[str, Float[np.ndarray, "runs n"]]
    r2: Float[np.ndarray, "rows units"]
    correlation: Float[np.ndarray, "rows units"]
    hidden: dict[str, Float[np.ndarray, "hidden n"]] = dataclasses.field(default_factory=dict)
    parts: Sequence[Sequence[Part]] = ()

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
    kept = Sums(bench, len(rows), heldout)
    batch_of = _Measuring(bench, rows, hidden, kept, donor_of(heldout.names, seed))
    runs = len(rows) + 1
    losses: dict[int, list[dict[str, np.ndarray]]] = {}
    examples: dict[int, Kept] = {}
    sums, _ = kept.none(0, len(rows))

    def section() -> str:
        known = (key.of_rows(bench, [*rows, *hidden]), key.of_examples(heldout), seed)
        return digest("measure examples", key.of_bench(bench), *known)

    states = jax.tree.leaves([part.state for row in [*rows, *hidden] for part in row.parts])
    reserved = sum(x.nbytes for x in states)
    with Pass(bench, heldout, section, reserved=reserved, progress=progress) as run:
        for batch in run.batches():
            results = run.recall("losses", batch, functools.partial(batch_of, run, batch))
            sums = merge([sums, results.pop("moments")])
            examples[batch.indices[0]] = results.pop("examples")
            losses[batch.indices[0]] = [
                {m: x[r] for m, x in results.items()} for r in range(runs + len(hidden))
            ]
    everyone = bench.machine.gather((losses, sums, examples))
    sums = merge(theirs for _, theirs, _ in everyone)
    r2, correlation = kept.agreement(sums)
    found = in_order(part for part, _, _ in everyone)
    parts = kept.parts(np.concatenate(in_order(part for *_, part in everyone), axis=1), sums)
    joined = {
        metric: np.stack(
            [np.concatenate([b[r][metric] for b in found]) for r in range(runs + len(hidden))]
        )
        for metric in found[0][0]
    }
    shown, others = (
        Listing({m: x[k] for m, x in joined.items()}) for k in (slice(runs), slice(runs, None))
    )
    return Measured(shown, r2, correlation, others, parts)


class _Measuring:
    """Measures batches: metric -> (rows + 1, n) losses; under ``moments`` and ``examples`` the sums
    of the units' values, see ``aann.evaluation.sums``.
    """

    def __init__(
        self,
        bench: Workbench,
        rows: Sequence[Row | Joint],
        hidden: Sequence[Row | Joint],
        sums: Sums,
        donors: Int[np.ndarray, " n"],
    ) -> None:
        self.bench, self.rows, self.hidden = bench, rows, hidden
        self.sums, self.donors = sums, donors

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
            sums.append(self.sums.of(truth, values, batch))
        losses.append(on_host(intact_logits, intact_logits, batch, n))
        check_losses(losses, [row.name for row in self.rows], batch.names)
        for row in self.hidden:
            _, logits = bench.flow(started, _chooser(bench, row, donor, outputs, False))
            losses.append(on_host(logits, intact_logits, batch, n))
        check_losses(losses[len(self.rows) + 1 :], [row.name for row in self.hidden], batch.names)
        stacked = {metric: np.stack([row[metric] for row in losses]) for metric in losses[0]}
        moments, examples = (
            (np.stack(found) for found in zip(*sums, strict=True)) if sums else self.sums.none(n)
        )
        return {**stacked, "moments": moments, "examples": examples}

    def _check(self, values: Sequence[np.ndarray], batch: Batch, what: str) -> None:
        for i, (mine, r) in enumerate(zip(values, self.bench.replacements, strict=True)):
            check_finite(mine, batch.names, r, what, self.sums.here(i, batch))


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
