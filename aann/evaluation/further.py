"""Runs beyond the ladder: the program mixed into the natural values, and at some units alone."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from aann.bench import ablation
from aann.bench.ablation import Joint, Row, Rung
from aann.evaluation.asked import Asked
from aann.evaluation.halves import halves
from aann.evaluation.ladder import joined
from aann.evaluation.lineup import Programs
from aann.evaluation.measure import Measured
from aann.report.estimate import Damage, Estimate
from aann.report.subset import Subset
from aann.shown.brief import brief
from aann.statistics.bootstrap import recovered
from aann.statistics.interval import Interval, Setting

AT_ONCE = 8
"""Subsets whose intervals are worked out together: of many the draws take much memory."""


@dataclasses.dataclass(frozen=True, eq=False)
class Further:
    """What to run, and in which order.

    Attributes:
        shares: of the program in the natural values.
        parts: kind of subset, and places of its units.
        rows: one for each share, then for each subset the program's and zero-ablation's.
        remarks: what was asked for and cannot be had.
    """

    shares: tuple[float, ...]
    parts: tuple[tuple[str, tuple[int, ...]], ...]
    rows: tuple[Row | Joint, ...]
    remarks: tuple[str, ...]

    __repr__ = brief


def further(main: Programs, asked: Asked, seed: int) -> Further:
    """The runs that were asked for.

    Args:
        main: the programs to evaluate.
        asked: what to do with them.
        seed: of the halves.
    """
    count = sum(len(r.units) for r in main)
    parts: list[tuple[str, tuple[int, ...]]] = []
    remarks = []
    if asked.subsets:
        splits = halves(count, asked.subsets, seed)
        parts += [("half", half) for split in splits for half in split]
        if not splits:
            remarks.append("no halves of the units were measured: one unit has none")
        elif len(splits) < asked.subsets:
            remarks.append(
                f"{asked.subsets} splits into halves were asked for: {count} units have "
                f"{len(splits)}, all of which were measured"
            )
    if asked.alone:
        parts += [("alone", (i,)) for i in range(count)]
    rows = [_mixed(main, share) for share in asked.mixing]
    for _, places in parts:
        for rung in (ablation.program_of_some, ablation.zero_of_some):
            rows.append(_of_some(main, places, rung))
    return Further(asked.mixing, tuple(parts), tuple(rows), tuple(remarks))


def found(
    runs: Further,
    measured: Measured,
    at: int,
    program: Mapping[str, Estimate],
    setting: Setting,
) -> dict[str, Any]:
    """What those runs gave, as fields of a report.

    Args:
        runs: that were measured.
        measured: with their losses under ``hidden``, and zero-ablation as its first row.
        at: which row is the program at all units.
        program: metric -> what that recovers.
        setting: of the bootstrap.
    """
    fields: dict[str, Any] = {}
    if not runs.rows:
        return fields
    metrics = list(measured.losses)
    rows = np.stack(list(measured.losses.values()), axis=1)  # (runs, metrics, n)
    zero, whole, intact = rows[0], rows[at], rows[-1]
    hidden = np.stack(list(measured.hidden.values()), axis=1)
    shares = len(runs.shares)
    if shares:
        line = np.concatenate([intact[None], hidden[:shares]])
        ratio = recovered(intact[None], line, zero[None], setting).ratio
        names = ["0", *map(str, runs.shares)]
        fields["mixing"] = {
            **{n: _estimates(ratio[i], metrics) for i, n in enumerate(names)}, "1": program,
        }  # fmt: skip
    if runs.parts:
        mine, zeroed = hidden[shares::2], hidden[shares + 1 :: 2]
        fields["subsets"] = _subsets(runs, mine, zeroed, intact, metrics, setting)
        fields["adds_up"] = _adds_up(runs, mine - intact, whole - intact, metrics, setting)
    return fields


def _subsets(
    runs: Further, mine: np.ndarray, zeroed: np.ndarray, intact: np.ndarray,
    metrics: Sequence[str], setting: Setting,
) -> list[Subset]:  # fmt: skip
    made = []
    for first in range(0, len(runs.parts), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        results = recovered(intact[None], mine[some], zeroed[some], setting)
        for i, (kind, places) in enumerate(runs.parts[some]):
            damage = {m: Damage.of(results.damage[i, k]) for k, m in enumerate(metrics)}
            made.append(Subset(kind, list(places), _estimates(results.ratio[i], metrics), damage))
    return made


def _adds_up(
    runs: Further, gaps: np.ndarray, whole: np.ndarray, metrics: Sequence[str], setting: Setting
) -> dict[str, Mapping[str, Estimate]]:
    """The gap of all units divided by the sum of those of parts, a mean over splits."""
    kinds = np.asarray([kind for kind, _ in runs.parts])
    fields: dict[str, Mapping[str, Estimate]] = {}
    for kind, name in (("half", "halves"), ("alone", "alone")):
        mine = gaps[kinds == kind]
        if len(mine):
            splits = len(mine) / 2 if kind == "half" else 1
            # 1 - whole / parts is what recovered works out, paired and where parts are not nothing.
            left = recovered(np.zeros_like(whole), whole, mine.sum(0) / splits, setting).ratio
            fields[name] = {m: _flipped(Estimate.of(left[k])) for k, m in enumerate(metrics)}
    return fields


def _flipped(x: Estimate) -> Estimate:
    """Of 1 - x."""
    if x.estimate is None or x.low is None or x.high is None:
        return x
    return Estimate(1 - x.estimate, 1 - x.high, 1 - x.low)


def _estimates(found: Interval, metrics: Sequence[str]) -> dict[str, Estimate]:
    return {m: Estimate.of(found[k]) for k, m in enumerate(metrics)}


def _mixed(main: Programs, share: float) -> Row | Joint:
    name = f"{share:g} of the program"
    state = jnp.asarray(share, jnp.float32)
    return joined(name, "program", [
        Row(name, "program", ablation.mixed, state, program=r) for r in main
    ])  # fmt: skip


def _of_some(main: Programs, places: Sequence[int], rung: Rung) -> Row | Joint:
    """A rung at some of the units; their places count the units of all programs in order."""
    what = "program" if rung is ablation.program_of_some else "zero"
    name = f"{what} at {len(places)} units"
    parts, first = [], 0
    for r in main:
        chosen = np.isin(np.arange(first, first + len(r.units)), places)
        program = r if what == "program" else None
        parts.append(Row(name, "program", rung, jnp.asarray(chosen), program=program))
        first += len(r.units)
    return joined(name, "program", parts)
