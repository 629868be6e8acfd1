"""What a program leads to: its own code, that of its helpers, and the numbers elsewhere.

``reach`` follows the names in a function to what they stand for: through closures, module globals,
attributes of modules and objects, ``functools.partial``, ``jax.jit`` and other replacements. It
stops at libraries (JAX, NumPy, the standard library, aann itself), whose code any program may use
for free.

Sharp edge: names are resolved as they are now, not as they were when the program ran.
"""

import functools
import inspect
import types
from collections.abc import Callable, Iterable
from typing import Any

import jax
import numpy as np

from aann.replacement import Replacement
from aann.source import LIBRARIES, TABLE, Text, free, packed, read


class Reached:
    """What a function leads to.

    Attributes:
        texts: its own code and that of its helpers.
        outside: numbers and arrays that live elsewhere and are reached by name.
    """

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self.outside: list[np.ndarray] = []
        self._seen: set[Any] = set()

    def first(self, key: Any) -> bool:
        """Whether this is the first time that ``key`` is met."""
        known = key in self._seen
        self._seen.add(key)
        return not known


def reach(function: Callable[..., Any]) -> Reached:
    """Everything that ``function`` leads to.

    Raises:
        TypeError: it is no Python function, so that nothing can be counted.
    """
    found = Reached()
    _visit(function, found)
    if not found.texts:
        raise TypeError(
            f"a program is a Python function, got {function!r}: wrap it in a def, so that what it "
            "says can be counted"
        )
    return found


def written(programs: Iterable[Callable[..., Any]]) -> str:
    """The source of programs and of the helpers that count with them, each function once.

    Raises:
        TypeError: as ``reach``.
    """
    texts = [text.source for program in programs for text in reach(program).texts]
    return "\n\n\n".join(dict.fromkeys(texts))


def _visit(value: Any, found: Reached) -> None:
    """Sort what a name stands for: code to walk, numbers to keep, or library to leave."""
    if isinstance(value, int | float | complex | np.generic):
        found.outside += numbers(value)
    elif isinstance(value, types.ModuleType | type) or not found.first(id(value)):
        return
    elif isinstance(value, Replacement):
        _visit(value.program, found)
        found.outside += [np.asarray(c.value) for c in value.constants.values()]
    elif isinstance(value, functools.partial):
        for part in (value.func, value.args, value.keywords):
            _visit(part, found)
    elif isinstance(value, types.MethodType):
        _visit(value.__self__, found)
        _visit(value.__func__, found)
    elif callable(value) and isinstance(inner := inspect.unwrap(value), types.FunctionType):
        if not _is_library(inner.__globals__.get("__name__")) and (
            inner is value or found.first(id(inner))
        ):
            _walk(inner, found)
    elif callable(value) and not _is_library(type(value).__module__):
        _visit(type(value).__call__, found)
        _visit(getattr(value, "__dict__", ()), found)
    elif not callable(value):
        found.outside += numbers(value)


def _walk(function: types.FunctionType, found: Reached) -> None:
    text = read(function)
    found.texts.append(text)
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    closure = {name: cell.cell_contents for name, cell in cells}
    for path in text.names:
        base, *attributes = path
        owner = closure if base in closure else function.__globals__
        # By name, not by identity: equal small numbers are one object in Python.
        if found.first((id(owner) if owner is not closure else id(function), path)):
            _visit(_resolve(owner, base, attributes), found)
    # Numbers among the defaults are in the source already.
    defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for default in defaults:
        arrays = [a for a in numbers(default) if a.ndim]
        if arrays and found.first(id(default)):
            found.outside += arrays


def _resolve(scope: dict[str, Any], base: str, attributes: list[str]) -> Any:
    """The value of ``base.a.b``, as far as it exists; nothing where it leads into a library."""
    value = scope.get(base, ())
    for attribute in attributes:
        if isinstance(value, types.ModuleType) and _is_library(value.__name__):
            return ()
        if not hasattr(value, attribute):
            break
        value = getattr(value, attribute)
    return value


def _is_library(module: Any) -> bool:
    return str(module).partition(".")[0] in LIBRARIES


def numbers(value: Any) -> list[np.ndarray]:
    """The numbers in a number, an array or a structure of them that count; strings may hide some.

    Single numbers come as arrays of no dimension.
    """
    leaves = jax.tree.leaves(value)
    arrays = []
    for leaf in leaves:
        if isinstance(leaf, str | bytes):
            arrays += [np.zeros(packed(leaf))] if packed(leaf) else []
        elif isinstance(leaf, int | float | complex | np.ndarray | np.generic | jax.Array):
            array = np.asarray(leaf)
            numeric = np.issubdtype(array.dtype, np.number) or array.dtype == bool
            single = array.ndim == 0 and len(leaves) <= TABLE
            if numeric and not (single and free(array.item())):
                arrays.append(array)
    return arrays
