"""Evaluating a replacement: the ladder, the controls and the programs on held-out examples.

bench    = cut the model at the sites, compile
cost     = what the network spends on the units
fitted   = one pass over the design examples
rows     = ladder and controls
measured = one pass over the held-out examples
report   = bootstrap
"""

import dataclasses
import shlex
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from aann.bench.ablation import Joint, Row
from aann.bench.workbench import Workbench, check_programs, workbench
from aann.counting.natural import of_units
from aann.counting.reach import written
from aann.data.batches import default_size, size_for
from aann.data.examples import Design, HeldOut
from aann.data.halves import check_halves
from aann.data.provenance import described, versions
from aann.evaluation.agreement import agree
from aann.evaluation.cost import of_row
from aann.evaluation.fit import fit
from aann.evaluation.ladder import check_names, each, ladder, name_of, together
from aann.evaluation.measure import Measured, measure
from aann.evaluation.rounding import rounding
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.program.replacement import Replacement
from aann.report.data import Damage, Estimate, ReportRow, number
from aann.report.report import Report
from aann.statistics.bootstrap import Recovered, recovered
from aann.statistics.interval import Setting
from aann.store.room import check_room


@ends_together
def evaluate(
    model: Model,
    replacement: Replacement | Sequence[Replacement],
    heldout: HeldOut,
    *,
    design: Design | None = None,
    programs: Replacement | Sequence[Replacement | Sequence[Replacement]] = (),
    controls: Replacement | Sequence[Replacement | Sequence[Replacement]] = (),
    linear: bool = True,
    seed: int = 0,
    draws: int = 10_000,
    batch_size: int | None = None,
    name: str = "",
    progress: bool = False,
    machine: Machine | None = None,
) -> Report:
    """How much of the damage of zero-ablation a program undoes.

    Several replacements are evaluated together: each row puts something in place of the units of
    all of them at once, and a program reads what the row has put in place of units above it.

    Args:
        model: the pretrained network; its outputs are logits (batch, classes), or
            (batch, positions, classes): an example's loss is then the mean over its scored ones.
        replacement: the program, and the units that it stands in for; or several.
        heldout: examples to report on.
        design: examples to fit the ladder on; by default the other half of ``heldout``.
        programs: more programs for the same units and reads, each a row; where several are
            evaluated together, each entry has one for each of them, in their order.
        controls: wrong programs for the same units and reads, likewise.
        linear: whether to include the linear prediction from the same reads.
        seed: of the bootstrap, the donors of resample ablation and the permutation of units.
        draws: of the bootstrap.
        batch_size: of the compiled functions; by default by the size of an example.
        name: of the evaluation, for the report.
        progress: show progress bars on stderr.
        machine: devices, processes, memory and disk to use, and the precision. All processes
            return the same report.

    Raises:
        TypeError: design and held-out examples are mixed up; a program returns another dtype or
            cannot be traced.
        ValueError: no design examples; examples in both halves; no labels or labels out of range;
            unknown sites, units out of range, wrong shapes; NaN or infinity from a program; too
            few examples for an interval; processes that differ in what they evaluate; donors that
            take more than ``machine.memory``.
        OSError: the cache folder of ``machine`` cannot be written, or is too small.
        ProcessError: another process stopped.
    """
    machine = machine or Machine()
    design = check_halves(heldout, design)
    setting = Setting(draws=draws, seed=seed)
    main = together(replacement)
    others, wrong = each(programs), each(controls)
    check_names([main, *others, *wrong])
    data = {**described(heldout), "design": described(design)}
    weights = model.fingerprint()
    most = max(len(heldout), len(design))
    size = size_for(most, model, batch_size, machine)
    settings = (setting, linear, batch_size)
    facts = {"data": data, "weights": weights, "settings": settings, "batch size": size}
    first, *more = agree(machine, [main, *others, *wrong], facts)
    main, others, wrong = tuple(first), more[: len(others)], more[len(others) :]
    bench = workbench(model, main, size, machine)
    check_programs(bench, [main, *others, *wrong])
    check_room(bench, design, heldout, donors=len(design))
    cost = _natural(model, main, design, machine)
    stratum = min(default_size(model), most) if batch_size is None else batch_size
    fitted = fit(bench, design, seed=seed, with_linear=linear, stratum=stratum, progress=progress)
    rows = ladder(main, fitted, others, wrong, seed)
    measured = measure(bench, rows, heldout, seed=seed, progress=progress)
    results = _recovered(measured, setting)
    precision = None
    if machine.bfloat16:
        at = [row.name for row in rows].index(name_of(main))
        precision = rounding(bench, model, measured, at, heldout, setting)
    return Report(
        eval=name or name_of(main),
        claim=" ".join(r.claim for r in main),
        command=shlex.join(sys.argv),
        model=model.name,
        site=" + ".join(dict.fromkeys(r.site for r in main)),
        units=[u for r in main for u in r.units],
        data=data,
        seed=seed,
        versions=versions(),
        weights=weights,
        damage={m: Damage.of(r.damage[0]) for m, r in results.items()},
        intact={m: float(x[-1].mean()) for m, x in measured.losses.items()},
        natural=cost,
        rows=[_report_row(bench, row, i, measured, results) for i, row in enumerate(rows)],
        constants=_constants(main),
        precision=precision,
        arrays=_arrays(heldout, measured, results),
    )


