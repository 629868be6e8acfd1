"""How many pairs of programs a metric puts in the right order.

A pair is two programs of one chain, of which one is further from the truth. It counts 1 where the
nearer one scores better, 1/2 where both score alike or one has no score, 0 where it scores worse.
Kendall's tau is twice the share less 1.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np

import aann
from aann.report.data import ReportRow
from aann.report.estimate import Estimate
from aann.report.report import Report
from benchmarks.planted.programs import Planned

ALIKE = 1e-6
"""Scores that differ by less, of recovered or a correlation, are rounding."""

VERDICTS = {"equivalent": 3.0, "non-inferior": 2.0, "undecided": 1.0, "worse": 0.0}
MARGIN = 0.1
DRAWS = 500

Scores = Mapping[str, float | None]


def scores(report: Report) -> dict[str, Scores]:
    """Metric -> row -> score, more is better; None where it is undefined."""
    n = report.data["n"]
    measures: dict[str, Callable[[ReportRow], float | None]] = {
        **{m: _recovered(m) for m in ("kl", "nll", "top1")},
        "correlation": lambda row: row.mean_correlation,
        "R2": lambda row: row.mean_r2,
        "robust correlation": lambda row: _estimate(row.robust_correlation),
        "bits": lambda row: None if row.bits is None else -row.bits,
        "residual bits": lambda row: _negative(row.residual_bits),
        "two-part code": lambda row: _two_part(row, n),
        "equivalence": lambda row: VERDICTS[verdict(report, row.name)],
    }
    return {
        name: {row.name: measure(row) for row in report.rows if row.kind == "program"}
        for name, measure in measures.items()
    }


def verdict(report: Report, name: str) -> str:
    """Of the row against the intact model, by KL."""
    found = report.equivalence(MARGIN, metrics=["kl"], row=name, simulate=False, draws=DRAWS)
    return str(found.tests[0].verdict)


def share(found: Scores, chain: Sequence[str]) -> tuple[float, int]:
    """How many pairs of a chain are rightly ordered, and how many there are."""
    pairs = list(itertools.combinations(chain, 2))
    return float(sum(_right(found[near], found[far]) for near, far in pairs)), len(pairs)


def shares(
    found: Mapping[str, Scores], chains: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], tuple[float, int]]:
    """(Metric, chain) -> pairs rightly ordered, and all."""
    return {
        (metric, kind): share(rows, chain)
        for metric, rows in found.items()
        for kind, chain in chains.items()
    }


def standing(
    model: aann.Model,
    planned: Planned,
    chains: Mapping[str, Sequence[str]],
    design: aann.Design,
    heldout: aann.HeldOut,
    n: int,
) -> Scores:
    """Row -> p of its program among ``n`` shuffles of its own units, by KL, negative."""
    found = {}
    for program in (planned.exact, *planned.others):
        if any(program.name in chain for chain in chains.values()):
            report = aann.evaluate(
                model, program, heldout, design=design, rows=(), linear=False, draws=DRAWS,
                controls=aann.shuffles(program, n=n, kinds=["units"]), progress=False,
            )  # fmt: skip
            found[program.name] = -float(report.shuffles[0].metrics["kl"].p)
    return found


def _right(near: float | None, far: float | None) -> float:
    if near is None or far is None or abs(near - far) <= ALIKE:
        return 0.5
    return float(near > far)


def _recovered(metric: str) -> Callable[[ReportRow], float | None]:
    return lambda row: row.recovered[metric].estimate


def _estimate(x: Estimate | None) -> float | None:
    return None if x is None else x.estimate


def _negative(x: Estimate | None) -> float | None:
    known = _estimate(x)
    return None if known is None else -known


def _two_part(row: ReportRow, n: int) -> float | None:
    """Bits of the program and of the residuals of ``n`` examples, negative."""
    residual = _estimate(row.residual_bits)
    if residual is None or row.bits is None or not np.isfinite(residual):
        return None
    return -(row.bits + n * residual)
