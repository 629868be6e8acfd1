"""Processes that share the examples evaluate one thing: the same examples, model and programs.

Constants that are fitted in each process may differ in their last digits (accelerators choose
their algorithms by timing them), and so would the numbers of their shares. All processes therefore
take those of process 0.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aann.evaluation.lineup import Programs
from aann.machine.machine import Machine
from aann.program.constant import Constant
from aann.program.replacement import Replacement


def agree(
    machine: Machine, programs: Sequence[Programs], facts: Mapping[str, Any]
) -> list[Programs]:
    """Check that all processes do the same, and return the programs of process 0.

    Args:
        machine: the processes.
        programs: of every row.
        facts: what must be equal, by what it is called in a message; with the batch size, which
            says which examples belong to which process.

    Raises:
        ValueError: something differs between processes: all that does.
    """
    if not machine.distributed:
        return list(programs)
    described = {
        **facts,
        "bfloat16": machine.bfloat16,
        "programs": [[(r.name, r.site, r.units, r.reads) for r in row] for row in programs],
        "constants": [[_shapes(r.constants) for r in row] for row in programs],
    }
    values = [[_values(r.constants) for r in row] for row in programs]
    everyone = machine.gather((described, values))
    _check([described for described, _ in everyone])
    constants = everyone[0][1]
    if machine.process[0] == 0:
        return list(programs)
    return [
        tuple(_with(r, known) for r, known in zip(row, knowns, strict=True))
        for row, knowns in zip(programs, constants, strict=True)
    ]


def check_same(machine: Machine, facts: Mapping[str, Any]) -> None:
    """Check that all processes do the same, where no programs are run.

    Args:
        machine: the processes.
        facts: as for ``agree``.

    Raises:
        ValueError: something differs between processes: all that does.
    """
    if machine.distributed:
        _check(machine.gather({**facts, "bfloat16": machine.bfloat16}))


def _check(everyone: Sequence[Mapping[str, Any]]) -> None:
    first = everyone[0]
    lines = [
        f"{what}: {mine} in process 0, {other} in process {i}"
        for i, theirs in enumerate(everyone)
        for what in first
        if theirs[what] != first[what]
        for mine, other in [_apart(first[what], theirs[what])]
    ]
    if lines:
        raise ValueError(
            "processes share the examples of one evaluation, but theirs differ. " + "; ".join(lines)
        )


def _shapes(constants: Mapping[str, Constant]) -> dict[str, tuple[int, ...]]:
    return {name: np.shape(c.value) for name, c in constants.items()}


def _values(constants: Mapping[str, Constant]) -> dict[str, Any]:
    """Numbers as they are, arrays on the host."""
    return {
        name: c.value if isinstance(c.value, int | float) else np.asarray(c.value)
        for name, c in constants.items()
    }


def _with(replacement: Replacement, values: Mapping[str, Any]) -> Replacement:
    constants = {
        name: dataclasses.replace(c, value=values[name])
        for name, c in replacement.constants.items()
    }
    return dataclasses.replace(replacement, constants=constants)


def _apart(one: Any, other: Any) -> tuple[str, str]:
    """Two values as short texts that show where they differ."""
    texts = [str(one), str(other)]
    pairs = enumerate(zip(*texts, strict=False))
    common = next((i for i, (a, b) in pairs if a != b), 0)
    start = 0 if common < 40 else common - 20
    cut = [f"{'...' * (start > 0)}{text[start:]}" for text in texts]
    first, second = (text if len(text) <= 60 else f"{text[:57]}..." for text in cut)
    return first, second
