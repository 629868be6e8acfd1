"""What a function goes by besides its arguments, so that a change of it is noticed.

In a notebook a helper is often defined anew, or a global set to another number, while the function
that uses it stays the same object; what was compiled for it would go on with the old one.
"""

import functools
import itertools
import pathlib
import sys
import sysconfig
import types
import weakref
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

import numpy as np

LARGEST = 2**20
"""Arrays of so many bytes at most are looked at; larger ones are known by which they are."""

MOST = 10_000
"""So many values are looked at: what holds more is a program of another kind."""

# Tuples: a union of types is made anew wherever it is written, and this runs in every warm call.
_PLAIN = (int, float, complex, str, bytes, type(None))
_HOLDERS = (list, tuple, dict)
_BOUND = (functools.partial, types.MethodType)
_PLUMBING = frozenset({"__annotations__", "__dataclass_fields__", "__dataclass_params__"})


def reached(function: Callable[..., Any]) -> Hashable:
    """The code and values that a function, and whatever it calls by name, goes by.

    Globals, closures, defaults, partial arguments, attributes and methods of the user's own
    classes. What libraries bring along counts as which it is.

    Args:
        function: any callable.
    """
    found: list[Hashable] = []
    seen: set[int] = set()
    left: list[Any] = [function]
    while left and len(seen) < MOST:
        value = left.pop()
        if isinstance(value, _PLAIN):
            found.append((type(value), value))
        elif id(value) not in seen:
            seen.add(id(value))
            found += _known_by(value)
            left += _inside(value)
    return tuple(found)


def _known_by(value: Any) -> list[Hashable]:
    """What tells a value from others, besides what it goes by in its turn."""
    if isinstance(value, np.ndarray) and value.dtype != object and value.nbytes <= LARGEST:
        return [(value.shape, str(value.dtype), value.tobytes())]
    if isinstance(value, types.FunctionType):
        return [value.__code__]
    if isinstance(value, _HOLDERS):
        return [(type(value), len(value))]
    if isinstance(value, _BOUND):
        return [type(value).__name__]
    return [_number(value)]


_NUMBERS: dict[int, tuple[weakref.ref[Any], int]] = {}
_NEXT = itertools.count()


def _number(value: Any) -> Hashable:
    """A number of an object's own: an id goes to another object once the first one is gone."""
    known, number = _NUMBERS.get(id(value), (None, 0))
    if known is not None and known() is value:
        return number
    number = next(_NEXT)
    try:
        _NUMBERS[id(value)] = weakref.ref(value), number
    except TypeError:  # of a kind that cannot be referenced weakly
        return id(value)
    if len(_NUMBERS) > 2 * MOST:
        for gone in [i for i, (reference, _) in _NUMBERS.items() if reference() is None]:
            del _NUMBERS[gone]
    return number


def _inside(value: Any) -> Iterable[Any]:
    """What a value goes by in its turn."""
    if isinstance(value, types.FunctionType):
        return _of_function(value) if _own(value.__code__.co_filename) else ()
    if isinstance(value, functools.partial):
        return value.func, *value.args, value.keywords
    if isinstance(value, types.MethodType):
        return value.__func__, value.__self__
    if isinstance(value, dict):
        return [x for pair in value.items() for x in pair]
    if isinstance(value, _HOLDERS):  # dicts came above
        return value
    return _of_object(value)


def _of_function(function: types.FunctionType) -> list[Any]:
    found = list(function.__defaults__ or ()) + list((function.__kwdefaults__ or {}).values())
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # empty: a name that is not bound yet
            continue
    names = list(_names(function.__code__))
    found += [function.__globals__[n] for n in names if n in function.__globals__]
    return found + _of_modules([x for x in found if isinstance(x, types.ModuleType)], names)


def _of_modules(modules: list[types.ModuleType], names: Iterable[str]) -> list[Any]:
    """What a function may read of the user's own modules: ``settings.SCALE``."""
    found, seen = [], set()
    while modules:
        module = modules.pop()
        if id(module) in seen or not _is_own(module):
            continue
        seen.add(id(module))
        held = [vars(module)[name] for name in names if name in vars(module)]
        modules += [x for x in held if isinstance(x, types.ModuleType)]
        found += held
    return found


def _is_own(module: types.ModuleType) -> bool:
    """Whether a module is the user's: it has a file that is no library's, or none at all."""
    file = getattr(module, "__file__", None)
    built_in = module.__name__ in sys.builtin_module_names
    return not built_in and (file is None or _own(file))


def _of_object(value: Any) -> Iterable[Any]:
    """The attributes and the methods of an object whose class is no library's."""
    if isinstance(value, types.ModuleType):
        return ()
    kind = value if isinstance(value, type) else type(value)
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None)
    if module is None or (kind.__module__ != "__main__" and (file is None or not _own(file))):
        return ()
    held = getattr(value, "__dict__", {})
    own = [x for name, x in held.items() if name not in _PLUMBING]
    return own if kind is value else [*own, kind]


@functools.cache
def _own(file: str) -> bool:
    """Whether a file is the user's: what libraries do is taken to stay the same."""
    return not file.startswith(_LIBRARIES)


_LIBRARIES = (
    *{path for name, path in sysconfig.get_paths().items() if "lib" in name},
    str(pathlib.Path(__file__).parents[1]),
    "<frozen",
)  # fmt: skip


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
