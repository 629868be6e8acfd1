"""A report put together from what was measured: the bootstrap, and what every row cost."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aann.bench import ablation
from aann.bench.ablation import Joint, Row
from aann.bench.workbench import Workbench
from aann.counting.reach import written
from aann.data.examples import HeldOut
from aann.data.provenance import command, versions
from aann.evaluation.agreed import Agreed, agreed
from aann.evaluation.cost import of_row
from aann.evaluation.further import Further, found
from aann.evaluation.lineup import name_of
from aann.evaluation.measure import Measured
from aann.program.replacement import Replacement
from aann.report import concentration, simultaneous
from aann.report.data import ReportRow, number
from aann.report.estimate import Damage, Estimate
from aann.report.report import Report
from aann.statistics.bootstrap import Recovered, difference, recovered
from aann.statistics.interval import Setting


def assemble(
    bench: Workbench,
    rows: Sequence[Row | Joint],
    measured: Measured,
    heldout: HeldOut,
    setting: Setting,
    *,
    runs: Further,
    name: str,
    data: Mapping[str, Any],
    weights: str,
    natural: Mapping[str, int | float | None],
    precision: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
) -> Report:
    """The report.

    Args:
        bench: that was measured with.
        rows: what was put in place of the units.
        measured: what each of them, and the intact model, lost.
        heldout: on which examples.
        setting: of the bootstrap.
        runs: what was measured beside the rows.
        name: of the evaluation; by default that of its programs.
        data: what describes the examples, and those that were fitted on.
        weights: hash of the parameters.
        natural: what the units themselves cost.
        precision: how far products in bfloat16 move the program's recovered.
        notes: what a reader must know: rows left out and why, warnings.
    """
    main = bench.replacements
    results = _recovered(measured, setting)
    names, kinds = [row.name for row in rows], [row.kind for row in rows]
    at = names.index(name_of(main))
    units = agreed(measured, setting)
    report = Report(
        eval=name or name_of(main),
        claim=" ".join(r.claim for r in main),
        command=command(),
        model=bench.model.name,
        site=" + ".join(dict.fromkeys(r.site for r in main)),
        units=[u for r in main for u in r.units],
        data=data,
        seed=setting.seed,
        versions=versions(),
        weights=weights,
        damage={m: Damage.of(r.damage[0]) for m, r in results.items()},
        intact={m: float(x[-1].mean()) for m, x in measured.losses.items()},
        natural=natural,
        rows=[_report_row(bench, row, i, measured, results, units) for i, row in enumerate(rows)],
        constants=_constants(main),
        precision=precision,
        notes=[
            *notes,
            *units.notes,
            *_donated(rows),
            *simultaneous.note(kinds.count("program")),
            *concentration.note(names, kinds, results),
        ],
        simultaneous=simultaneous.of_programs(names, kinds, results),
        arrays=_arrays(heldout, measured, results) | units.arrays,
        above_constant=_above_constant(rows, results, at),
        **found(
            runs, measured, at, {m: Estimate.of(r.ratio[at]) for m, r in results.items()}, setting
        ),
    )
    if report.main is None:
        return report
    tests = report.equivalence(simulate=False, draws=setting.draws).tests
    return dataclasses.replace(report, equivalence_tests=tests)


def _above_constant(
    rows: Sequence[Row | Joint], results: dict[str, Recovered], at: int
) -> dict[str, Estimate]:
    """Metric -> the paired difference of row ``at``, the program, and the best constant."""
    names = [row.name for row in rows]
    if "best constant" not in names:
        return {}
    best = names.index("best constant")
    return {m: Estimate.of(difference(r.ratio[at], r.ratio[best])) for m, r in results.items()}


def _donated(rows: Sequence[Row | Joint]) -> list[str]:
    """That the pool of donors is one of many: all examples share it, so no interval knows."""
    pools = {row.name: len(row.parts[0].state) for row in rows
             if row.parts[0].rung is ablation.resample}  # fmt: skip
    if not pools:
        return []
    return [
        f"{', '.join(pools)}: one choice of {max(pools.values())} donors among the design "
        "examples; how another choice would move these rows is outside of their intervals"
    ]


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
        metric: Recovered(found.ratio[:, i], found.damage[:, i], found.left[:, i])
        for i, metric in enumerate(measured.losses)
    }


def _report_row(
    bench: Workbench, row: Row | Joint, i: int, measured: Measured, results: dict[str, Recovered],
    units: Agreed,
) -> ReportRow:  # fmt: skip
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
        **units.fields[i],
    )


def _arrays(
    heldout: HeldOut, measured: Measured, results: dict[str, Recovered]
) -> dict[str, np.ndarray]:
    examples = {
        "examples/names": np.asarray(heldout.names),
        "examples/marks": np.asarray(heldout.marks),
    }
    if heldout.groups is not None:
        examples["examples/groups"] = np.asarray([str(group) for group in heldout.groups])
    losses = {f"losses/{m}": x.astype(np.float32) for m, x in measured.losses.items()}
    draws = {f"draws/{m}": r.ratio.draws.astype(np.float32) for m, r in results.items()}
    return examples | losses | draws
