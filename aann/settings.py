"""One program at many settings of its constants, and the loss of every example for each.

    dose = [program.with_constants(f"gain {g}", gain=g) for g in gains]
    found = settings_sweep(model, dose, examples)

The prefix runs once a batch, and program and suffix once a setting. Constants are arguments of the
compiled functions, so that programs which differ in nothing else compile once, however many.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from aann import metrics as metrics_of
from aann.batches import Batch, batches, size_for
from aann.examples import Examples
from aann.machine import Machine
from aann.model import Model
from aann.one_by_one import even_size
from aann.prefixes import Prefixes
from aann.processes import ends_together
from aann.replacement import Replacement
from aann.room import check_room
from aann.sweep_losses import Found, SweepLosses, check_examples, collect
from aann.workbench import Workbench, check_programs, workbench


@ends_together
def settings_sweep(
    model: Model, programs: Replacement | Sequence[Replacement], examples: Examples,
    metrics: Sequence[str] = ("nll",), *, batch_size: int | None = None,
    machine: Machine | None = None,
) -> SweepLosses:  # fmt: skip
    """Splice each program alone and measure every example.

    Args:
        model: returns logits.
        programs: all write at the same places and read the same sites; those that differ only in
            constants (``Replacement.with_constants``) are compiled once.
        examples: all that are to be measured; of any split.
        metrics: of ``aann.sweep_losses.METRICS``.
        batch_size: at most so many examples at a time; by default by the size of an example.
        machine: devices and processes to use, their precision, and where to keep the prefix.

    Returns:
        Losses, the programs' names as rows.

    Raises:
        OSError: the cache folder of ``machine`` cannot be written.
        ValueError: no programs, programs that write at different places or return a wrong shape,
            labels or metrics that do not fit, or a loss is NaN.
        TypeError: a program of a wrong dtype, or that JAX cannot trace.
    """
    programs = [programs] if isinstance(programs, Replacement) else programs
    if not programs:
        raise ValueError("nothing to measure: pass at least one program")
    check_examples(model, examples, metrics)
    machine = machine or Machine()
    most = size_for(len(examples), model, batch_size, machine)
    bench = workbench(model, programs[0], even_size(len(examples), most, machine), machine)
    check_programs(bench, [(program,) for program in programs])
    check_room(bench, examples)

    @jax.jit
    def judge(logits: Array, intact: Array, labels: Array | None) -> dict[str, Array]:
        losses = metrics_of.per_example(logits, intact, labels)
        return {name: losses[name] for name in metrics}

    def measure(batch: Batch, prefixes: Prefixes) -> Found:
        started = prefixes.start(batch)
        _, intact = bench.flow(started, lambda i, natural, reads: natural)
        rows = []
        for program in programs:
            _, logits = bench.flow(started, partial(_write, bench, program))
            rows.append(judge(logits, intact, batch.labels))
        changed = {m: jnp.stack([row[m] for row in rows]) for m in metrics}
        return changed, judge(intact, intact, batch.labels)

    names = [program.name for program in programs]
    with Prefixes(bench) as prefixes:
        found = (
            (batch, measure(batch, prefixes))
            for batch in batches(examples, bench.batch_size, model, machine=machine)
        )
        return collect(names, found, examples, machine)


def _write(
    bench: Workbench, program: Replacement, i: int, natural: Array, reads: tuple[Any, ...]
) -> Array:
    return bench.run(program, reads)
