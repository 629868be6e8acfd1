"""What programs leave unsaid of the units: the residual bits of each, from one prefix a batch."""

from collections.abc import Sequence

import numpy as np

from aann.bench.workbench import Choose, Workbench, workbench
from aann.data.batches import size_for
from aann.data.examples import Examples
from aann.evaluation.sums import Sums
from aann.machine.machine import Machine
from aann.machine.processes import in_order
from aann.model import Model
from aann.program.replacement import Replacement
from aann.report.estimate import Estimate
from aann.statistics.agreement import agreement
from aann.statistics.moments import merge
from aann.store.passes import Pass


def residual_bits(
    model: Model,
    programs: Sequence[Replacement],
    examples: Examples,
    confidence: float,
    *,
    batch_size: int | None = None,
    machine: Machine | None = None,
) -> list[Estimate | None]:
    """Bits of an example for each program, see ``aann.statistics.agreement``.

    What lies below the units is not run.

    Args:
        model: the network.
        programs: for the same units and reads.
        examples: to state.
        confidence: of the intervals.
        batch_size: by default by the size of an example.
        machine: devices, processes, memory and disk to use.

    Returns:
        None where too much would have to be kept.
    """
    machine = machine or Machine()
    bench = workbench(
        model, programs[0], size_for(len(examples), model, batch_size, machine), machine
    )
    kept = Sums(bench, len(programs), examples)
    sums, _ = kept.none(0, len(programs))
    found: dict[int, np.ndarray] = {}
    with Pass(bench, examples) as run:
        for batch in run.batches():
            started, n = run.start(batch), len(batch.names)
            natural = bench.values(started, lambda i, natural, reads: natural)
            written = [bench.values(started, _runs(bench, program)) for program in programs]
            truth, *values = ([np.asarray(x[:n]) for x in one] for one in (natural, *written))
            rows = [kept.of(truth, mine, batch) for mine in values]
            sums = merge([sums, np.stack([total for total, _ in rows])])
            found[batch.indices[0]] = np.stack([mine for _, mine in rows])
    everyone = bench.machine.gather((sums, found))
    each = np.concatenate(in_order(part for _, part in everyone), axis=1)
    parts = kept.parts(each, merge(total for total, _ in everyone))
    if not parts:
        return [None] * len(programs)
    return [_estimate(agreement(row, examples.groups, confidence).residual) for row in parts]


def _runs(bench: Workbench, program: Replacement) -> Choose:
    return lambda i, natural, reads: bench.run(program, reads)


def _estimate(ends: np.ndarray) -> Estimate | None:
    estimate, low, high = ends.tolist()
    return Estimate(estimate, low, high) if np.isfinite(ends).all() else None
