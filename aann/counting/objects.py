"""What an object is made of: the values that whoever holds it holds, too."""

import copyreg
import decimal
import enum
import functools
import sys
import threading
import types
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from aann.program.outside import is_library, is_librarys_scope, refused_module
from aann.program.replacement import Replacement

_INERT = ("abc", "contextlib", "enum", "logging", "typing", "warnings")
_LOCKS = (type(threading.Lock()), type(threading.RLock()))
_DATA = (np.ndarray, jax.Array, list, dict, set, frozenset)
_UFUNCS = ("numpy", "scipy.special", "ml_dtypes")
_BOOKKEEPING = frozenset({
    "__abstractmethods__", "__annotations__", "__dataclass_fields__", "__dataclass_params__",
    "__dict__", "__doc__", "__firstlineno__", "__match_args__", "__module__", "__orig_bases__",
    "__parameters__", "__qualname__", "__slots__", "__static_attributes__", "__weakref__",
    "_abc_impl", "_field_defaults", "_fields",
})  # fmt: skip
GENERATED = frozenset({
    "__delattr__", "__eq__", "__ge__", "__getnewargs__", "__gt__", "__hash__", "__init__", "__le__",
    "__lt__", "__ne__", "__new__", "__replace__", "__repr__", "__setattr__", "_asdict", "_make",
    "_replace",
})  # fmt: skip
"""Methods that dataclasses and named tuples write themselves."""


class CannotCountError(TypeError):
    """An object does not show what it is made of."""


def parts(value: Any) -> list[Any]:  # noqa: PLR0911
    """What an object is made of, one step deep; nothing where that is a library's.

    Args:
        value: neither a number, a string, an array, a structure of them, nor a function of Python.

    Raises:
        CannotCountError: it does not show what it holds, or is a door to the outside.
    """
    kind = type(value)
    if _is_librarys_own(value):
        return []
    if isinstance(value, types.ModuleType):
        return [] if is_library(value.__name__) else _of_module(value)
    if isinstance(value, Replacement):
        # One dimension at least: declared numbers count, also those that are free elsewhere.
        return [value.program, *(np.atleast_1d(c.value) for c in value.constants.values())]
    if isinstance(value, functools.partial):
        return [value.func, value.args, value.keywords]
    if isinstance(value, types.MethodType):
        return [value.__self__, value.__func__]
    if isinstance(value, types.BuiltinFunctionType | types.MethodWrapperType):
        return _of_builtin(value)
    if isinstance(value, type):
        return _of_class(value)
    if isinstance(value, staticmethod | classmethod):
        return [value.__func__]
    if isinstance(value, property | functools.cached_property):
        return [f for f in (getattr(value, n, None) for n in ("fget", "func")) if f]
    if is_library(kind.__module__) and hasattr(value, "__wrapped__"):  # jax.jit, functools.cache
        return [value.__wrapped__]
    return _of_instance(value)


def _is_librarys_own(value: Any) -> bool:
    """Whether this is what a library calls by its name: ``np.sin``, ``jnp.maximum``."""
    if isinstance(value, np.ufunc):
        return any(getattr(sys.modules.get(m), value.__name__, None) is value for m in _UFUNCS)
    name, module = getattr(value, "__name__", None), getattr(value, "__module__", None)
    if not isinstance(name, str) or not is_library(module) or refused_module(module):
        return False
    return getattr(sys.modules.get(str(module)), name, None) is value


def _of_module(module: types.ModuleType) -> list[Any]:
    """A module as a whole: what it knows, not what it can do."""
    known = [
        item
        for name, item in vars(module).items()
        if not name.startswith("__") and not callable(item)
    ]
    return [x for x in known if not isinstance(x, types.ModuleType)]


def _of_builtin(value: Any) -> list[Any]:
    owner = value.__self__
    if isinstance(owner, types.ModuleType | type) or owner is None:
        if refused_module(value.__module__):
            raise CannotCountError(f"uses {value.__module__}.{value.__name__}")
        return []
    return [owner]


def _of_class(kind: type) -> list[Any]:
    found = []
    for base in kind.__mro__:
        if refused_module(base.__module__):
            raise CannotCountError(f"uses {base.__module__}.{base.__name__}")
        if _is_librarys(base):
            continue
        found += [
            item
            for name, item in vars(base).items()
            if name not in _BOOKKEEPING
            and not isinstance(item, types.MemberDescriptorType | types.GetSetDescriptorType)
            and not (name in GENERATED and _is_generated(item))
        ]
    return found


def _is_librarys(kind: type) -> bool:
    """Whether a class is a library's, and does not only say so."""
    if not is_library(kind.__module__):
        return False
    methods = [f for f in vars(kind).values() if isinstance(f, types.FunctionType)]
    if any("__name__" in f.__globals__ and not is_librarys_scope(f.__globals__) for f in methods):
        return False
    named: Any = sys.modules.get(kind.__module__)
    for name in kind.__qualname__.split("."):
        named = getattr(named, name, None)
    return named is kind or not any(isinstance(x, _DATA) for x in vars(kind).values())


def _is_generated(item: Any) -> bool:
    """Whether a method was written by a library: it knows nothing but names."""
    code = getattr(item, "__code__", None)
    return code is not None and not any(
        isinstance(c, int | float | complex | bytes) and c not in (0, 1, -1) for c in code.co_consts
    )


def _of_instance(value: Any) -> list[Any]:
    kind = type(value)
    if kind in _LOCKS:
        return []
    if refused_module(kind.__module__) or kind.__module__ in ("jax._src.stages", "jax.stages"):
        raise CannotCountError(f"holds a {kind.__module__}.{kind.__name__}")
    if isinstance(value, decimal.Decimal):
        return [str(value).encode()]
    if isinstance(value, np.dtype | enum.Enum) and is_library(kind.__module__):
        return []
    if kind.__module__.partition(".")[0] in _INERT:
        return []
    found: list[Any] = [] if _is_librarys(kind) else [kind]
    state = getattr(value, "__dict__", None)
    slots = [n for base in kind.__mro__ for n in _slots(base)]
    if isinstance(state, Mapping) or slots:
        found += (state or {}).values()
        found += [getattr(value, n) for n in slots if hasattr(value, n)]
    if hasattr(kind, "__array__"):
        found.append(np.asarray(value))
    elif kind.__module__.partition(".")[0] not in ("jax", "jaxlib") and not state and not slots:
        found += _reduced(value)
    return found


def _slots(kind: type) -> list[str]:
    slots = vars(kind).get("__slots__", ())
    names = [slots] if isinstance(slots, str) else list(slots)
    return [n for n in names if n not in ("__dict__", "__weakref__")]


def _reduced(value: Any) -> list[Any]:
    """What Python would save of an object, without saving it: of iterators, decimals, tables."""
    kind = type(value)
    known: Any = copyreg.dispatch_table.get(kind)
    try:
        saved = known(value) if known else value.__reduce_ex__(4)
    except TypeError:
        saved = ""
    if isinstance(saved, str):  # its name alone, or nothing
        raise CannotCountError(f"holds a {kind.__name__}, which does not show what it holds")
    found: list[Any] = [saved[1], *(x for x in saved[2:3] if x is not None)]
    return found + [list(items) for items in saved[3:5] if items is not None]
