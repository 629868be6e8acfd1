"""Processes that share the examples evaluate one thing: the same examples, model and programs.

Constants that are fitted in each process may differ in their last digits (accelerators choose
their algorithms by timing them), and so would the numbers of their shares. All processes therefore
take those of process 0.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aann.constant import Constant
from aann.ladder import Programs
from aann.machine import Machine
from aann.replacement import Replacement


def agree(
    machine: Machine, programs: Sequence[Programs], facts: Mapping[str, Any]
) -> list[Programs]:
    """Check that all processes do the same, and return the programs of process 0.

    Args:
        machine: the processes.
        programs: of every row.
        facts: what must be equal, by what it is called in a message.

    Raises:
        ValueError: something differs between processes: all that does.
    """
    if not machine.distributed:
        return list(programs)
    described = {
        **facts,
        "programs": [[(r.name, r.site, r.units, r.reads) for r in row] for row in programs],
        "constants": [[_shapes(r.constants) for r in row] for row in programs],
    }
    values = [[_values(r.constants) for r in row] for row in programs]
    everyone = machine.gather((described, values))
    first, constants = everyone[0]
    lines = [
        f"{what}: {_short(first[what])} in process 0, {_short(theirs[what])} in process {i}"
        for i, (theirs, _) in enumerate(everyone)
        for what in first
        if theirs[what] != first[what]
    ]
    if lines:
        raise ValueError(
            "processes share the examples of one evaluation, but theirs differ. " + "; ".join(lines)
        )
    if machine.process[0] == 0:
        return list(programs)
    return [
        tuple(_with(r, known) for r, known in zip(row, knowns, strict=True))
        for row, knowns in zip(programs, constants, strict=True)
    ]


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


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
