"""Which examples two reports share, and whether their rows may be compared at all.

Examples are paired by name; that two are the same is known by their marks (name, content, label).
Where the reports are of overlapping sets, what they share is compared. Everything else that must
be equal is checked at once: model and weights, seed, site and units, metrics, and the losses of
the intact model.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from aann.report.report import Report
from aann.shown.brief import brief
from aann.statistics.bootstrap import MINIMUM

NAMES, MARKS, GROUPS = "examples/names", "examples/marks", "examples/groups"

APART = 0.01
"""Of the damage: intact losses of the same weights on the same data differ by less, whatever the
device."""


class Paired(NamedTuple):
    """Losses of the shared examples, sorted by name.

    Attributes:
        names: of the examples.
        first: metric -> (rows + 1, n), the last run intact; of one report.
        second: of the other.
        groups: what each example belongs to, or None.
    """

    names: tuple[str, ...]
    first: Mapping[str, Float[np.ndarray, "runs n"]]
    second: Mapping[str, Float[np.ndarray, "runs n"]]
    groups: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        return brief(self)


def pair(
    first: Report, second: Report, metrics: Sequence[str], *, other_units: bool = False
) -> Paired:
    """The losses of the examples that both reports have.

    Args:
        first: one report.
        second: another one, or the same.
        metrics: to be compared.
        other_units: allow different sites and units, whose zero-ablations do different damage.

    Raises:
        ValueError: with all that keeps the reports from being compared.
    """
    problems = _apart(first, second, metrics, other_units)
    if unmarked := [r.eval for r in (first, second) if not {NAMES, MARKS} <= r.arrays.keys()]:
        problems.append(
            f"{', '.join(unmarked)}: no names of examples in report.npz, as this version writes "
            "them; run the evaluation again"
        )
    elif not problems:
        ours, theirs, problems = _shared(first, second)
        if not problems:
            names = tuple(first.arrays[NAMES][ours].tolist())
            mine, other = _losses(first, metrics, ours), _losses(second, metrics, theirs)
            problems = _intact_apart(mine, other)
            if not problems:
                return Paired(names, mine, other, _groups((first, ours), (second, theirs)))
    raise ValueError(
        f"{first.eval!r} and {second.eval!r} cannot be compared:\n"
        + "\n".join(f"- {problem}" for problem in problems)
    )


def _apart(first: Report, second: Report, metrics: Sequence[str], other_units: bool) -> list[str]:
    """What differs between two reports that must not."""
    same = {
        "models": (first.model, second.model),
        "weights": (first.weights, second.weights),
        "seeds": (first.seed, second.seed),
    }
    problems = [f"{what} differ: {a!r} and {b!r}" for what, (a, b) in same.items() if a != b]
    places = [(r.site, tuple(r.units)) for r in (first, second)]
    if places[0] != places[1] and not other_units:
        sites = [f"{len(units)} units of {site}" for site, units in places]
        which = "" if sites[0] != sites[1] else ", which are not the same ones"
        problems.append(
            f"sites or units differ: {' and '.join(sites)}{which}; fractions of different damages "
            "are compared only where that is asked for (other_units=True, --other-units)"
        )
    for metric in metrics:
        if lacking := [r.eval for r in (first, second) if f"losses/{metric}" not in r.arrays]:
            both = [m for m in first.damage if m in second.damage]
            problems.append(
                f"no losses of metric {metric!r} in {', '.join(dict.fromkeys(lacking))}; both "
                f"have {', '.join(both) or 'none'}"
            )
    if not metrics:
        problems.append("no metric to compare by")
    return problems


def _shared(first: Report, second: Report) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Positions of the shared examples in each report, and what is wrong with them."""
    marks = [
        dict(zip(r.arrays[NAMES].tolist(), r.arrays[MARKS].tolist(), strict=True))
        for r in (first, second)
    ]
    names = sorted(marks[0].keys() & marks[1].keys())
    problems = []
    for name, r in (("first", first), ("second", second)):
        if len(set(r.arrays[NAMES].tolist())) < len(r.arrays[NAMES]):
            problems.append(f"examples of the {name} report share names")
    if changed := [name for name in names if marks[0][name] != marks[1][name]]:
        more = ", ..." if len(changed) > 5 else ""
        problems.append(
            f"data differ: {len(changed)} of {len(names)} examples of the same name have other "
            f"contents or labels: {', '.join(changed[:5])}{more}"
        )
    elif len(names) < MINIMUM:
        problems.append(
            f"data differ: {first.data['name']} (n = {first.data['n']}) and "
            f"{second.data['name']} (n = {second.data['n']}) share {len(names)} examples; an "
            f"interval needs at least {MINIMUM}"
        )
    where = [
        np.asarray([index[name] for name in names], dtype=int)
        for r in (first, second)
        for index in [{name: i for i, name in enumerate(r.arrays[NAMES].tolist())}]
    ]
    return where[0], where[1], problems


def _groups(*sides: tuple[Report, np.ndarray]) -> tuple[str, ...] | None:
    """Of the shared examples, as the first report says that has groups."""
    for report, at in sides:
        if GROUPS in report.arrays:
            return tuple(report.arrays[GROUPS][at].tolist())
    return None


def _losses(report: Report, metrics: Sequence[str], at: np.ndarray) -> dict[str, np.ndarray]:
    return {m: report.arrays[f"losses/{m}"][:, at].astype(np.float64) for m in metrics}


def _intact_apart(first: Mapping[str, np.ndarray], second: Mapping[str, np.ndarray]) -> list[str]:
    problems = []
    for metric, losses in first.items():
        moved = float(np.abs(losses[-1] - second[metric][-1]).mean())
        damage = float(np.abs(losses[0] - losses[-1]).mean())
        if moved > APART * damage:
            problems.append(
                f"{metric} of the intact model differs by {moved:.3g} on average, though weights "
                "and examples are the same: were the reports made at another precision?"
            )
    return problems
