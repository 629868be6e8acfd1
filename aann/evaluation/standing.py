"""Runs shuffles: a program and wrong programs of its form on the same held-out examples.

A batch's prefix runs once, and the program itself where outputs are permuted; exchanged constants
run the compiled program anew. Mean losses are all that is kept: R2 and correlation are not.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from aann.bench import ablation
from aann.bench.ablation import Joint, Row
from aann.bench.present import present_at
from aann.bench.suited import check_programs
from aann.bench.workbench import Workbench
from aann.data.batches import Batch
from aann.data.examples import HeldOut
from aann.evaluation.apart import check_apart
from aann.evaluation.donors import donor_order
from aann.evaluation.finite import check_finite, check_losses
from aann.evaluation.lineup import Programs
from aann.evaluation.measure import on_host
from aann.evaluation.shuffles import Shuffles
from aann.evaluation.wrong import Wrong
from aann.report.shuffled import Shuffled, Standing
from aann.statistics.bootstrap import NEGLIGIBLE
from aann.statistics.rank import rank
from aann.store import key
from aann.store.digest import digest
from aann.store.passes import Pass

BEFORE = 2
"""Zero-ablation and the program itself come before the shuffles."""


def check_shuffles(bench: Workbench, shuffles: Sequence[Shuffles]) -> None:
    """Check that the shuffled programs fit a bench, before anything runs.

    Raises:
        TypeError, ValueError, LooksOutsideError: as ``check_programs``.
    """
    for one in shuffles:
        drawn = [w.programs for d in one.drawn if d.kind == "drawn" for w in d.wrong]
        check_programs(bench, [one.programs, *drawn])


def standing(
    bench: Workbench, shuffles: Shuffles, heldout: HeldOut, *, progress: bool = False
) -> list[Shuffled]:
    """Where a program stands among its shuffles, kind by kind.

    Args:
        bench: the replacements, ready to run.
        shuffles: wrong programs for the same places.
        heldout: examples to report on.
        progress: show it, see ``aann.machine.progress``.

    Raises:
        ValueError: NaN or infinity from a program, or an infinite loss.
    """
    n = len(heldout) if shuffles.examples is None else min(shuffles.examples, len(heldout))
    some = heldout
    if n < len(heldout):
        some = heldout.take(sorted(donor_order(heldout.names, shuffles.seed)[:n]))
    wrong = [w for d in shuffles.drawn for w in d.wrong]
    means = _means(bench, shuffles.programs, wrong, some, progress=progress)
    found, start = [], BEFORE
    for drawn in shuffles.drawn:
        at = slice(start, start + len(drawn.wrong))
        start += len(drawn.wrong)
        metrics = {
            metric: _stand(x[0], x[1], x[at], x[-1], enumerated=drawn.enumerated)
            for metric, x in means.items()
        }
        found.append(
            Shuffled(
                " + ".join(p.name for p in shuffles.programs), drawn.kind, drawn.what,
                len(drawn.wrong), drawn.enumerated, n, len(heldout), shuffles.seed, metrics,
            )
        )  # fmt: skip
    return found


def _stand(
    zero: float, program: float, draws: np.ndarray, intact: float, *, enumerated: bool
) -> Standing:
    """From mean losses; a shuffle within rounding of the program is as good as it."""
    damage = zero - intact
    as_good = int((draws <= program + NEGLIGIBLE * abs(damage)).sum())
    found = rank(as_good, len(draws), enumerated=enumerated)

    def recovered(loss: float) -> float | None:
        return float(1 - (loss - intact) / damage) if damage > 0 else None

    return Standing(
        recovered(program), [recovered(x) for x in draws.tolist()], as_good, found.quantile,
        found.p, found.low, found.high,
    )  # fmt: skip


def _means(
    bench: Workbench,
    programs: Programs,
    wrong: Sequence[Wrong],
    examples: HeldOut,
    *,
    progress: bool,
) -> Mapping[str, np.ndarray]:
    """Metric -> mean losses with units zeroed, the program, every wrong one, and intact."""
    present = [present_at(bench, i, examples.present) for i in range(len(programs))]
    batch_of = _Running(bench, programs, wrong, present)

    def section() -> str:
        rows = [_row(w) for w in (Wrong(programs, (None,) * len(programs)), *wrong)]
        known = (key.of_rows(bench, rows), key.of_examples(examples))
        return digest("standing", key.of_bench(bench), *known)

    sums: dict[str, Any] = {}
    with Pass(bench, examples, section, progress=progress) as run:
        for batch in run.batches():
            found = run.recall("standing", batch, functools.partial(batch_of, run, batch))
            sums = {metric: x + sums.get(metric, 0.0) for metric, x in found.items()}
    parts = [part for part in bench.machine.gather(sums) if part]
    return {m: np.sum([part[m] for part in parts], axis=0) / len(examples) for m in parts[0]}


def _row(wrong: Wrong) -> Joint:
    """As a row of a ladder, which has a key."""
    parts = [
        Row("", "control", ablation.program, program=p)
        if order is None
        else Row("", "control", ablation.permuted, np.asarray(order), program=p)
        for p, order in zip(wrong.programs, wrong.order, strict=True)
    ]
    return Joint("", "control", tuple(parts))


class _Running:
    """Runs batches: metric -> (wrong programs + 3,) sums of losses."""

    def __init__(
        self,
        bench: Workbench,
        programs: Programs,
        wrong: Sequence[Wrong],
        present: Sequence[np.ndarray | None],
    ) -> None:
        self.bench, self.programs, self.wrong, self.present = bench, programs, wrong, present
        self.functions = {id(p.program) for p in bench.replacements}

    def __call__(self, run: Pass, batch: Batch) -> dict[str, np.ndarray]:
        bench, n = self.bench, len(batch.names)
        started = run.start(batch)
        _, intact = bench.flow(started, lambda i, natural, reads: natural)
        _, zeroed = bench.flow(started, lambda i, natural, reads: jnp.zeros_like(natural))
        kept: dict[int, Array] = {}
        plain = Wrong(self.programs, (None,) * len(self.programs))
        losses, names = [on_host(zeroed, intact, batch, n)], ["zero"]
        for k, wrong in enumerate([plain, *self.wrong]):
            names.append(f"shuffle {k} of {self.programs[0].name}" if k else self.programs[0].name)
            written, logits = bench.flow(started, self._chooser(wrong, kept, batch))
            for mine, r, here in zip(written, bench.replacements, self.present, strict=True):
                at = None if here is None else here[list(batch.indices)]
                check_finite(np.asarray(mine[:n]), batch.names, r, names[-1], at)
            losses.append(on_host(logits, intact, batch, n))
        losses.append(on_host(intact, intact, batch, n))
        check_losses(losses, names, batch.names)
        return {
            metric: np.asarray([row[metric].sum(dtype=np.float64) for row in losses])
            for metric in losses[0]
        }

    def _chooser(
        self, wrong: Wrong, kept: dict[int, Array], batch: Batch
    ) -> Callable[[int, Array, tuple[Any, ...]], Array]:
        """What to write; ``kept`` holds what the program itself says where reads are natural."""
        bench = self.bench

        def choose(i: int, natural: Array, reads: tuple[Any, ...]) -> Array:
            program, order = wrong.programs[i], wrong.order[i]
            own = program is self.programs[i] and i in bench.levels[0].members
            if own and i in kept:
                output = kept[i]
            else:
                if id(program.program) not in self.functions and batch.indices[0] == 0:
                    self.functions.add(id(program.program))
                    check_apart(bench, program, reads)
                output = bench.run(program, reads)
            if own:
                kept[i] = output
            return output if order is None else _taken(output, jnp.asarray(order, jnp.int32))

        return choose


@jax.jit
def _taken(output: Array, order: Array) -> Array:
    return jnp.take(output, order, axis=-1)
