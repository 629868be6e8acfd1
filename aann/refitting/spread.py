"""How stable a fit is: which units refits find, and how far the constants vary."""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from aann.evaluation.lineup import Programs
from aann.program.replacement import Replacement
from aann.report.refitted import Spread, UnitFound

MANY = 64
"""Entries of a constant beyond which they are not listed."""
ENDS = (0.05, 0.95)


def units(first: Programs, others: Sequence[Programs]) -> list[UnitFound]:
    """The units of the first programs, then others by how often they are found."""
    mine = _units(first)
    theirs = [set(_units(programs)) for programs in others]
    every = dict.fromkeys([*mine, *(u for found in theirs for u in sorted(found))])
    listed = [
        UnitFound(
            site, unit, (site, unit) in mine,
            sum((site, unit) in found for found in theirs) / max(1, len(theirs)),
        )
        for site, unit in every
    ]  # fmt: skip
    own = [u for u in listed if u.first]
    return own + sorted((u for u in listed if not u.first), key=lambda u: -u.share)


def spreads(first: Programs, others: Sequence[Programs]) -> list[Spread]:
    """Of each constant of the first programs, how far it varies in the others.

    Entries of units are compared with those of the same unit, wherever it stands; a program is
    compared with the one that stands in its place.
    """
    found = []
    for i, program in enumerate(first):
        for name, constant in program.constants.items():
            title = name if len(first) == 1 else f"{program.name}.{name}"
            alike = [p[i] for p in others if len(p) == len(first)]
            values = [_entries(p, name) for p in alike if name in p.constants]
            found.append(_spread(title, _entries(program, name), values, constant.value))
    return [s for s in found if s is not None]


def _units(programs: Programs) -> list[tuple[str, int]]:
    return [(r.site, u) for r in programs for u in r.units]


def _entries(program: Replacement, name: str) -> dict[Hashable, float]:
    """Entry -> value; an entry of a unit is known by the unit."""
    value = np.asarray(program.constants[name].value, np.float64)
    units = program.units if value.ndim and len(value) == len(program.units) else None
    return {
        (place if units is None else ("unit", units[place[0]], *place[1:])): float(x)
        for place, x in np.ndenumerate(value)
    }


def _spread(
    name: str,
    first: Mapping[Hashable, float],
    others: Sequence[Mapping[Hashable, float]],
    value: object,
) -> Spread | None:
    known = {k: [o[k] for o in others if k in o] for k in first}
    seen = {k: x for k, x in known.items() if x}
    if not seen:
        return None
    low, high = np.asarray([np.quantile(x, ENDS) for x in seen.values()]).T
    few = len(seen) == len(first) <= MANY
    return Spread(
        name,
        len(first),
        sum(any(k in o for k in first) for o in others),
        list(first.values()) if few else [],
        low.tolist() if few else [],
        high.tolist() if few else [],
        float(np.median(high - low)),
        float(np.median(np.abs(np.asarray(value, np.float64)))),
    )
