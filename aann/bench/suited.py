"""Whether programs fit a bench: where they read and write, and what they return."""

from collections.abc import Iterable, Sequence
from typing import Any

import jax

from aann.bench.workbench import Workbench
from aann.counting.reach import check_inside
from aann.program.replacement import Replacement


def check_programs(bench: Workbench, programs: Iterable[Sequence[Replacement]]) -> None:
    """Check that programs write what the bench's replacements write, and return what they must.

    Args:
        bench: the workbench.
        programs: one for each of the bench's replacements, in their order.

    Raises:
        ValueError: another number of programs, other sites, units, reads or model, or a wrong
            shape: all problems.
        TypeError: a wrong dtype, or a program that JAX cannot trace.
        LooksOutsideError: a program would look at what cannot be counted.
    """
    problems = []
    checked: set[int] = set()
    for together in programs:
        if len(together) != len(bench.replacements):
            problems.append(
                f"{[p.name for p in together]} are {len(together)} programs for "
                f"{len(bench.replacements)} replacements: give one for each, in their order"
            )
            continue
        for i, program in enumerate(together):
            if id(program.program) not in checked:
                check_inside(program.program, program.what)
                checked.add(id(program.program))
            problems += _problems(bench, i, program)
    if problems:
        raise ValueError("\n".join(dict.fromkeys(problems)))  # of many wrong programs alike


def _problems(bench: Workbench, i: int, program: Replacement) -> list[str]:
    main = bench.replacements[i]
    theirs, ours = where(program), where(main)
    if theirs != ours:
        return [
            f"{program.name!r} (site, units, reads, axis = {theirs[:4]}) cannot stand beside "
            f"{main.name!r} ({ours[:4]}): all must be equal, and positions and basis too"
        ]
    found = []
    if program.model and bench.model.name and program.model != bench.model.name:
        found.append(
            f"{program.name!r} was written for model {program.model!r}, not {bench.model.name!r}"
        )
    if program.host:  # its results are looked at when it runs
        return found
    result = jax.eval_shape(program.compute, *bench.reads[i])
    try:
        program.check_result(result, bench.sites[i])
    except ValueError as error:
        found.append(str(error))
    return found


def where(r: Replacement) -> tuple[Any, ...]:
    """Where a replacement reads and writes: equal where programs can stand beside each other."""
    basis = None if r.basis is None else r.basis.tobytes()
    return (r.site, r.units, r.reads, r.axis, r.positions, r.position_axis, basis)
