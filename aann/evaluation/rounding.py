"""How far bfloat16 products move what is recovered: the same examples in both precisions."""

import dataclasses
from typing import Any

import numpy as np

from aann.bench.workbench import Workbench, workbench
from aann.data.examples import HeldOut
from aann.evaluation.donors import donor_order
from aann.evaluation.ladder import programs_row, zero_row
from aann.evaluation.measure import Measured, measure
from aann.model import Model
from aann.statistics.bootstrap import MINIMUM, Recovered, difference, recovered
from aann.statistics.interval import Setting

EXAMPLES = 256
"""How many held-out examples are measured in float32 as well."""


def rounding(
    bench: Workbench,
    model: Model,
    measured: Measured,
    row: int,
    heldout: HeldOut,
    setting: Setting,
) -> dict[str, Any]:
    """The main program's recovered with bfloat16 products minus that in float32.

    Args:
        bench: that the measurements were made on, of a bfloat16 machine.
        model: in float32.
        measured: all rows; zero-ablation is the first, the intact model the last.
        row: of the main program.
        heldout: what was measured.
        setting: of the bootstrap; its seed picks the examples.

    Returns:
        ``{"n", "seed", "moved": {metric: {"estimate", "low", "high"}}}``, plain numbers; None
        where recovered is not identified in both.
    """
    count = max(MINIMUM, min(EXAMPLES, len(heldout)))
    if heldout.groups is not None:
        count = len(heldout)  # of some, fewer groups than an interval needs might be left
    chosen = sorted(donor_order(heldout.names, setting.seed)[:count])
    machine = dataclasses.replace(bench.machine, bfloat16=False)
    exact_bench = workbench(model, bench.replacements, bench.batch_size, machine)
    main = bench.replacements
    exact = measure(
        exact_bench, [zero_row(main), programs_row(main, "program")], heldout.take(chosen),
        seed=setting.seed,
    )  # fmt: skip
    moved = {}
    for metric, losses in measured.losses.items():
        rounded = _recovered(losses[:, chosen], row, setting)
        moved[metric] = _plain(rounded, _recovered(exact.losses[metric], 1, setting))
    return {"n": count, "seed": setting.seed, "moved": moved}


def _recovered(losses: np.ndarray, row: int, setting: Setting) -> Recovered:
    return recovered(losses[-1], losses[row], losses[0], setting)


def _plain(first: Recovered, second: Recovered) -> dict[str, float | None]:
    found = difference(first.ratio, second.ratio)
    known = bool(found.identified)
    return {
        name: float(getattr(found, name)) if known else None for name in ("estimate", "low", "high")
    }
