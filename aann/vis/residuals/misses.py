"""What figures of the worst misses share: their two sides, and what is said of a miss."""

from typing import Final

from aann.residuals.worst import Cases, Worst
from aann.shown.brief import clip

SIDES: Final = {"over": "the program fires too much", "under": "the program fires too little"}


def sides_of(found: Worst, unit: int | None) -> tuple[Cases, Cases]:
    """Over-firing and under-firing.

    Raises:
        KeyError: there is no such unit.
        ValueError: there are no misses.
    """
    sides = found.of("over", unit), found.of("under", unit)
    if not any(map(len, sides)):
        raise ValueError("there are no misses to show: the program is right everywhere")
    return sides


def which(unit: int | None) -> str:
    """Of which units, in words."""
    return "of all units" if unit is None else f"at unit {unit}"


def label(cases: Cases, row: int) -> str:
    """Name of the example, position and unit."""
    at = ",".join(map(str, cases.position[row].tolist()))
    return f"{clip(cases.names[row], 18)} {f'({at}) ' if at else ''}{cases.units[row]}"
