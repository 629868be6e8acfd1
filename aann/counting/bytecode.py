"""What compiled code says of itself: names that it reads from elsewhere."""

import dis
import types
from collections.abc import Iterator
from typing import Any


def references(code: types.CodeType) -> Iterator[tuple[str, ...]]:
    """What a function reads from elsewhere, each with the attributes that follow it.

    By Python's own scoping: names of a nested function's enclosing ones count where they are free.
    """
    for part in codes(code):
        path: list[str] = []
        for step in dis.get_instructions(part):
            if path and step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                path.append(str(step.argval))
                continue
            if path:
                yield tuple(path)
            outer = _is_outer(step.opname, step.argval, code)
            path = [str(step.argval)] if outer else []


def _is_outer(operation: str, name: Any, code: types.CodeType) -> bool:
    load, _, kind = operation.partition("_")
    if load != "LOAD":
        return False
    return "GLOBAL" in kind or kind == "NAME" or name in code.co_freevars


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Compiled code and that of the functions in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)
