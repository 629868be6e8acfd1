"""What is missing: which upstream sites, and which units there, predict the residual.

    found = lab.upstream()              # every floating-point site that a program could read
    print(found)                        # sites by cross-validated R2, then units

A ridge regression from the intact network's values at a site, position by position, fitted on some
design examples and judged on the others. A high R2 says that something linear in that site is not
in the program yet; 0 says that nothing linear is, not that the site is of no use.

Sharp edges: the closer a site is to the units, the more it predicts. Sites that hold a unit itself,
before or after its rectifier, are left out unless they are named: a program that read them would
read its answer. What a *program* should read next is the earliest site that predicts much.
Drops are of a fit with all other units of the site: of two units that say the same neither drops.
"""

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from aann.bench.workbench import Workbench
from aann.data.examples import Examples
from aann.residuals.candidates import candidates
from aann.residuals.cells import layout
from aann.residuals.folds import folds as folds_of
from aann.residuals.folds import rows_of
from aann.residuals.observed import Observed
from aann.residuals.peeking import check_design
from aann.residuals.upstream_found import Upstream, UpstreamSite
from aann.residuals.upstream_ridge import Sums, Validated, contributions, validated
from aann.residuals.upstream_sums import Summed, groups_of, sums_of
from aann.statistics.indices import is_count


def upstream(
    bench: Workbench,
    examples: Examples,
    part: Observed,
    sites: Sequence[str] | None = None,
    *,
    neighbours: bool = False,
    top: int = 3,
    folds: int = 5,
    seed: int = 0,
    progress: bool = False,
) -> Upstream:
    """Predict a program's residual from what lies upstream of it in the intact network.

    Args:
        bench: the replacements, ready to run.
        examples: that were observed: a ``Design``.
        part: what was, of one replacement.
        sites: by name; by default every floating-point site that does not depend on the units and
            holds none of them.
        neighbours: whether the cells around a position are features, too, where there is a grid.
        top: into how many of the best sites to look, unit by unit.
        folds: parts of the examples, groups kept whole.
        seed: of the folds.
        progress: show it.

    Raises:
        TypeError: the examples are no design examples.
        ValueError: a site is unknown, downstream, named twice or not of floating-point values;
            no site is left; fewer examples than folds; numbers out of range; values are NaN or
            infinite.
    """
    check_design(examples, "upstream")
    if top != 0 and not is_count(top):
        raise ValueError(f"top is how many sites to look into, 0 or more, got {top!r}")
    parts = rows_of(folds_of(examples, folds, seed))
    i = bench.replacements.index(part.replacement)
    found, left = candidates(bench, i, sites)
    plans = {
        name: layout(x.shape, bench.sites[i].shape, part.replacement, part.places, neighbours)
        for name, x in found.items()
    }
    rows, own = _ranked(
        (
            one
            for group in groups_of(plans, folds, part.columns)
            for one in sums_of(bench, examples, part, group, parts, progress).items()
        ),
        top,
        keep_own=sites is not None,
    )
    left |= {name: f"holds {n} of {part.columns} units themselves" for name, n in own.items()}
    if not rows:
        raise ValueError(
            f"sites upstream of {part.replacement.site!r}: all that are left hold the units "
            f"themselves ({', '.join(plans)}): name one with sites= to see what it predicts"
        )
    done = []
    for k, (name, fit) in enumerate(rows):
        plan, empty = plans[name], np.zeros((0, part.columns))
        drops, alone = contributions(fit, plan.features()) if k < top else (empty, empty)
        done.append(
            UpstreamSite(
                name, name in part.replacement.reads, plan.words, plan.width, fit.penalty, fit.r2,
                fit.r2_outputs, fit.r2_folds, tuple(plan.label(c) for c in range(len(drops))),
                drops, alone,
            )
        )  # fmt: skip
    total = rows[0][1].total.sum(axis=0)
    return Upstream(
        program=part.replacement.name, target=part.replacement.site, units=part.replacement.units,
        sites=tuple(done), left_out=left, weights=total / max(total.sum(), np.finfo(float).tiny),
        examples=len(examples), folds=folds, seed=seed,
    )  # fmt: skip


def _ranked(
    summed: Iterable[tuple[str, Summed]], top: int, *, keep_own: bool
) -> tuple[list[tuple[str, Validated]], dict[str, int]]:
    """A fit to each site, the best first, and how many units those hold that are left out."""
    rows: list[tuple[str, Validated]] = []
    own: dict[str, int] = {}
    for name, (parts, columns) in summed:
        if columns and not keep_own:
            own[name] = len(columns)
            continue
        fit = validated(parts)
        rows.append((name, fit if top else dataclasses.replace(fit, whole=_NONE)))
        rows.sort(key=lambda row: -np.nan_to_num(row[1].r2, nan=-np.inf))
        for k, (other, old) in enumerate(rows[top:], top):  # sums of these are not needed
            rows[k] = other, dataclasses.replace(old, whole=_NONE)
    return rows, own


_NONE = Sums(np.zeros((1, 1)), np.zeros((1, 0)), np.zeros(0))
"""In place of sums that are not needed any more."""