def _constants(main: Sequence[Replacement]) -> dict[str, dict[str, Any]]:
    """Every declared constant; with several programs under ``PROGRAM.CONSTANT``."""
    return {
        n if len(main) == 1 else f"{r.name}.{n}": {
            "value": np.asarray(c.value).tolist(), "origin": c.origin, "note": c.note,
        }
        for r in main
        for n, c in r.constants.items()
    }  # fmt: skip


def _values(row: Row | Joint) -> dict[str, Any]:
    """The declared constants of a row's programs, named as in ``_constants``."""
    programs = [part.program for part in row.parts if part.program is not None]
    return {name: constant["value"] for name, constant in _constants(programs).items()}


def _recovered(measured: Measured, setting: Setting) -> dict[str, Recovered]:
    """Metric -> recovered of all rows. The first row is zero-ablation, the last run intact."""
    losses = np.stack(list(measured.losses.values()), axis=1)  # (runs, metrics, n): draw once
    found = recovered(losses[-1:], losses[:-1], losses[:1], setting)
    return {
        metric: Recovered(found.ratio[:, i], found.damage[:, i], found.gap[:, i])
        for i, metric in enumerate(measured.losses)
    }


def _report_row(
    bench: Workbench, row: Row | Joint, i: int, measured: Measured, results: dict[str, Recovered]
) -> ReportRow:
    cost = of_row(bench, row)
    return ReportRow(
        name=row.name,
        kind=row.kind,
        constants=cost.constants,
        bits=cost.bits,
        flops=cost.flops,
        recovered={m: Estimate.of(r.ratio[i]) for m, r in results.items()},
        loss={m: float(x[i].mean()) for m, x in measured.losses.items()},
        r2=[number(x) for x in measured.r2[i]],
        correlation=[number(x) for x in measured.correlation[i]],
        source=written(part.program.program for part in row.parts if part.program is not None),
        values=_values(row),
    )


def _natural(
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


def _arrays(
    heldout: HeldOut, measured: Measured, results: dict[str, Recovered]
) -> dict[str, np.ndarray]:
    examples = {
        "examples/names": np.asarray(heldout.names),
        "examples/marks": np.asarray(heldout.marks),
    }
    losses = {f"losses/{m}": x.astype(np.float32) for m, x in measured.losses.items()}
    draws = {f"draws/{m}": r.ratio.draws.astype(np.float32) for m, r in results.items()}
    return examples | losses | draws
