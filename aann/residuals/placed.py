"""Units and reads without a program: what is asked about before anybody has written one."""

from collections.abc import Sequence
from typing import Any

import jax

from aann.model import Model
from aann.program.replacement import Replacement
from aann.shown.brief import word
from aann.statistics.indices import as_indices

Units = str | Sequence[Any] | Replacement
"""``"mixed3b:343"`` or ``"mixed3b:343,415"``; ``("mixed3b", (343, 415))``; or where a program
writes."""


def placed(model: Model, from_sites: str | Sequence[str] | None, to_units: Units) -> Replacement:
    """A place to read from and units to predict, as a replacement whose program is never run.

    Args:
        model: whose sites they are.
        from_sites: names of sites, or ``input``; None where ``to_units`` is a program: its reads.
        to_units: the units.

    Raises:
        TypeError: no units.
        ValueError: no reads; no unit is named.
    """
    if isinstance(to_units, Replacement):
        reads = to_units.reads if from_sites is None else _names(from_sites)
        fields = ("axis", "positions", "position_axis", "basis")
        more = {name: getattr(to_units, name) for name in fields}
        return _made(model, to_units.site, to_units.units, reads, **more)
    if from_sites is None:
        raise ValueError(
            "from_sites names the sites to predict from, such as ('mixed3a',): got None"
        )
    site, units = _parsed(to_units)
    return _made(model, site, units, _names(from_sites))


def _made(
    model: Model, site: str, units: Sequence[int], reads: Sequence[str], **more: Any
) -> Replacement:
    return Replacement(
        program=_never, model=model.name, site=site, units=tuple(units), reads=tuple(reads),
        name=f"{site} from {', '.join(reads)}", **more,
    )  # fmt: skip


def _never(*_: Any) -> jax.Array:
    """Nothing is believed of these units yet."""
    raise TypeError("a place to predict has no program")


def _names(sites: str | Sequence[str]) -> tuple[str, ...]:
    return (sites,) if isinstance(sites, str) else tuple(sites)


def _parsed(given: Any) -> tuple[str, tuple[int, ...]]:
    if isinstance(given, str):
        site, mark, units = given.rpartition(":")
        numbers = units.replace(" ", "").split(",")
        if not mark or not all(n.isdecimal() for n in numbers):
            raise ValueError(
                "units to predict are written as site:unit, such as 'mixed3b:343' or "
                f"'mixed3b:343,415'; got {given!r}"
            )
        return site, tuple(map(int, numbers))
    if isinstance(given, tuple | list) and len(given) == 2 and isinstance(given[0], str):
        return given[0], as_indices(given[1], "units")
    raise TypeError(
        "units to predict are 'site:unit', (site, units) or a replacement, got " + word(given)
    )
