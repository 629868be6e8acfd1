"""What a hand-written program says of a picture, and where it and the units disagree."""

from typing import Any

import jax.numpy as jnp

from aann.program.replacement import Replacement
from aann.scrubbing.interpretation import as_program
from aann.splicing.splice import capture
from aann.trace.site import INPUT
from aann.trace.value import PREFIX
from aann.vis.features.objectives.objective import (
    Numbers,
    Objective,
    Values,
    as_it_is,
    mean,
)


def artificial(program: Replacement, unit: int | None = None) -> Objective:
    """The mean over positions of what the program writes.

    Args:
        program: a replacement; it reads the intact model.
        unit: one of ``program.units``; by default the mean of all.

    Raises:
        ValueError: it does not replace the unit.
    """
    at = _index(program, unit)

    def of(values: Values) -> Numbers:
        return mean(_picked(_written(program, values), at, program.axis))

    return Objective(f"{program.name}{_of(unit)}", _sites(program), of)


def natural_minus_artificial(program: Replacement, unit: int | None = None) -> Objective:
    """The mean over positions of what units do less what the program says they do.

    Pictures of it show what the program misses; of its negative, where it fires and the units do
    not.

    Args:
        program: a replacement; it reads the intact model.
        unit: one of ``program.units``; by default the mean of all.

    Raises:
        ValueError: it does not replace the unit.
    """
    at = _index(program, unit)

    def of(values: Values) -> Numbers:
        natural = program.pick(as_it_is(values, program.site))
        return mean(_picked(natural - _written(program, values), at, program.axis))

    return Objective(f"{program.site} minus {program.name}{_of(unit)}", _sites(program), of)


def program_value(program: Replacement, name: str, unit: int | None = None) -> Objective:
    """The mean over positions of an intermediate value that the program names (``aann.value``).

    Args:
        program: a replacement; it reads the intact model.
        name: of the value, (n, ...).
        unit: an index of its last axis; by default the mean over all.
    """
    model, mark = as_program(program), PREFIX + name

    def of(values: Values) -> Numbers:
        reads = tuple(as_it_is(values, r) for r in program.reads)
        here = capture(model, [mark])(reads)[1][mark]
        if unit is not None and not 0 <= unit < here.shape[-1]:
            raise ValueError(
                f"value {name!r} of program {program.name!r} has units 0 to {here.shape[-1] - 1}, "
                f"got {unit}"
            )
        return mean(_picked(here, unit, -1))

    return Objective(f"{name} of {program.name}{_of(unit)}", _sites(program), of)


def _sites(program: Replacement) -> tuple[str, ...]:
    return tuple(dict.fromkeys((program.site, *(r for r in program.reads if r != INPUT))))


def _written(program: Replacement, values: Values) -> Any:
    return program.compute(*(as_it_is(values, r) for r in program.reads))


def _picked(here: Any, at: int | None, axis: int) -> Any:
    return here if at is None else jnp.take(here, at, axis=axis)


def _index(program: Replacement, unit: int | None) -> int | None:
    if unit is None:
        return None
    if unit not in program.units:
        raise ValueError(
            f"program {program.name!r} replaces units {', '.join(map(str, program.units))} of "
            f"{program.site!r}, not {unit}"
        )
    return program.units.index(unit)


def _of(unit: int | None) -> str:
    return "" if unit is None else f", unit {unit}"
