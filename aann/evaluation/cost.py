"""What a row of the ladder is charged for: its program, and what it was fitted to.

And what the network spends on the units themselves, which stands beside it in a report.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.bench.ablation import Joint, Row, View
from aann.bench.workbench import Workbench
from aann.counting.complexity import FULL, Complexity, flops, measure, single, total
from aann.counting.natural import of_units
from aann.data.examples import Design
from aann.machine.machine import Machine
from aann.model import Model
from aann.program.replacement import Replacement


def of_row(bench: Workbench, row: Row | Joint) -> Complexity:
    """The complexity of a row of the ladder; nothing but None for rows made of data."""
    return total([_of_part(bench, i, part) for i, part in enumerate(row.parts)])


def _of_part(bench: Workbench, i: int, row: Row) -> Complexity:
    if row.scalars is None:
        return Complexity(None, None, None)
    reads = [single(read) for read in bench.reads[i]]
    natural = single(bench.naturals[i])
    donor = jax.ShapeDtypeStruct((1,), np.dtype(np.int32))

    def values(state: Any, reads: Sequence[Any], natural: Any, donor: Any) -> Any:
        output = None
        if row.program is not None:
            output = jnp.moveaxis(row.program.compute(*reads), row.program.axis, -1)
        seen = bench.channels_last(i, reads)
        return row.rung(state, View(natural, seen, donor, output))

    on_host = row.program is not None and row.program.host
    cost = None if on_host else flops(values, row.state, reads, natural, donor)
    if row.program is None:
        return Complexity(row.scalars, float(FULL * row.scalars), cost)
    program = measure(row.program, reads)
    return Complexity(
        (program.constants or 0) + row.scalars, (program.bits or 0) + FULL * row.scalars, cost
    )


def of_natural(
    model: Model, main: Sequence[Replacement], design: Design, machine: Machine
) -> dict[str, int | float | None]:
    """The complexity of the units themselves; what several share counts for each.

    Process 0 works it out for all: the first examples are its own.
    """
    cost = None
    if machine.process[0] == 0:
        cost = dataclasses.asdict(of_units(model, main, design))
    found: dict[str, int | float | None] = machine.gather(cost)[0]
    return found
