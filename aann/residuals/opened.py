"""Opening a lab: programs and examples are checked, and observed once."""

import warnings
from collections.abc import Sequence

from aann.bench.suited import check_programs
from aann.bench.workbench import workbench
from aann.data.batches import size_for
from aann.data.examples import Design, Examples
from aann.evaluation.scoring import check_scoring
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.program.replacement import Replacement
from aann.residuals import peeking
from aann.residuals.lab import Lab
from aann.residuals.observed import observe


@ends_together
def open_lab(
    model: Model,
    replacements: Replacement | Sequence[Replacement],
    examples: Examples,
    *,
    batch_size: int | None = None,
    progress: bool = True,
    machine: Machine | None = None,
) -> Lab:
    """Observe a program, or several that are spliced in together.

    Args:
        model: the pretrained network.
        replacements: the program or programs.
        examples: to look at: a ``Design``. Others, held-out ones or such as were not divided, can
            be looked at, too: every later report of these programs on any of them says so.
        batch_size: of the compiled functions; by default by the size of an example.
        progress: show it.
        machine: devices, processes, memory and disk to use.

    Raises:
        TypeError: a program returns another dtype or cannot be traced.
        ValueError: unknown sites, units out of range, wrong shapes; NaN or infinity; more values
            than ``machine.memory``.

    Warns:
        UserWarning: these are no design examples.
    """
    machine = machine or Machine()
    bench = workbench(
        model, replacements, size_for(len(examples), model, batch_size, machine), machine
    )
    check_programs(bench, [bench.replacements])
    check_scoring(bench, examples)
    if not isinstance(examples, Design):
        warnings.warn(peeking.warning(bench.replacements, examples), UserWarning, stacklevel=4)
    parts = observe(bench, examples, progress=progress)
    if not isinstance(examples, Design) and machine.process[0] == 0:
        peeking.keep(bench.replacements, examples)
    return Lab(bench, examples, tuple(parts))
