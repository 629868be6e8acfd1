"""Reports made of simulated losses, without running a model."""

import numpy as np

from aann.data.arrays import from_arrays
from aann.report.data import ReportRow
from aann.report.estimate import Damage, Estimate
from aann.report.report import Report
from aann.statistics.bootstrap import recovered
from aann.statistics.interval import Setting

KINDS = {"ours": "program", "ours, recalibrated": "fit", "wrong": "control"}


def simulated(n, seed=0, truths=(0.9, 0.85, 0.4), noise=0.2, names=None):
    """Losses (runs, n) of zero, rows that recover ``truths`` of a skewed damage, and intact.

    An example's losses depend on its name and the seed alone.
    """
    names = [f"x{i:04d}" for i in range(n)] if names is None else names
    rng = np.random.default_rng(seed)
    damage = rng.gamma(1.0, 1.0, 10_000)
    errors = rng.normal(size=10_000) + 0.5 * rng.normal(size=(len(truths), 10_000))
    intact = rng.exponential(0.5, 10_000)
    rows = [intact + damage * np.clip(1 - t + noise * e, 0, None) for t, e in zip(truths, errors)]
    index = [int(name[1:]) for name in names]
    return np.stack([intact + damage, *rows, intact]).astype(np.float32)[:, index]


def report(n=60, seed=0, *, order=None, draws=500, main="ours", labels=None, **changes):
    """A report of four rows over the examples x0000, x0001, ..., or those in ``order``."""
    chosen = range(n) if order is None else order
    names = [f"x{i:04d}" for i in chosen]
    examples = from_arrays(
        "sim", np.asarray(chosen, np.float32)[:, None], names=names,
        labels=None if labels is None else np.asarray(labels),
    )  # fmt: skip
    arrays, rows, damage, intact = {}, [], {}, {}
    for metric, noise in (("kl", 0.2), ("nll", 0.6)):
        losses = simulated(len(names), seed, noise=noise, names=names)
        found = recovered(losses[-1:], losses[:-1], losses[:1], Setting(draws=draws))
        arrays[f"losses/{metric}"] = losses
        hurt = found.damage[0]
        damage[metric] = Damage(float(hurt.estimate), float(hurt.low), float(hurt.high))
        intact[metric] = float(losses[-1].mean())
        rows.append((metric, losses, found.ratio))
    titles = {"zero": "ablation", main: "program"} | {
        f"{main}, recalibrated": "fit", "wrong": "control"
    }  # fmt: skip
    report_rows = [
        ReportRow(
            name=name, kind=kind, constants=i, bits=100.0 * i, flops=None,
            recovered={m: Estimate.of(ratio[i]) for m, _, ratio in rows},
            loss={m: float(losses[i].mean()) for m, losses, _ in rows},
            r2=[0.5, None], correlation=[0.25, 1.0],
        )
        for i, (name, kind) in enumerate(titles.items())
    ]  # fmt: skip
    arrays["examples/names"], arrays["examples/marks"] = (
        np.asarray(names), np.asarray(examples.marks),
    )  # fmt: skip
    plain = {
        "eval": "toy", "claim": "It claims.", "command": "python -m evals.toy", "model": "net",
        "site": "s", "units": [3, 5], "seed": 0, "versions": {"jax": "0"}, "weights": "ff",
        "data": {"name": "sim", "split": "heldout", "n": len(names), "hash": examples.hash,
                 "design": {"name": "sim", "split": "design", "n": 7, "hash": "0"}},
        "natural": {"constants": 50_000, "bits": 1.6e6, "flops": None},
        "constants": {"gain": {"value": [1.5, 2], "origin": "fitted", "note": "on design"}},
    }  # fmt: skip
    return Report(
        **(plain | changes), damage=damage, intact=intact, rows=report_rows, arrays=arrays
    )
