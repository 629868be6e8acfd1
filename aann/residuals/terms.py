"""Which candidate term would reduce the residual most: ``lab.try_term(function)``.

    lab.try_term(lambda image: edges(image), reads=("input",))
    lab.try_terms({"edges": edges, "colour": (hue, ("conv2d0",))})

A term is added to what the program says, times a least-squares weight, one a unit. Every gain is
cross-fitted: the design examples are cut into halves, groups kept whole, and each half is judged
with the weights of the other, so that a term of noise gains nothing. The weights that are shown are
those of all examples.

Sharp edges: the weight is that of the squared error, not of the loss. The halves are of design
examples that the term itself may have been thought of on. A term gets no constant of its own; one
that is 1 everywhere tells what that would give.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aann.bench.workbench import Workbench
from aann.data.examples import Examples
from aann.report.estimate import Estimate
from aann.residuals import term as candidate
from aann.residuals.folds import folds, rows_of
from aann.residuals.loss import Given, loss_of
from aann.residuals.observed import Observed
from aann.residuals.paired import gain
from aann.residuals.peeking import check_design
from aann.residuals.squared import gone
from aann.residuals.trial import Trial
from aann.residuals.tried import Tried, TriedTerm
from aann.residuals.weighing import Weights, weighed
from aann.statistics.bootstrap import MINIMUM, difference, recovered
from aann.statistics.interval import Setting

DRAWS = 2_000
"""Resamples of an interval of one unit."""


def try_terms(
    bench: Workbench,
    examples: Examples,
    parts: Sequence[Observed],
    part: Observed,
    terms: Mapping[str, Any],
    *,
    reads: Sequence[str] | None = None,
    per_unit: bool = True,
    rectified: bool = False,
    metric: Given = "kl",
    confidence: float = 0.95,
    seed: int = 0,
    progress: bool = False,
) -> Tried:
    """Add each term to a program, alone, and measure what that gives.

    Args:
        bench: the replacements, ready to run.
        examples: that were observed: a ``Design``.
        parts: what was, of all replacements.
        part: of the program that terms are added to.
        terms: name -> function ``(*values at reads) -> (batch, *places)``, one value for all units,
            or ``(batch, *places, units)``, units last; or a pair (function, reads). Pure JAX.
        reads: of functions that come without; by default what the program reads. Upstream sites
            have the values that they have with the programs in place.
        per_unit: a weight for every unit, or one for all.
        rectified: cut the sum off below 0 at units whose natural values never are below.
        metric: the loss.
        confidence: of all intervals, paired over examples or groups.
        seed: of the halves and the resamples.
        progress: show it.

    Raises:
        TypeError: the examples are no design examples; a term is no function or cannot be traced.
        ValueError: unknown or downstream reads, wrong shapes, NaN or infinity; fewer examples than
            intervals need.
    """
    check_design(examples, "try_term")
    loss = loss_of(bench, examples, metric)
    setting = Setting(seed=seed, confidence=confidence, groups=examples.groups)
    resampled = len(set(examples.clusters))
    if resampled < MINIMUM:
        what = "examples" if examples.groups is None else "groups"
        raise ValueError(f"an interval needs at least {MINIMUM} {what}, got {resampled}")
    halves = rows_of(folds(examples, 2, seed))
    chosen = candidate.terms_of(terms, reads, part)
    i = bench.replacements.index(part.replacement)
    wider = candidate.bench_for(bench, i, chosen)
    candidate.check_terms(chosen, wider, i, part)
    trial = Trial(wider, examples, parts, i, loss, candidate.Values(chosen, wider, i, part))
    trial.floor = _floor(part) if rectified else trial.floor
    weights = [
        weighed(*sums, halves, examples.groups, per_unit)
        for sums in trial.products([t.name for t in chosen], progress)
    ]
    losses, sums = trial.run(weights, progress)
    asked = {"metric": loss.name, "per_unit": per_unit, "rectified": np.isfinite(trial.floor)}
    return _tried(part, examples, chosen, weights, losses, sums, setting, asked)


def _floor(part: Observed) -> np.ndarray:
    """(units,) 0 for those whose natural values never are below, else minus infinity."""
    natural = part.grids()[0][part.here].reshape(-1, len(part.replacement.units))
    return np.where(natural.min(axis=0, initial=np.inf) >= 0, 0.0, -np.inf).astype(np.float32)


def _tried(
    part: Observed,
    examples: Examples,
    chosen: Sequence[candidate.Term],
    weights: Sequence[Weights],
    losses: np.ndarray,
    sums: Sequence[np.ndarray],
    setting: Setting,
    asked: dict[str, Any],
) -> Tried:
    intact, zero, spliced, *others = losses
    closed = recovered(intact, np.stack(others), spliced, setting).ratio
    all_in = recovered(intact, np.stack([spliced, *others]), zero, setting).ratio
    units = len(part.replacement.units)
    found = []
    for k, (term, mine) in enumerate(zip(chosen, weights, strict=True)):
        whole, single = _squared(sums[0], sums[k + 1], units, setting)
        before, after, change = gain(
            sums[0], sums[k + 1], units, groups=setting.groups, confidence=setting.confidence
        )
        found.append(
            TriedTerm(
                term.name, term.reads, mine.all, mine.errors, mine.halves,
                whole,
                single,
                after, change, Estimate.of(closed[k]), Estimate.of(all_in[k + 1]),
                Estimate.of(difference(all_in[k + 1], all_in[0])), others[k],
            )
        )  # fmt: skip
    found.sort(key=lambda t: -np.inf if t.squared.estimate is None else -t.squared.estimate)
    return Tried(
        program=part.replacement.name, site=part.replacement.site, units=part.replacement.units,
        names=tuple(examples.names), terms=tuple(found), correlation=before,
        recovered=Estimate.of(all_in[0]), intact=intact, spliced=spliced, zero=zero,
        setting=setting, **asked,
    )  # fmt: skip


def _squared(
    before: np.ndarray, after: np.ndarray, units: int, setting: Setting
) -> tuple[Estimate, tuple[Estimate, ...]]:
    """Share of the squared error that goes: of all units together, and of each."""
    n = len(before)
    old, new = (x[:, 6].reshape(n, -1, units).sum(axis=1) for x in (before, after))
    few = dataclasses.replace(setting, draws=DRAWS)
    (whole,) = gone(old.sum(axis=1)[:, None], new.sum(axis=1)[:, None], setting)
    return whole, gone(old, new, few)
