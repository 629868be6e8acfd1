"""Rows and reports of a circuit in one network, made by hand."""

import dataclasses

from aann.report.data import ReportRow
from aann.report.estimate import Damage, Estimate
from aann.report.report import Report


def row(name, kind="program", estimate=0.9, **changes):
    recovered = {m: Estimate(estimate, estimate - 0.05, estimate + 0.05) for m in ("kl", "nll")}
    made = ReportRow(
        name=name, kind=kind, constants=3, bits=1234.5, flops=10.0, recovered=recovered,
        loss={"kl": 0.1, "nll": 0.2}, r2=[0.5, 0.7], correlation=[0.7, 0.9],
    )  # fmt: skip
    return dataclasses.replace(made, **changes)


def report(rows):
    damage = {m: Damage(2.0, 1.9, 2.1) for m in ("kl", "nll")}
    return Report(
        eval="toy", claim="", command="", model="toy", site="h", units=[0, 1],
        data={"name": "d", "split": "heldout", "n": 20, "hash": "0"}, seed=0,
        versions={}, weights="",
        damage=damage, intact={"kl": 0.0, "nll": 0.1},
        natural={"constants": 9, "bits": 9e4, "flops": 1.0}, rows=rows, constants={},
    )  # fmt: skip
