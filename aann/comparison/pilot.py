"""What a pilot report says of programs that do not exist yet: they err as its rows do."""

from collections.abc import Mapping, Sequence

import numpy as np

from aann.comparison.pairing import GROUPS
from aann.comparison.power import Plan, plan
from aann.report.report import Report
from aann.statistics.bootstrap import recovered
from aann.statistics.interval import Setting

KINDS = ("program", "fit")
"""Rows that may stand for the second program."""

PILOT = Setting(draws=1000)
"""For whether the pilot is good enough."""


def plans(
    report: Report, metric: str, one: str, like: str | None, targets: tuple[float, float]
) -> dict[str, Plan]:
    """For every row that can stand for the second program, the two programs.

    Args:
        report: the pilot, with its losses.
        metric: by which loss.
        one: the first program's row.
        like: the second one's; by default all rows of ``KINDS``.
        targets: what the two programs recover.

    Raises:
        ValueError: a damage that is not identified, rows that leave nothing to scale, or examples
            in groups.
    """
    if GROUPS in report.arrays:
        raise ValueError(
            f"the examples of report {report.eval!r} belong together in groups: how many are "
            "needed is known of independent examples alone; take one example of each group"
        )
    losses = report.arrays[f"losses/{metric}"].astype(np.float64)
    names = [r.name for r in report.rows]
    found = recovered(losses[-1:], losses[:-1], losses[:1], PILOT)
    damage = losses[0] - losses[-1]
    if not found.ratio.identified.all():
        raise ValueError(
            f"the damage of zero-ablation in the pilot, {metric} {report.damage[metric]}, is not "
            "clearly above zero: what is recovered is not identified; take a larger pilot"
        )
    leaves = {name: bool(found.gap.low[i] > 0) for i, name in enumerate(names)}
    if bad := [name for name in dict.fromkeys((one, like or one)) if not leaves[name]]:
        raise ValueError(
            f"{', '.join(map(repr, bad))}: the gap to the intact model is not clearly above zero "
            f"in the pilot ({metric}), so that there is nothing to scale; name rows with errors"
        )
    wanted = [one, *([like] if like else [])]
    wanted += [r.name for r in report.rows if r.kind in KINDS and leaves[r.name]]
    gaps = {name: losses[names.index(name)] - losses[-1] for name in dict.fromkeys(wanted)}
    if len(gaps) == 1 and like is None:
        raise ValueError(
            f"report {report.eval!r} has no other program or fit than {one!r}: name the row that "
            "the second program is like (the same row: errors on the same examples)"
        )
    return {name: plan(damage, np.stack([gaps[one], gap]), targets) for name, gap in gaps.items()}


def median(names: Sequence[str], plans: Mapping[str, Plan]) -> str:
    """The row of the median correlation; of two the lower, which needs more examples."""
    ranked = sorted(names, key=lambda name: plans[name].correlation)
    return ranked[(len(ranked) - 1) // 2]
