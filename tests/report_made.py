"""A report that nothing was evaluated for."""

import numpy as np

from aann.report.data import ReportRow
from aann.report.estimate import Damage, Estimate
from aann.report.report import Report

UNKNOWN = Estimate(None, None, None, identified=False)


def row(name="ours", kl=UNKNOWN, **more):
    chosen = {"kind": "program", "constants": 12, "bits": 3456.5, "flops": 1e9} | more
    return ReportRow(
        name=name, recovered={"kl": kl}, loss={"kl": 0.5},
        r2=[0.5, 0.25], correlation=[0.75, None], **chosen,
    )  # fmt: skip


def report(*rows):
    return Report(
        eval="toy", claim="It claims | this.", command="python -m evals.toy", model="net", site="s",
        units=[3, 5], data={"name": "set", "split": "heldout", "n": 20, "hash": "0"}, seed=1,
        versions={"jax": "0"}, weights="ff", damage={"kl": Damage(0.1, 0.05, 0.2)},
        intact={"kl": 0.0}, natural={"constants": 50_000, "bits": 1.6e6, "flops": 2e9}, rows=rows,
        constants={"gain": {"value": [1.5, 2], "origin": "fitted", "note": "on design"}},
        arrays={"losses/kl": np.zeros((2, 20))},
    )  # fmt: skip
