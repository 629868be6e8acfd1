"""Scrubs as a report, with the tables, pages, files and comparisons that reports have."""

from collections.abc import Sequence

import numpy as np

from aann.data.provenance import command
from aann.report.data import ReportRow
from aann.report.estimate import Damage, Estimate
from aann.report.report import Report
from aann.scrubbing.scrubbed import Scrubbed
from aann.statistics.bootstrap import Recovered, recovered

ZERO, RANDOM = "zero", "any donors"


def as_report(
    found: Scrubbed, *, name: str, claim: str = "", wrong: Sequence[str] = (), site: str = ""
) -> Report:
    """The rows of one result as a report; losses are means over an example's scrubs.

    Args:
        found: by ``aann.scrub``; the activations next to the outputs are the same in all rows.
        name: of the evaluation.
        claim: what it is about.
        wrong: names of rows that are controls.
        site: what was scrubbed; by default as the first row has it.

    Raises:
        ValueError: no such row, rows with other baselines, or none with a zero-ablation.
    """
    names = [row.name for row in found.rows]
    if unknown := [w for w in wrong if w not in names]:
        raise ValueError(f"no row {unknown[0]!r}; there are {', '.join(names)}")
    first = found.baselines[names[0]]
    if any(not _same(first, found.baselines[n]) for n in names):
        raise ValueError(
            "a report has one zero-ablation: these rows scrub different activations next to the "
            "outputs, or differ in what they do with the rest; call aann.scrub once for each"
        )
    if "zero" not in first:
        raise ValueError(
            "what is scrubbed next to the outputs are tokens, of which zero is one like any other: "
            "without zero-ablation there is no report"
        )
    metrics = list(first["intact"])
    losses = np.stack(
        [
            [first["zero"][m] for m in metrics],
            [first["random"][m] for m in metrics],
            *([found.losses[n][m].mean(0) for m in metrics] for n in names),
            [first["intact"][m] for m in metrics],
        ]
    )
    ratio = recovered(losses[-1:], losses[:-1], losses[:1], found.setting)
    kinds = ["ablation", "ablation", *("control" if n in wrong else "program" for n in names)]
    row = found.rows[0]
    return Report(
        eval=name,
        claim=claim,
        command=command(),
        model=found.model,
        site=site or " + ".join(row.where.values()),
        units=[],
        data=found.data,
        seed=found.seed,
        versions=found.versions,
        weights=found.weights,
        damage={m: Damage.of(ratio.damage[0, i]) for i, m in enumerate(metrics)},
        intact={m: float(losses[-1, i].mean()) for i, m in enumerate(metrics)},
        natural={"constants": None, "bits": None, "flops": None},
        rows=[
            _row(called, kind, ratio, losses, metrics, r)
            for r, (called, kind) in enumerate(zip([ZERO, RANDOM, *names], kinds, strict=True))
        ],
        constants={},
        notes=_notes(found),
        arrays=_arrays(found, losses, ratio, metrics),
    )


def _same(a: object, b: object) -> bool:
    """Whether two trees of arrays are equal."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    return bool(np.array_equal(np.asarray(a), np.asarray(b)))


def _row(
    name: str, kind: str, ratio: Recovered, losses: np.ndarray, metrics: Sequence[str], r: int
) -> ReportRow:
    return ReportRow(
        name=name,
        kind=kind,
        constants=None,
        bits=None,
        flops=None,
        recovered={m: Estimate.of(ratio.ratio[r, i]) for i, m in enumerate(metrics)},
        loss={m: float(losses[r, i].mean()) for i, m in enumerate(metrics)},
        r2=[],
        correlation=[],
    )


def _notes(found: Scrubbed) -> list[str]:
    notes = [
        f"{found.scrubs} scrubs of each example; the intervals count the draws of donors as well"
    ]
    for row in found.rows:
        claims = "; ".join(
            f"{value} ({row.same[value]}) at {where}, {row.stand_ins[value].mean:,.1f} stand-ins, "
            f"{row.stand_ins[value].alone:.0%} of examples alone"
            for value, where in row.where.items()
        )
        notes.append(f"{row.name}: {claims}; the rest: {row.rest}")
    return notes


def _arrays(
    found: Scrubbed, losses: np.ndarray, ratio: Recovered, metrics: Sequence[str]
) -> dict[str, np.ndarray]:
    arrays = {"examples/names": np.asarray(found.names), "examples/marks": np.asarray(found.marks)}
    if found.setting.groups is not None:
        arrays["examples/groups"] = np.asarray([str(g) for g in found.setting.groups])
    arrays |= {f"losses/{m}": losses[:, i].astype(np.float32) for i, m in enumerate(metrics)}
    return arrays | {
        f"draws/{m}": ratio.ratio.draws[:, i].astype(np.float32) for i, m in enumerate(metrics)
    }
